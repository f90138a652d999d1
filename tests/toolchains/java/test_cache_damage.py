"""What is kept survives two runs at once, kills, cuts, deletions and folders that cannot be written."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Runtime
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains.java import toolchain
from tests.toolchains.java.conftest import archive_of

pytestmark = pytest.mark.slow

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]

PREPARE = """
import os, sys
from pathlib import Path
from dvara_examples.toolchains.java import toolchain
from dvara_examples.core.world import World
place, script = Path(sys.argv[1]), Path(sys.argv[2])
world = World(dict(os.environ), place, place, place, place / "cache", place / "state", sys.stdout, sys.stderr)
java = toolchain()
prepared = java.prepare(java.probe(world), script.parent, world, lambda _: None)
print("\\n".join(prepared.command(script, ["x"]).argv))
"""


def start(place: Path, script: Path, world: World) -> "subprocess.Popen[str]":
    """Start a process that prepares *script* below *place*."""
    argv = [sys.executable, "-c", PREPARE, str(place), str(script)]
    env = {**world.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Wait until *condition* holds, for a bounded time."""
    tick, deadline = threading.Event(), time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come about"
        tick.wait(0.01)


@pytest.fixture
def fresh(java_world: World, tmp_path: Path) -> World:
    """Return a World with an empty cache."""
    return replace(java_world, cache_dir=tmp_path / "cache")


def take_archive(fresh: World, script: Path, runtime: Runtime, shared: Path) -> None:
    """Put a copy of the archive for *script*, which all tests share, into the cache of *fresh*."""
    command = toolchain().prepare(runtime, script.parent, replace(fresh, cache_dir=shared), lambda _: None).command(script)
    slot = archive_of(command).parents[1]
    shutil.copytree(slot, fresh.cache_dir / slot.relative_to(shared))


def test_two_processes_and_four_threads_at_once(fresh: World, runtime: Runtime, data: Path, tmp_path: Path, run: Run) -> None:
    """Processes that prepare one script with dependencies at once, in an empty cache, all get the same working command."""
    script = data / "jackson" / "WithJackson.java"
    children = [start(tmp_path, script, fresh) for _ in range(2)]
    prepared = toolchain().prepare(runtime, tmp_path / "none", fresh, lambda _: None)
    with ThreadPoolExecutor(4) as pool:
        commands = list(pool.map(lambda _: prepared.command(script, ["x"]), range(4)))
    outputs = [child.communicate(timeout=120) for child in children]
    assert [(child.returncode, err) for child, (_, err) in zip(children, outputs, strict=True)] == [(0, ""), (0, "")]
    assert {*(command.argv for command in commands), *(tuple(out.splitlines()) for out, _ in outputs)} == {commands[0].argv}
    assert run(commands[0]).stdout == "x\n"


@pytest.mark.parametrize("stage", ["java-archive", "java-classes"])
def test_killed_while_preparing(stage: str, fresh: World, runtime: Runtime, data: Path, tmp_path: Path, run: Run) -> None:
    """After a kill in the middle of a stage the next run builds that stage again, and works."""
    script = data / "plain" / "Plain.java"
    child = start(tmp_path, script, fresh)
    wait_for(lambda: any((tmp_path / "cache").glob(f"**/{stage}/*/*/*")))
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    assert not any((tmp_path / "cache").glob(f"**/{stage}/*/complete"))
    prepared = toolchain().prepare(runtime, script.parent, fresh, lambda _: None)
    assert run(prepared.command(script, ["x"])).stdout == "good day x\n"


def kept_files(world: World) -> Iterator[Path]:
    """Yield the files that a run needs."""
    for pattern in ("**/app.jar", "**/main.json", "**/classes.jsa"):
        yield from world.cache_dir.glob(pattern)


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: os.truncate(file, 100), lambda file: os.truncate(file, 0)])
def test_files_that_were_removed_or_cut(
    harm: Callable[[Path], None], fresh: World, runtime: Runtime, data: Path, tmp_path: Path, run: Run, shared_cache: Path
) -> None:
    """A file of the cache that is gone or too short is rebuilt instead of being used."""
    script = data / "plain" / "Plain.java"
    take_archive(fresh, script, runtime, shared_cache)
    toolchain().prepare(runtime, tmp_path, fresh, lambda _: None).command(script)
    harmed = list(kept_files(fresh))
    assert len(harmed) == 3
    for file in harmed:
        with contextlib.suppress(OSError):
            harm(file)
    prepared = toolchain().prepare(runtime, tmp_path, fresh, lambda _: None)
    assert run(prepared.command(script, ["x"])).stdout == "good day x\n"


def test_cache_that_cannot_be_written(fresh: World, runtime: Runtime, data: Path, tmp_path: Path, run: Run) -> None:
    """Where the cache cannot be written, the state folder takes what is built."""
    (tmp_path / "file").write_text("")
    blocked = replace(fresh, cache_dir=tmp_path / "file" / "cache")
    prepared = toolchain().prepare(runtime, tmp_path, blocked, lambda _: None)
    command = prepared.command(data / "plain" / "Plain.java", ["x"])
    assert str(blocked.state_dir) in " ".join(command.argv)
    assert run(command).stdout == "good day x\n"


def test_damage_that_comes_back(world: World) -> None:
    """A folder that is never good ends in an error that names it, not in a loop."""
    with pytest.raises(ToolchainError, match="is damaged again and again; remove it"):
        intact_folder(world, "kind", "key", lambda _: None, lambda _: False)


def test_good_folder_is_kept(world: World) -> None:
    """A folder that is whole is not built again."""
    built: list[Path] = []
    assert intact_folder(world, "kind", "key", built.append) == intact_folder(world, "kind", "key", built.append)
    assert len(built) == 1
