"""Other releases than those that a script's header names."""

import zipfile
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Runtime
from dvara_examples.toolchains._java.header import parse_header
from dvara_examples.toolchains._java.jdk import Jdk, Jdks, RequiredJava
from dvara_examples.toolchains._java.releases import for_deps
from dvara_examples.toolchains.java import toolchain


def test_locked_is_what_the_header_says() -> None:
    """Unless asked otherwise a header is left as it is."""
    header = parse_header("//JAVA 21+\n//DEPS g:a:1.2")
    assert for_deps(header, Deps.LOCKED) is header


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("", ("--release", "21")),
        ("//JAVA 23+\n//JAVAC_OPTIONS -Xlint", ("--release", "23", "-Xlint")),
        ("//JAVAC_OPTIONS --release 22", ("--release", "22")),
        ("//PREVIEW", ()),
    ],
)
def test_lowest_compiles_for_the_java_that_is_promised(header: str, options: tuple[str, ...]) -> None:
    """The script's own Java counts, else the docs' floor; preview features belong to the one JDK that is there."""
    assert for_deps(parse_header(header), Deps.LOWEST).compile_options == options


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("g:a:2.22.4", "g:a:[2.22.4,3-alpha)"),
        ("g:a:9.1:linux@zip", "g:a:[9.1,10-alpha):linux@zip"),
        ("g:a:31.1-jre", "g:a:31.1-jre"),
        ("g:a:1.0+", "g:a:1.0+"),
        ("g:a", "g:a"),
        ("g:bom:1.0@pom", "g:bom:1.0@pom"),
    ],
)
def test_latest_asks_for_a_range(written: str, asked: str) -> None:
    """A plain version becomes a range up to the next major one; anything else stays."""
    assert for_deps(parse_header(f"//DEPS {written}"), Deps.LATEST).deps == (asked,)


def test_lowest_takes_the_oldest_jdk_that_fits() -> None:
    """With the oldest first, scripts with and without a wish get the oldest that fits them."""
    old, floor, new = (Jdk(Path(f"/{v}"), v, "PATH") for v in ("17.0.2", "21.0.1", "25.0.1"))
    jdks = Jdks((new, old, floor), new).oldest_first(RequiredJava(21))
    assert jdks.for_script(Path("A.java"), None) == floor
    assert jdks.for_script(Path("A.java"), RequiredJava(21)) == floor
    assert jdks.for_script(Path("A.java"), RequiredJava(22)) == new


@pytest.mark.parametrize(("deps", "major"), [(Deps.LOWEST, 65), (Deps.LOCKED, None)])
def test_class_files_are_those_of_the_floor(
    deps: Deps, major: int | None, runtime: Runtime, java_world: World, tmp_path: Path
) -> None:
    """Classes built for the floor are in the format of Java 21, whichever JDK built them."""
    script = tmp_path / "Which.java"
    script.write_text("class Which { public static void main(String[] a) { } }")
    command = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None, deps).command(script)
    jar = Path(command.argv[command.argv.index("-cp") + 1])
    expected = major or 44 + int(str(command.versions["java"]).partition(".")[0])
    assert _format_of("Which", jar) == expected


def _format_of(name: str, jar: Path) -> int:
    """Return the major version of the class file format, the fourth number in a class file (JVMS §4.1)."""
    with zipfile.ZipFile(jar) as archive:
        return int.from_bytes(archive.read(f"{name}.class")[6:8], "big")
