"""The toolchain from probe to exit code, on the machine's own JDK."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Missing, PreparedRuntime, Runtime
from dvara_examples.toolchains.java import toolchain

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]

NO_NETWORK = (
    "<settings><mirrors><mirror><id>none</id><mirrorOf>*</mirrorOf><url>http://127.0.0.1:9/</url></mirror></mirrors></settings>"
)
"""Maven settings that lead every download to a port where nobody listens."""


@pytest.fixture
def prepared(runtime: Runtime, java_world: World, tmp_path: Path) -> PreparedRuntime:
    """Return the toolchain ready for single scripts."""
    return toolchain().prepare(runtime, tmp_path, java_world, lambda _: None)


def test_arguments_options_and_exit_code_are_the_scripts_own(prepared: PreparedRuntime, data: Path, run: Run) -> None:
    """Arguments arrive unchanged, an empty one too; the header's JVM options hold; the exit code is the script's."""
    ended = run(prepared.command(data / "plain" / "Plain.java", ["fail", "", "a b", "$HOME"]))
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "good day fail||a b|$HOME\n", "")


@pytest.mark.slow
def test_dependencies(prepared: PreparedRuntime, data: Path, run: Run, runtime: Runtime) -> None:
    """A script with dependencies runs, and its command tells the versions for the report."""
    command = prepared.command(data / "jackson" / "WithJackson.java", ["hello"])
    assert command.launcher == "built-in"
    assert dict(command.versions) == {"java": runtime.version, "jackson-databind": "2.18.2"}
    ended = run(command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "hello\n", "")


def test_sources_and_files(prepared: PreparedRuntime, data: Path, run: Run) -> None:
    """Further sources, their own files, renamed files and folders reach the class path."""
    assert run(prepared.command(data / "parts" / "Parts.java")).stdout == "AABC\n"


@pytest.mark.parametrize(("name", "said"), [("Preview", "preview\n"), ("LowerName", "lower\n")])
def test_other_scripts(name: str, said: str, prepared: PreparedRuntime, data: Path, run: Run) -> None:
    """Preview features are switched on for compiler and JVM alike; a lone class need not be named like its file."""
    ended = run(prepared.command(data / "plain" / f"{name}.java"))
    assert (ended.returncode, ended.stdout) == (0, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Broken", r"Broken\.java does not compile with JDK .*\n.*Broken\.java:4: error: incompatible types"),
        ("WrongName", r"class Another is public, should be declared in a file named Another\.java"),
        ("NoMain", r"NoMain\.java has no main method in a top-level class; add one, or name the class to start in a line //MAIN"),
        ("Both", r"Both\.java has several main methods \(in One, Two\), and none of these classes is named Both"),
    ],
)
def test_scripts_that_cannot_be_built(name: str, said: str, prepared: PreparedRuntime, data: Path) -> None:
    """What javac says is shown as it is; a missing main class is explained."""
    with pytest.raises(ToolchainError, match=said):
        prepared.command(data / "broken" / f"{name}.java")


def test_collector_of_the_script_wins(prepared: PreparedRuntime, tmp_path: Path, run: Run) -> None:
    """A script that names a garbage collector gets it, where two would stop the JVM."""
    script = tmp_path / "Own.java"
    script.write_text(
        '//JAVA_OPTIONS -XX:+UseParallelGC\nclass Own { public static void main(String[] a) { System.out.println("up"); } }'
    )
    command = prepared.command(script)
    assert "-XX:+UseSerialGC" not in command.argv
    assert run(command).stdout == "up\n"


@pytest.mark.slow
def test_file_that_shadows_a_dependency(prepared: PreparedRuntime, tmp_path: Path, run: Run) -> None:
    """A script's own file comes before a dependency's file of the same name."""
    (tmp_path / "own").write_text("mine")
    script = tmp_path / "Own.java"
    script.write_text(
        "//DEPS com.fasterxml.jackson.core:jackson-databind:2.18.2\n"
        "//FILES META-INF/services/com.fasterxml.jackson.core.ObjectCodec=own\n"
        "class Own { public static void main(String[] a) throws Exception { try (var in = Own.class.getResourceAsStream("
        '"/META-INF/services/com.fasterxml.jackson.core.ObjectCodec")) { System.out.println(new String(in.readAllBytes())); } } }'
    )
    assert run(prepared.command(script)).stdout == "mine\n"


def test_directive_that_needs_jbang(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A directive that only JBang can follow is refused with the way out."""
    script = tmp_path / "Agent.java"
    script.write_text("//JAVAAGENT\nclass Agent {}")
    with pytest.raises(ToolchainError, match=r"Agent\.java uses //JAVAAGENT, .*install JBang"):
        prepared.command(script)


def test_java_that_is_not_there(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A script that asks for a Java of the future says what is there instead."""
    script = tmp_path / "Future.java"
    script.write_text("//JAVA 99+\nclass Future {}")
    with pytest.raises(ToolchainError, match=r"JDK 99 or newer is needed by Future\.java \(//JAVA\), found "):
        prepared.command(script)


def test_unchanged_script_is_not_compiled_again(prepared: PreparedRuntime, data: Path, tmp_path: Path, run: Run) -> None:
    """The same text gives the same command, another text another jar."""
    script = tmp_path / "Plain.java"
    text = (data / "plain" / "Plain.java").read_text("utf-8")
    script.write_text(text)
    first = prepared.command(script, ["x"])
    assert prepared.command(script, ["x"]) == first
    script.write_text(text.replace("good day", "good night"))
    assert run(prepared.command(script, ["x"])).stdout == "good night x\n"
    script.write_text(text.replace('"|"', '"+"'))
    assert run(prepared.command(script, ["x", "y"])).stdout == "good day x+y\n"


@pytest.mark.slow
def test_second_time_needs_no_network(runtime: Runtime, java_world: World, data: Path, tmp_path: Path, run: Run) -> None:
    """Once resolved, a script starts without any repository in reach; a new dependency says which one is out of reach."""
    toolchain().prepare(runtime, data / "jackson", java_world, lambda _: None)
    (tmp_path / "offline" / ".m2").mkdir(parents=True)
    (tmp_path / "offline" / ".m2" / "settings.xml").write_text(NO_NETWORK)
    offline = replace(java_world, environ={**java_world.environ, "HOME": str(tmp_path / "offline")})
    prepared = toolchain().prepare(runtime, data / "jackson", offline, lambda _: None)
    assert run(prepared.command(data / "jackson" / "WithJackson.java", ["again"])).stdout == "again\n"
    script = tmp_path / "New.java"
    script.write_text("//DEPS com.fasterxml.jackson.core:jackson-core:2.17.0\nclass New {}")
    with pytest.raises(ToolchainError, match=r"jackson-core:pom:2\.17\.0.*http://127\.0\.0\.1:9/.*dvara-examples setup"):
        prepared.command(script)


def test_prepare_survives_a_broken_neighbour(runtime: Runtime, java_world: World, data: Path, tmp_path: Path, run: Run) -> None:
    """A script that cannot be read as asked stops only itself."""
    (tmp_path / "Bad.java").write_text("//DEPS nonsense\nclass Bad {}")
    (tmp_path / "Plain.java").write_text((data / "plain" / "Plain.java").read_text("utf-8"))
    prepared = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None)
    assert run(prepared.command(tmp_path / "Plain.java", ["x"])).stdout == "good day x\n"
    with pytest.raises(ToolchainError, match=r"in .*Bad\.java: //DEPS names 'nonsense'"):
        prepared.command(tmp_path / "Bad.java")


def test_jdk_that_went_away(runtime: Runtime, java_world: World, tmp_path: Path) -> None:
    """A JDK that was removed after the probe is named."""
    gone = replace(runtime, executable=tmp_path / "jdk" / "bin" / "java")
    with pytest.raises(ToolchainError, match=rf"the JDK at {tmp_path}/jdk has disappeared"):
        toolchain().prepare(gone, tmp_path, java_world, lambda _: None)


@pytest.mark.parametrize(
    ("asked", "said"), [("gradle", "'gradle'; built-in and jbang are accepted"), ("jbang", "PATH holds none")]
)
def test_launcher_that_cannot_be_had(asked: str, said: str, java_world: World) -> None:
    """An unknown or absent launcher is refused at the probe."""
    environ = {**java_world.environ, "DVARA_EXAMPLES_JAVA_LAUNCHER": asked, "PATH": os.defpath}
    found = toolchain().probe(replace(java_world, environ=environ))
    assert isinstance(found, Missing)
    assert said in found.reason


def integrating_script(folder: Path, directive: str = "") -> Path:
    """Write a script whose one dependency takes part in JBang's build, and the repository that holds it."""
    place = folder / "repo" / "org" / "test" / "step" / "1"
    place.mkdir(parents=True)
    with zipfile.ZipFile(place / "step-1.jar", "w") as jar:
        jar.writestr("META-INF/jbang-integration.list", "org.test.Step")
    (place / "step-1.pom").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>org.test</groupId><artifactId>step</artifactId>"
        "<version>1</version></project>"
    )
    script = folder / "Q.java"
    script.write_text(
        f"//REPOS here=./repo\n//DEPS org.test:step:1\n{directive}\n"
        'class Q { public static void main(String[] a) { System.out.println("up"); } }'
    )
    return script


@pytest.mark.slow
def test_dependency_with_an_integration_list_needs_jbang(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A dependency that takes part in the build, as those of Quarkus do, is refused with its name and the way out."""
    with pytest.raises(
        ToolchainError, match=r"Q\.java depends on org\.test:step:1, which takes part in the build, .*install JBang"
    ):
        prepared.command(integrating_script(tmp_path))


@pytest.mark.slow
def test_integrations_can_be_turned_off(prepared: PreparedRuntime, tmp_path: Path, run: Run) -> None:
    """With //NOINTEGRATIONS JBang ignores such a list too, and the script is built."""
    assert run(prepared.command(integrating_script(tmp_path, "//NOINTEGRATIONS"))).stdout == "up\n"
