"""The class-data archive: it is read where it fits, and a run neither fails nor chatters where it does not."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.later import Later
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Runtime
from dvara_examples.toolchains._java.archive import archive_options, make_archive
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains.java import toolchain
from tests.toolchains.java.conftest import archive_of

pytestmark = pytest.mark.slow

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(runtime: Runtime, java_world: World, data: Path, tmp_path: Path) -> Command:
    """Return how a script with dependencies is started."""
    prepared = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None)
    return prepared.command(data / "jackson" / "WithJackson.java", ["x"])


def test_classes_come_from_the_archive(command: Command, run: Run) -> None:
    """The dependencies' classes are taken from the archive, not from their jars."""
    loaded = run(replace(command, argv=(command.argv[0], "-Xlog:class+load", *command.argv[1:]))).stdout
    mapper = next(line for line in loaded.splitlines() if " com.fasterxml.jackson.databind.ObjectMapper " in line)
    assert "shared objects file" in mapper


def test_what_is_asked_for_does_not_wait_for_an_archive(
    runtime: Runtime, java_world: World, data: Path, tmp_path: Path, run: Run
) -> None:
    """Where work for later is collected, a script is ready without one, and has one when that work is done."""
    later = Later()
    world = replace(java_world, cache_dir=tmp_path / "cache", later=later)
    prepared = toolchain().prepare(runtime, tmp_path, world, lambda _: None)
    first = prepared.command(data / "plain" / "Plain.java", ["x"])
    assert run(first).stdout == "good day x\n"
    assert not any("SharedArchiveFile" in option for option in first.argv)
    later.finish()
    assert archive_of(prepared.command(data / "plain" / "Plain.java", ["x"])).is_file()


def test_script_without_dependencies(runtime: Runtime, java_world: World, tmp_path: Path, run: Run) -> None:
    """A script that needs nothing but the JDK has an archive of the JDK's classes."""
    (tmp_path / "Lines.java").write_text(
        "class Lines { public static void main(String[] a) { java.net.http.HttpClient.newHttpClient(); } }"
    )
    command = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None).command(tmp_path / "Lines.java")
    loaded = run(replace(command, argv=(command.argv[0], "-Xlog:class+load", *command.argv[1:]))).stdout
    client = next(line for line in loaded.splitlines() if " jdk.internal.net.http.HttpClientImpl " in line)
    assert "shared objects file" in client


@pytest.mark.parametrize("size", [0, 3, 5000, 1_000_000])
def test_archive_that_was_cut_is_left_aside(size: int, command: Command, run: Run, tmp_path: Path) -> None:
    """A cut-off archive changes neither outcome nor output."""
    cut = tmp_path / "cut.jsa"
    cut.write_bytes(archive_of(command).read_bytes()[:size])
    argv = tuple(f"-XX:SharedArchiveFile={cut}" if str(archive_of(command)) in option else option for option in command.argv)
    ended = run(replace(command, argv=argv))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "x\n", "")


def test_archive_for_another_class_path_is_left_aside(command: Command, run: Run) -> None:
    """An archive that does not fit the class path changes neither outcome nor output."""
    place = command.argv.index("-cp") + 1
    turned = os.pathsep.join(reversed(command.argv[place].split(os.pathsep)))
    ended = run(replace(command, argv=(*command.argv[:place], turned, *command.argv[place + 1 :])))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "x\n", "")


def test_runs_never_write_the_archive(command: Command, run: Run) -> None:
    """Runs, also side by side and killed, leave the archive as it was prepared."""
    archive = archive_of(command)
    before = (archive.stat().st_mtime_ns, archive.stat().st_size, sorted(archive.parent.iterdir()))
    children = [subprocess.Popen(command.argv, env={}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(3)]
    for child in children:
        child.kill()
        child.wait(timeout=30)
    assert run(command).returncode == 0
    assert (archive.stat().st_mtime_ns, archive.stat().st_size, sorted(archive.parent.iterdir())) == before


def test_jvm_that_cannot_make_one(world: World, tmp_path: Path) -> None:
    """A JVM that fails at it is reported in one sentence."""
    (tmp_path / "bin").mkdir()
    for tool in ("java", "javac"):
        (tmp_path / "bin" / tool).write_text("#!/bin/sh\necho 'no sharing here' >&2\nexit 1\n")
        (tmp_path / "bin" / tool).chmod(0o755)
    with pytest.raises(ToolchainError, match="no class-data archive can be made: no sharing here"):
        make_archive(Jdk(tmp_path, "25", "PATH"), [], world)


_GIVES_UP = """#!/bin/sh
for word; do case $word in
    -XX:DumpLoadedClassList=*) : >"${word#*=}" ;;
    -XX:SharedClassListFile=*) list=${word#*=} ;;
    -XX:SharedArchiveFile=*) archive=${word#*=} ;;
esac; done
[ "$list" ] || exit 0
if grep -q '^a/Unfit[$]Part$' "$list"; then
    echo 'java.lang.IllegalAccessError: failed to access class a.Other from class a.Unfit$Part (a.Other and a.Unfit$Part are)'
    exit 1
fi
cp "$list" "$archive"
"""


def test_a_class_for_which_the_jvm_gives_up_is_left_out(world: World, tmp_path: Path) -> None:
    """JDK 21 makes no archive where one class of a jar cannot be linked; it gets the others."""
    (tmp_path / "bin").mkdir()
    for tool, text in (("java", _GIVES_UP), ("javac", "#!/bin/sh\n")):
        (tmp_path / "bin" / tool).write_text(text)
        (tmp_path / "bin" / tool).chmod(0o755)
    jar = tmp_path / "some.jar"
    with zipfile.ZipFile(jar, "w") as content:
        for name in ("a/Fit.class", "a/Unfit$Part.class"):
            content.writestr(name, b"")
    jdk = Jdk(tmp_path, "21", "PATH")
    make_archive(jdk, [jar], world)
    option, *_ = archive_options(jdk, [jar], world)
    assert Path(option.partition("=")[2]).read_text("utf-8").split() == ["a/Fit"]
