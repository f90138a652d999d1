"""Folders that are built once: by one process at a time, whole or not at all."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._cache import LAYOUT, cached_folder
from tests.integration.namespaces import with_disk

BUILDER = """
import io, os, pathlib, subprocess, sys, time
from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._cache import cached_folder
from dvara_examples.core.world import World

place = pathlib.Path(sys.argv[1])
world = World({}, place, place, place / "m.yaml", place / "cache", place / "state", sys.stdout, sys.stderr)

def wait_for(path):
    for _ in range(1200):
        if path.exists():
            return
        time.sleep(0.05)
    sys.exit(f"{path} did not appear")

"""
SLOW_BUILD = """
def build(folder):
    (folder / "half").write_text("")
    with (place / "builds").open("a") as log:
        log.write("built\\n")
    wait_for(place / "go")
    (folder / "whole").write_text("")

print(cached_folder(world, "kind", "key", build))
"""
ORPHANING_BUILD = """
LATE = '''
import pathlib, sys, time
place, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
for _ in range(1200):
    if (place / "go").exists():
        break
    time.sleep(0.05)
folder.mkdir(exist_ok=True)
(folder / "late").write_text("")
(place / "late-done").write_text(str(folder))
'''

def build(folder):
    subprocess.Popen([sys.executable, "-c", LATE, str(place), str(folder)])
    (place / "started").write_text("")
    wait_for(place / "go")

cached_folder(world, "kind", "key", build)
"""
BUILD_AS_NOBODY = """
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    print(cached_folder(world, "kind", "key", lambda folder: (folder / "new").write_text("")))
except ToolchainError as error:
    print(error)
"""


def start(script: str, place: Path) -> "subprocess.Popen[str]":
    """Start another process that builds below *place*."""
    argv = [sys.executable, "-c", BUILDER + script, str(place)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def output_of(process: "subprocess.Popen[str]") -> str:
    """Wait for *process* and return what it printed."""
    out, _ = process.communicate(timeout=60)
    return out.strip()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for *condition*, a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


def write_whole(folder: Path) -> None:
    """Build the way that succeeds."""
    (folder / "whole").write_text("")


def must_not_build(_: Path) -> None:
    """Fail the test where a complete folder should have been found."""
    raise AssertionError("a complete folder was built again")


def names_in(folder: Path) -> set[str]:
    """Return the names of what lies in *folder*."""
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def public_place() -> Iterator[Path]:
    """Yield a folder that every user may enter, as the folders of pytest may be entered by their owner alone."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        yield place


def test_builds_once_and_is_found_again(world: World) -> None:
    """The second call returns the first one's folder without building."""
    first = cached_folder(world, "kind", "key", write_whole)
    assert cached_folder(world, "kind", "key", must_not_build) == first
    assert names_in(first) == {"whole"}
    assert first.is_relative_to(world.cache_dir / LAYOUT / "kind" / "key")


def test_keys_do_not_share(world: World) -> None:
    """Another key has another folder."""
    first = cached_folder(world, "kind", "one", write_whole)
    assert cached_folder(world, "kind", "two", write_whole) != first


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a b"])
def test_refuses_keys_that_are_no_plain_names(world: World, name: str) -> None:
    """A key cannot lead out of the cache."""
    with pytest.raises(ValueError, match="cannot name a folder"):
        cached_folder(world, "kind", name, write_whole)


def test_two_processes_at_once_build_once(tmp_path: Path) -> None:
    """While one process builds the other waits at the lock, then takes what the first one made."""
    first = start(SLOW_BUILD, tmp_path)
    wait_until((tmp_path / "builds").exists)
    second = start(SLOW_BUILD, tmp_path)
    wait_until(lambda: any(f.path.endswith("/lock") for f in psutil.Process(second.pid).open_files()))
    (tmp_path / "go").write_text("")
    folders = {output_of(first), output_of(second)}
    assert len(folders) == 1
    assert (Path(folders.pop()) / "whole").exists()
    assert (tmp_path / "builds").read_text() == "built\n"


def test_threads_of_one_process_build_once(world: World) -> None:
    """The lock holds between threads too."""
    built: list[Path] = []
    gate = threading.Barrier(4, timeout=30)

    def work() -> None:
        gate.wait()
        cached_folder(world, "kind", "key", built.append)

    threads = [threading.Thread(target=work, name=f"builder-{n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(built) == 1


def test_killed_while_building(world: World, tmp_path: Path) -> None:
    """After a SIGKILL half-way the next call builds again, and nothing of the half is left."""
    killed = start(SLOW_BUILD, tmp_path)
    wait_until((tmp_path / "builds").exists)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    output_of(killed)
    folder = cached_folder(world, "kind", "key", write_whole)
    assert names_in(folder) == {"whole"}
    assert names_in(folder.parent) == {folder.name, "lock", "complete"}


def test_child_that_outlives_a_killed_build(world: World, tmp_path: Path) -> None:
    """What an orphan of a killed build still writes does not reach the folder of the next build."""
    killed = start(ORPHANING_BUILD, tmp_path)
    wait_until((tmp_path / "started").exists)
    killed.kill()
    killed.wait(30)
    folder = cached_folder(world, "kind", "key", write_whole)
    (tmp_path / "go").write_text("")
    wait_until(lambda: (tmp_path / "late-done").exists() and (tmp_path / "late-done").read_text() != "")
    output_of(killed)
    assert names_in(folder) == {"whole"}
    assert cached_folder(world, "kind", "key", must_not_build) == folder


def test_failed_build_leaves_nothing(world: World) -> None:
    """A build that raises passes its error on, and the next call builds again."""

    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise ToolchainError("the compiler said no")

    with pytest.raises(ToolchainError, match="the compiler said no"):
        cached_folder(world, "kind", "key", fail)
    assert names_in(world.cache_dir / LAYOUT / "kind" / "key") == {"lock"}
    assert names_in(cached_folder(world, "kind", "key", write_whole)) == {"whole"}


@pytest.mark.parametrize("marker", [b"", b"gone", b"../elsewhere", b"\xff\xfe"])
def test_marker_that_names_nothing(world: World, marker: bytes) -> None:
    """A marker that is empty, damaged or names a folder that is gone does not count."""
    slot = cached_folder(world, "kind", "key", write_whole).parent
    (slot / "complete").write_bytes(marker)
    assert names_in(cached_folder(world, "kind", "key", write_whole)) == {"whole"}


def test_complete_folder_needs_no_lock(world: World) -> None:
    """A complete folder is found although its lock cannot be opened."""
    folder = cached_folder(world, "kind", "key", write_whole)
    (folder.parent / "lock").unlink()
    (folder.parent / "lock").mkdir()
    assert cached_folder(world, "kind", "key", must_not_build) == folder


def test_waiting_has_an_end(world: World, tmp_path: Path) -> None:
    """Who waits too long is told which process builds."""
    builder = start(SLOW_BUILD, tmp_path)
    wait_until((tmp_path / "builds").exists)
    with pytest.raises(ToolchainError, match=rf"^process {builder.pid} has been preparing .* for more than 0.1 s"):
        cached_folder(world, "kind", "key", must_not_build, wait_limit_s=0.1)
    (tmp_path / "go").write_text("")
    assert output_of(builder)


def test_cache_that_cannot_be_made(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Where the cache folder cannot be made, the state folder serves, now and next time."""
    (tmp_path / "file").write_text("")
    world = make_world(cache_dir=tmp_path / "file" / "cache")
    folder = cached_folder(world, "kind", "key", write_whole)
    assert folder.is_relative_to(world.state_dir / "cache")
    assert cached_folder(world, "kind", "key", must_not_build) == folder


def test_nowhere_to_write(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Where neither folder can be made, one sentence names both."""
    (tmp_path / "file").write_text("")
    world = make_world(cache_dir=tmp_path / "file" / "cache", state_dir=tmp_path / "file" / "state")
    with pytest.raises(ToolchainError, match=r"file/cache/.* \(Not a directory\) and .*file/state/"):
        cached_folder(world, "kind", "key", must_not_build)


def test_read_only_cache(public_place: Path) -> None:
    """A user who may not write the cache uses what is complete there, and builds next to the state otherwise."""
    (public_place / "state").mkdir()
    (public_place / "state").chmod(0o777)
    (public_place / "cache").mkdir(mode=0o755)
    (public_place / "cache").chmod(0o555)
    built = Path(output_of(start(BUILD_AS_NOBODY, public_place)))
    assert built.is_relative_to(public_place / "state" / "cache")


def test_read_only_cache_that_is_complete(public_place: Path, make_world: Callable[..., World]) -> None:
    """What one user prepared serves another who may only read it."""
    folder = cached_folder(make_world(cache_dir=public_place / "cache"), "kind", "key", write_whole)
    for path in (public_place / "cache").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert output_of(start(BUILD_AS_NOBODY, public_place)) == str(folder)
    finally:
        for path in (public_place / "cache").rglob("*"):
            path.chmod(0o755)


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="this system has no /dev/full")
def test_full_disk(world: World) -> None:
    """A disk that fills up while building is named, and nothing counts as complete."""

    def fill_up(_: Path) -> None:
        Path("/dev/full").write_text("x")

    with pytest.raises(ToolchainError, match=r"the disk that holds .* is full .* free some space"):
        cached_folder(world, "kind", "key", fill_up)
    assert names_in(cached_folder(world, "kind", "key", write_whole)) == {"whole"}


PASSED_OVER = """
cached_folder(world, "kind", "key", lambda _: None).relative_to(world.state_dir)
assert kept_folder(world, "kind", "key") is not None
try:
    cached_folder(replace(world, state_dir=world.cache_dir), "kind", "key", lambda _: None)
except ToolchainError as error:
    print(error)
"""


def test_a_cache_where_nothing_can_be_executed_is_passed_over(tmp_path: Path) -> None:
    """What is built there could not run, and its example would be blamed: the state folder takes its place."""
    (tmp_path / "cache").mkdir()
    code = f"from dataclasses import replace\n{BUILDER}\nfrom dvara_examples.toolchains._cache import kept_folder\n{PASSED_OVER}"
    words = with_disk(str(tmp_path / "cache"), "noexec", sys.executable, "-c", code, str(tmp_path))
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "lets nothing be executed (noexec)" in said.stdout, said.stderr
    assert "DVARA_EXAMPLES_CACHE" in said.stdout
