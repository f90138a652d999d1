"""Which JDKs are found, and which one a script gets."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Missing, Runtime
from dvara_examples.toolchains._java.jdk import Jdk, Jdks, RequiredJava, find_jdks
from dvara_examples.toolchains.java import toolchain

MakeJdk = Callable[..., Path]
MakeWorld = Callable[..., World]


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("25.0.3", (25, 0, 3)), ("21", (21,)), ("1.8.0_392", (8, 0, 392)), ("26-ea", (26,)), ("17.0.15+6", (17, 0, 15))],
)
def test_versions_compare_as_numbers(version: str, numbers: tuple[int, ...]) -> None:
    """Every shape of version that JDKs have used gives its numbers, without the build."""
    assert Jdk(Path("/jdk"), version, "PATH").numbers == numbers


def test_newest_from_the_floor_is_taken(bare_world: MakeWorld, make_jdk: MakeJdk, tmp_path: Path) -> None:
    """Of several JDKs the newest is taken wherever it lies, an older JAVA_HOME notwithstanding."""
    for name, version in [("jvm/a", "21.0.9"), ("jvm/b", "21.0.10"), ("jvm/c", "9.0.4")]:
        make_jdk(name, version)
    world = bare_world(JAVA_HOME=str(make_jdk("old", "17.0.1")), DVARA_EXAMPLES_JDK_FOLDERS=str(tmp_path / "jvm"))
    found = toolchain().probe(world)
    assert isinstance(found, Runtime)
    assert (found.version, found.executable) == ("21.0.10", tmp_path / "jvm/b/bin/java")


@pytest.mark.parametrize(
    "place", ["home/.sdkman/candidates/java/25", "home/.jdks/25", "home/.jbang/cache/jdks/25", "jvm/25/Contents/Home"]
)
def test_usual_folders(place: str, bare_world: MakeWorld, make_jdk: MakeJdk, tmp_path: Path) -> None:
    """SDKMAN's, IDEs', JBang's and macOS's folders are looked into."""
    home = make_jdk(place, "25.0.1")
    assert [jdk.home for jdk in find_jdks(bare_world(DVARA_EXAMPLES_JDK_FOLDERS=str(tmp_path / "jvm")))] == [home]


def test_path_leads_to_the_home_once(bare_world: MakeWorld, make_jdk: MakeJdk, tmp_path: Path) -> None:
    """A link on PATH leads to the JDK behind it, which counts once however often it is found."""
    home = make_jdk("jvm/25", "25.0.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    path = os.pathsep.join([str(tmp_path / "bin"), str(home / "bin")])
    found = find_jdks(bare_world(PATH=path, DVARA_EXAMPLES_JDK_FOLDERS=str(tmp_path / "jvm")))
    assert found == (Jdk(home, "25.0.1", "PATH"),)


def test_runtime_without_compiler_does_not_count(bare_world: MakeWorld, make_jdk: MakeJdk) -> None:
    """A Java runtime without javac is passed over."""
    assert find_jdks(bare_world(JAVA_HOME=str(make_jdk("jre", "25.0.1", javac=False)))) == ()


def test_jdk_without_release_file_is_asked(bare_world: MakeWorld, make_jdk: MakeJdk) -> None:
    """A JDK that states its version in no file is asked for it."""
    found = find_jdks(bare_world(JAVA_HOME=str(make_jdk("odd", "22.0.2", release=False))))
    assert [jdk.version for jdk in found] == ["22.0.2"]


def test_jdk_that_tells_no_version_does_not_count(bare_world: MakeWorld, make_jdk: MakeJdk) -> None:
    """A JDK that neither states nor answers a version is passed over."""
    assert find_jdks(bare_world(JAVA_HOME=str(make_jdk("mute", "unknown", release=False)))) == ()


def test_chosen_jdk_is_the_only_one(bare_world: MakeWorld, make_jdk: MakeJdk) -> None:
    """The JDK that the user names is taken though a newer one lies there."""
    chosen = make_jdk("chosen", "21.0.1")
    world = bare_world(DVARA_EXAMPLES_JAVA_HOME=str(chosen), JAVA_HOME=str(make_jdk("newer", "25.0.1")))
    found = toolchain().probe(world)
    assert isinstance(found, Runtime)
    assert (found.version, found.origin) == ("21.0.1", "DVARA_EXAMPLES_JAVA_HOME")


def test_chosen_jdk_that_is_too_old(bare_world: MakeWorld, make_jdk: MakeJdk) -> None:
    """A named JDK below the floor is refused, with its version and place, though another would fit."""
    old = make_jdk("old", "17.0.1")
    world = bare_world(DVARA_EXAMPLES_JAVA_HOME=str(old), JAVA_HOME=str(make_jdk("newer", "25.0.1")))
    found = toolchain().probe(world)
    assert isinstance(found, Missing)
    assert f"JDK 21 or newer is needed, found 17.0.1 at {old};" in found.reason


def test_chosen_folder_that_is_no_jdk(bare_world: MakeWorld, tmp_path: Path) -> None:
    """A named folder without a JDK is refused by name."""
    found = toolchain().probe(bare_world(DVARA_EXAMPLES_JAVA_HOME=str(tmp_path)))
    assert isinstance(found, Missing)
    assert f"names {tmp_path}, which is not a JDK" in found.reason


def test_no_jdk_at_all(bare_world: MakeWorld) -> None:
    """Without any JDK the reason is one sentence that says what to install."""
    found = toolchain().probe(bare_world())
    assert isinstance(found, Missing)
    assert found.reason.startswith(
        "JDK 21 or newer is needed, found none with a javac; install one (`apt-get install openjdk-21-jdk`"
    )
    assert "\n" not in found.reason


def test_script_gets_the_newest_that_fits() -> None:
    """``21+`` takes the newest, ``17`` exactly that one, and a script that asks for none the usual one."""
    old, usual, new = (Jdk(Path(f"/{v}"), v, "PATH") for v in ("17.0.2", "21.0.1", "25.0.1"))
    jdks = Jdks((old, usual, new), usual)
    script = Path("A.java")
    assert jdks.for_script(script, RequiredJava(21)) == new
    assert jdks.for_script(script, RequiredJava(17, or_newer=False)) == old
    assert jdks.for_script(script, None) == usual


def test_script_that_no_jdk_fits() -> None:
    """A script that asks for a Java that is not there is named, with what was found."""
    only = Jdk(Path("/jdk"), "25.0.1", "PATH")
    with pytest.raises(ToolchainError, match=r"JDK 26 or newer is needed by A\.java \(//JAVA\), found 25\.0\.1 at /jdk"):
        Jdks((only,), only).for_script(Path("A.java"), RequiredJava(26))


def test_script_of_a_version_manager_is_resolved_to_its_jdk(
    make_jdk: MakeJdk, bare_world: Callable[..., World], tmp_path: Path
) -> None:
    """A shim chooses by the current folder, so the JDK that it starts is looked up once and used in its place."""
    real = make_jdk("real", "21.0.7")
    (tmp_path / "shims").mkdir()
    shim = tmp_path / "shims" / "java"
    shim.write_text(f"#!/bin/sh\necho 'Property settings:' >&2\necho '    java.home = {real}' >&2\n")
    shim.chmod(0o755)
    (found,) = find_jdks(bare_world(PATH=str(tmp_path / "shims")))
    assert (found.home, found.version, found.origin) == (real, "21.0.7", "PATH")


@pytest.mark.parametrize("manager", ["mise", "snap", "rtx"])
def test_link_to_a_version_manager_is_resolved_to_its_jdk(
    manager: str, make_jdk: MakeJdk, bare_world: Callable[..., World], tmp_path: Path
) -> None:
    """Some managers are one program that sees by its own name what it was started for."""
    real = make_jdk("real", "21.0.7")
    for folder in ("tools", "shims"):
        (tmp_path / folder).mkdir()
    program = tmp_path / "tools" / manager
    program.write_text(f"#!/bin/sh\n[ \"${{0##*/}}\" = java ] && echo '    java.home = {real}' >&2\n")
    program.chmod(0o755)
    (tmp_path / "shims" / "java").symlink_to(program)
    (found,) = find_jdks(bare_world(PATH=str(tmp_path / "shims")))
    assert (found.home, found.version) == (real, "21.0.7")


@pytest.mark.parametrize("variable", ["JAVA_HOME", "DVARA_EXAMPLES_JAVA_HOME", "DVARA_EXAMPLES_JDK_FOLDERS"])
def test_folder_of_shims_is_resolved_to_the_jdk(
    variable: str, make_jdk: MakeJdk, bare_world: Callable[..., World], tmp_path: Path
) -> None:
    """The same holds for a named folder whose commands are scripts: one JDK comes out, and its own commands are used."""
    real = make_jdk("real", "21.0.7")
    folder = tmp_path / "all" / "managed"
    (folder / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        (folder / "bin" / name).write_text(f"#!/bin/sh\necho '    java.home = {real}' >&2\n")
        (folder / "bin" / name).chmod(0o755)
    (found,) = find_jdks(bare_world(**{variable: str(folder.parent if variable.endswith("FOLDERS") else folder)}))
    assert (found.home, found.tool("java")) == (real, str(real / "bin" / "java"))
