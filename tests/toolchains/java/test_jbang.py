"""The way with JBang, against a stand-in that answers as JBang does (``tests/data/java/jbang``)."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Fitness, Missing, PreparedRuntime, Runtime
from dvara_examples.toolchains._java.inputs import read_inputs
from dvara_examples.toolchains._java.jbang import _versions
from dvara_examples.toolchains._java.jbang_home import cache_folder, find_jbang
from dvara_examples.toolchains.java import toolchain

pytestmark = pytest.mark.slow

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def prepared(runtime: Runtime, jbang_world: World, tmp_path: Path) -> PreparedRuntime:
    """Return the toolchain with JBang, ready."""
    return toolchain().prepare(runtime, tmp_path, jbang_world, lambda _: None)


def test_probe_names_the_launcher(jbang_world: World, runtime: Runtime, tmp_path: Path) -> None:
    """JBang is used where PATH holds it, unless the user wants the built-in way."""
    found = toolchain().probe(jbang_world)
    assert isinstance(found, Runtime)
    assert (found.details["launcher"], found.details["jbang"]) == ("jbang", str(tmp_path / "bin" / "jbang"))
    assert found.executable == runtime.executable
    turned = replace(jbang_world, environ={**jbang_world.environ, "DVARA_EXAMPLES_JAVA_LAUNCHER": "built-in"})
    other = toolchain().probe(turned)
    assert isinstance(other, Runtime)
    assert other.details["launcher"] == "built-in"


def test_builds_then_asks_then_starts_java_itself(
    prepared: PreparedRuntime, data: Path, run: Run, calls: Callable[[], list[str]], runtime: Runtime
) -> None:
    """JBang builds before it is asked, with the chosen JDK as JAVA_HOME; the run is the script's own JVM."""
    script = data / "plain" / "Plain.java"
    command = prepared.command(script, ["fail", "", "x"])
    home = runtime.executable.parent.parent
    assert calls() == [f"build {script} {home}", f"info tools {script} {home}"]
    assert command.launcher == "jbang"
    assert command.argv[0] == str(runtime.executable)
    ended = run(command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "good day fail||x\n", "")


def test_relative_script_is_no_subcommand(
    prepared: PreparedRuntime, jbang_world: World, run: Run, calls: Callable[[], list[str]], runtime: Runtime
) -> None:
    """A relative path is relative to the working folder and given whole, so that JBang takes it for no command."""
    (jbang_world.cwd / "app.java").write_text('class app { public static void main(String[] a) { System.out.println("up"); } }')
    assert run(prepared.command(Path("app.java"))).stdout == "up\n"
    assert calls()[0] == f"build {jbang_world.cwd}/app.java {runtime.executable.parent.parent}"


def test_unchanged_script_is_not_asked_about_again(
    prepared: PreparedRuntime, data: Path, tmp_path: Path, calls: Callable[[], list[str]], run: Run
) -> None:
    """JBang is asked once per text; a changed script is rebuilt, and so is one whose jar went away."""
    script = tmp_path / "Plain.java"
    text = (data / "plain" / "Plain.java").read_text("utf-8")
    script.write_text(text)
    first = prepared.command(script)
    assert prepared.command(script) == first
    assert len(calls()) == 2
    script.write_text(text.replace('"|"', '"+"'))
    assert run(prepared.command(script, ["a", "b"])).stdout == "good day a+b\n"
    assert len(calls()) == 4
    for jar in (tmp_path / "jbang").rglob("*.jar"):
        jar.unlink()
    assert run(prepared.command(script, ["a", "b"])).stdout == "good day a+b\n"
    assert len(calls()) == 6


def test_many_builds_at_once(
    runtime: Runtime, jbang_world: World, data: Path, tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    """Builds asked for at once, by two toolchains and for several scripts, reach JBang one after the other."""
    text = (data / "plain" / "Plain.java").read_text("utf-8")
    scripts = [tmp_path / f"Plain{number}.java" for number in range(3)]
    for number, script in enumerate(scripts):
        script.write_text(text.replace("class Plain", f"class Plain{number}"))
    ready = [toolchain().prepare(runtime, tmp_path, jbang_world, lambda _: None) for _ in range(2)]
    with ThreadPoolExecutor(6) as pool:
        commands = list(
            pool.map(lambda asked: asked[0].command(asked[1]), [(one, script) for one in ready for script in scripts])
        )
    assert len({command.argv for command in commands}) == 3
    assert len(calls()) == 6


def test_compile_error_is_javacs_own(prepared: PreparedRuntime, data: Path) -> None:
    """Of a script that does not compile, javac's text is shown, without JBang's lines around it."""
    with pytest.raises(ToolchainError, match=r"does not compile; fix what javac reports:\n.*Broken\.java:4: error:") as caught:
        prepared.command(data / "broken" / "Broken.java")
    assert "[jbang]" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unresolvable", r"jbang cannot build .*A\.java \(exit code 1\): Could not read artifact descriptor for g:a:jar:1$"),
        ("nonsense", r"jbang built .*A\.java, but does not say how to start it"),
    ],
)
def test_refusals(text: str, said: str, prepared: PreparedRuntime, tmp_path: Path) -> None:
    """JBang's own sentence is passed on; an answer that makes no sense is reported as that."""
    (tmp_path / "A.java").write_text(f"// REFUSE {text}\nclass A {{ public static void main(String[] a) {{}} }}")
    with pytest.raises(ToolchainError, match=said):
        prepared.command(tmp_path / "A.java")


def test_lists_that_are_left_out(prepared: PreparedRuntime, tmp_path: Path, run: Run) -> None:
    """What JBang leaves out of its answer counts as empty."""
    text = '// REFUSE dependencies\nclass A { public static void main(String[] a) { System.out.println("up"); } }'
    (tmp_path / "A.java").write_text(text)
    assert run(prepared.command(tmp_path / "A.java")).stdout == "up\n"


def test_script_with_an_address_is_built_once(
    prepared: PreparedRuntime, tmp_path: Path, run: Run, calls: Callable[[], list[str]]
) -> None:
    """A source that only JBang can fetch costs JBang's two JVMs once, and again when the script changes."""
    text = '//SOURCES https://example.com/B.java\nclass A { public static void main(String[] a) { System.out.println("up"); } }'
    (tmp_path / "A.java").write_text(text)
    assert run(prepared.command(tmp_path / "A.java")).stdout == "up\n"
    prepared.command(tmp_path / "A.java")
    assert len(calls()) == 2
    (tmp_path / "A.java").write_text(text.replace("up", "down"))
    assert run(prepared.command(tmp_path / "A.java")).stdout == "down\n"
    assert len(calls()) == 4


def test_script_that_is_not_there(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A missing script is named before JBang is bothered."""
    with pytest.raises(ToolchainError, match=r"None\.java cannot be read"):
        prepared.command(tmp_path / "None.java")


def test_versions_of_named_dependencies() -> None:
    """Versions are read from the places of the jars, for the dependencies that the script names."""
    info = {
        "dependencies": ["g:a:1+", "g.h:b"],
        "resolvedDependencies": ["/m/g/a/1.5/a-1.5.jar", "/m/g/h/b/2/b-2.jar", "/m/g/c/3/c-3.jar"],
    }
    assert _versions(dict(info)) == {"a": "1.5", "b": "2"}


def test_collision_with_another_jbang_is_built_again(
    prepared: PreparedRuntime, tmp_path: Path, run: Run, calls: Callable[[], list[str]]
) -> None:
    """A JBang that was started by hand can spoil a build; the second one is asked for at once."""
    text = '// REFUSE collision\nclass A { public static void main(String[] a) { System.out.println("up"); } }'
    (tmp_path / "A.java").write_text(text)
    assert run(prepared.command(tmp_path / "A.java")).stdout == "up\n"
    assert [call.split()[0] for call in calls()] == ["build", "build", "info"]


def test_two_caches_with_one_jbang_folder(runtime: Runtime, jbang_world: World, data: Path, tmp_path: Path) -> None:
    """Two runs with caches of their own wait for each other, as JBang's weakness lies in its own folder."""
    text = (data / "plain" / "Plain.java").read_text("utf-8")
    scripts = [tmp_path / f"Plain{number}.java" for number in range(4)]
    for number, script in enumerate(scripts):
        script.write_text(text.replace("class Plain", f"class Plain{number}"))
    worlds = [replace(jbang_world, cache_dir=tmp_path / f"cache{number}") for number in range(2)]
    ready = [toolchain().prepare(runtime, tmp_path, world, lambda _: None) for world in worlds]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(one.command, script) for script in scripts for one in ready]
        commands = [job.result() for job in jobs]
    assert len(commands) == 8
    assert (tmp_path / "jbang" / "cache" / "dvara-examples.lock").exists()


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"JBANG_DIR": "/j"}, "/j/cache"),
        ({"JBANG_DIR": "/j", "JBANG_CACHE_DIR": "/c"}, "/c"),
        ({"JBANG_JAVA_OPTIONS": "-Xmx1g -Duser.home=/moved"}, "/moved/.jbang/cache"),
        ({"HOME": "/elsewhere"}, None),
    ],
)
def test_user_home_moves_jbang_and_home_does_not(environ: dict[str, str], folder: str | None, world: World) -> None:
    """JBang's JVM keeps its cache below the home of the password file, whatever HOME says."""
    users = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".jbang" / "cache"
    assert cache_folder(replace(world, environ=environ)) == (Path(folder) if folder else users)


def test_offline_compile_error_is_a_compile_error(jbang_world: World, runtime: Runtime, data: Path, tmp_path: Path) -> None:
    """Offline, a script that does not compile gets javac's words, and not the advice to download something."""
    offline = toolchain().prepare(runtime, tmp_path, replace(jbang_world, offline=True), lambda _: None)
    with pytest.raises(ToolchainError, match=r"Broken\.java does not compile; fix what javac reports:") as caught:
        offline.command(data / "broken" / "Broken.java")
    assert "--offline" not in str(caught.value)
    (tmp_path / "A.java").write_text("// REFUSE unresolvable\nclass A { public static void main(String[] a) {} }")
    with pytest.raises(
        ToolchainError,
        match=r"--offline forbids the download of .*; .*setup --language java.*\n.*Could not read artifact descriptor",
    ):
        offline.command(tmp_path / "A.java")


def test_java_that_is_wrong_exits_with_two(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A //JAVA that is not a number is refused in JBang's words; since 0.141 its exit code is 2."""
    (tmp_path / "A.java").write_text("//JAVA new\nclass A { public static void main(String[] a) {} }")
    with pytest.raises(ToolchainError, match=r"\(exit code 2\): Invalid JAVA version"):
        prepared.command(tmp_path / "A.java")


def test_exits_of_jbang_itself(jbang_world: World, runtime: Runtime, tmp_path: Path) -> None:
    """A missing JDK exits with 2; ``info classpath`` exits with 0 for what cannot be resolved, so that only ``build`` tells."""
    (tmp_path / "Future.java").write_text("//JAVA 99\nclass Future {}")
    (tmp_path / "Gone.java").write_text("// REFUSE unresolvable\nclass Gone {}")
    environ = {**jbang_world.environ, "JAVA_HOME": str(runtime.executable.parent.parent)}

    def ask(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([tmp_path / "bin" / "jbang", *words], env=environ, capture_output=True, text=True, check=False)

    missing = ask("build", f"{tmp_path}/Future.java")
    assert (missing.returncode, "No suitable JDK was found for requested version: 99" in missing.stderr) == (2, True)
    assert ask("info", "classpath", f"{tmp_path}/Gone.java").returncode == 0
    assert ask("build", f"{tmp_path}/Gone.java").returncode == 1


def test_variables_are_part_of_what_is_kept(runtime: Runtime, jbang_world: World, tmp_path: Path, run: Run) -> None:
    """Another value of ``${env.X}`` or ``JBANG_APP_*`` gives another class path and other options, out of one cache."""
    text = (
        "//DEPS org.test:low:${env.LOWV}\nclass A { public static void main(String[] a) throws Exception { "
        'System.out.print(new String(A.class.getResourceAsStream("/low.txt").readAllBytes()) + System.getProperty("x")); } }'
    )
    (tmp_path / "A.java").write_text(text)

    def printed(**environ: str) -> str:
        world = replace(jbang_world, environ={**jbang_world.environ, **environ})
        return run(toolchain().prepare(runtime, tmp_path, world, lambda _: None).command(tmp_path / "A.java")).stdout

    assert printed(LOWV="2.10.1") == "2.10.1null"
    assert printed(LOWV="2.11.0") == "2.11.0null"
    assert printed(LOWV="2.11.0", JBANG_APP_JAVA_OPTIONS="-Dx=1") == "2.11.01"
    assert printed(LOWV="2.10.1") == "2.10.1null"


def test_script_that_is_a_dependency_is_part_of_what_is_kept(tmp_path: Path, world: World) -> None:
    """A change in ``//DEPS B.java``, or in a source that it names, is seen."""
    (tmp_path / "A.java").write_text("//DEPS B.java")
    (tmp_path / "B.java").write_text("//SOURCES C.java\n//JAVA 17")
    (tmp_path / "C.java").write_text("class C {}")
    first = read_inputs(tmp_path / "A.java", world, {})
    assert first.wanted is None
    (tmp_path / "C.java").write_text("class C { int i; }")
    assert read_inputs(tmp_path / "A.java", world, {}).parts != first.parts


@pytest.fixture
def without_jar(jbang_world: World, data: Path, tmp_path: Path) -> World:
    """Return a World whose JBang is the shell script alone."""
    (tmp_path / "bin" / "jbang").unlink()
    shutil.copy(data / "jbang-without-jar", tmp_path / "bin" / "jbang")
    (tmp_path / "jbang").mkdir()
    return jbang_world


@pytest.mark.parametrize("offline", [False, True])
def test_script_without_its_jar_is_not_started(
    offline: bool, without_jar: World, runtime: Runtime, data: Path, tmp_path: Path, run: Run, calls: Callable[[], list[str]]
) -> None:
    """JBang's script would try to download JBang at each start: the built-in way is taken, and doctor says why."""
    world = replace(without_jar, offline=offline)
    prepared = toolchain().prepare(runtime, tmp_path, world, lambda _: None)
    command = prepared.command(data / "plain" / "Plain.java", ["x"])
    assert (command.launcher, run(command).stdout) == ("built-in", "good day x\n")
    (seen,) = [candidate for candidate in toolchain().candidates(world) if candidate.what.startswith("JBang")]
    assert (seen.standing, seen.where) == (Fitness.PASSED_OVER, str(tmp_path / "bin" / "jbang"))
    assert "has no jbang.jar" in seen.why
    assert "jbang version" in seen.hint
    assert calls() == []


def test_script_without_its_jar_that_is_asked_for(without_jar: World) -> None:
    """Who asks for JBang by name is told what it lacks."""
    asked = replace(without_jar, environ={**without_jar.environ, "DVARA_EXAMPLES_JAVA_LAUNCHER": "jbang"})
    found = toolchain().probe(asked)
    assert isinstance(found, Missing)
    assert "has no jbang.jar" in found.reason


@pytest.mark.parametrize("place", ["bin/jbang.jar", "bin/.jbang/jbang.jar", "jbang/bin/jbang.jar"])
def test_places_of_the_jar(place: str, without_jar: World, tmp_path: Path) -> None:
    """The jar may lie next to the script, in its folder .jbang, or where an earlier start installed JBang."""
    for file in (tmp_path / place, tmp_path / "jbang" / "bin" / "jbang"):
        file.parent.mkdir(exist_ok=True)
        file.touch()
    (tmp_path / place).parent.joinpath("version.txt").write_text("0.141.0\n")
    found = find_jbang(without_jar)
    assert found is not None
    assert (found.is_complete, found.version) == (True, "0.141.0")
