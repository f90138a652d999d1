"""The way with JBang, against a stand-in that answers as JBang does (``tests/data/java/jbang``)."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Prepared, Runtime
from dvara_examples.toolchains._java.jbang import _versions
from dvara_examples.toolchains.java import toolchain

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def jbang_world(java_world: World, data: Path, tmp_path: Path) -> World:
    """Return a World with the stand-in first on PATH, and an old JDK in JAVA_HOME."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "jbang").symlink_to(data / "jbang")
    path = os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), java_world.environ["PATH"]])
    environ = {**java_world.environ, "PATH": path, "JBANG_DIR": str(tmp_path / "jbang"), "JAVA_HOME": "/nowhere"}
    del environ["DVARA_EXAMPLES_JAVA_LAUNCHER"]
    return replace(java_world, environ=environ)


@pytest.fixture
def fresh(jbang_world: World, tmp_path: Path) -> World:
    """Return the same with an empty cache."""
    return replace(jbang_world, cache_dir=tmp_path / "cache")


@pytest.fixture
def prepared(runtime: Runtime, fresh: World, tmp_path: Path) -> Prepared:
    """Return the toolchain with JBang, ready."""
    return toolchain().prepare(runtime, tmp_path, fresh, lambda _: None)


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """Return a function that tells what JBang was asked so far."""

    def read() -> list[str]:
        file = tmp_path / "jbang" / "calls"
        return file.read_text().splitlines() if file.exists() else []

    return read


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
    prepared: Prepared, data: Path, run: Run, calls: Callable[[], list[str]], runtime: Runtime
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
    prepared: Prepared, fresh: World, run: Run, calls: Callable[[], list[str]], runtime: Runtime
) -> None:
    """A relative path is seen from the working folder and given whole, so that JBang takes it for no command."""
    (fresh.cwd / "app.java").write_text('class app { public static void main(String[] a) { System.out.println("up"); } }')
    assert run(prepared.command(Path("app.java"))).stdout == "up\n"
    assert calls()[0] == f"build {fresh.cwd}/app.java {runtime.executable.parent.parent}"


def test_unchanged_script_is_not_asked_about_again(
    prepared: Prepared, data: Path, tmp_path: Path, calls: Callable[[], list[str]], run: Run
) -> None:
    """JBang is asked once per text; a changed script is built anew, and so is one whose jar went away."""
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


def test_many_builds_at_once(runtime: Runtime, fresh: World, data: Path, tmp_path: Path, calls: Callable[[], list[str]]) -> None:
    """Builds asked for at once, by two toolchains and for several scripts, reach JBang one after the other."""
    text = (data / "plain" / "Plain.java").read_text("utf-8")
    scripts = [tmp_path / f"Plain{number}.java" for number in range(3)]
    for number, script in enumerate(scripts):
        script.write_text(text.replace("class Plain", f"class Plain{number}"))
    ready = [toolchain().prepare(runtime, tmp_path, fresh, lambda _: None) for _ in range(2)]
    with ThreadPoolExecutor(6) as pool:
        commands = list(
            pool.map(lambda asked: asked[0].command(asked[1]), [(one, script) for one in ready for script in scripts])
        )
    assert len({command.argv for command in commands}) == 3
    assert len(calls()) == 6


def test_compile_error_is_javacs_own(prepared: Prepared, data: Path) -> None:
    """Of a script that does not compile, javac's text is shown, without JBang's lines around it."""
    with pytest.raises(ToolchainError, match=r"does not compile; correct what javac says:\n.*Broken\.java:4: error:") as caught:
        prepared.command(data / "broken" / "Broken.java")
    assert "[jbang]" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unresolvable", r"jbang cannot build .*A\.java \(exit code 1\): Could not read artifact descriptor for g:a:jar:1$"),
        ("nonsense", r"jbang built .*A\.java, but does not tell how to start it"),
    ],
)
def test_refusals(text: str, said: str, prepared: Prepared, tmp_path: Path) -> None:
    """JBang's own sentence is passed on; an answer that makes no sense is reported as that."""
    (tmp_path / "A.java").write_text(f"// REFUSE {text}\nclass A {{ public static void main(String[] a) {{}} }}")
    with pytest.raises(ToolchainError, match=said):
        prepared.command(tmp_path / "A.java")


def test_lists_that_are_left_out(prepared: Prepared, tmp_path: Path, run: Run) -> None:
    """What JBang leaves out of its answer counts as empty."""
    text = '// REFUSE dependencies\nclass A { public static void main(String[] a) { System.out.println("up"); } }'
    (tmp_path / "A.java").write_text(text)
    assert run(prepared.command(tmp_path / "A.java")).stdout == "up\n"


def test_script_beyond_our_reading(prepared: Prepared, tmp_path: Path, run: Run, calls: Callable[[], list[str]]) -> None:
    """A script with sources that only JBang can fetch is built each time, as nobody can tell whether they changed."""
    text = '//SOURCES https://example.com/B.java\nclass A { public static void main(String[] a) { System.out.println("up"); } }'
    (tmp_path / "A.java").write_text(text)
    assert run(prepared.command(tmp_path / "A.java")).stdout == "up\n"
    prepared.command(tmp_path / "A.java")
    assert len(calls()) == 4


def test_script_that_is_not_there(prepared: Prepared, tmp_path: Path) -> None:
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
