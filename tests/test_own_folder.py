"""Temporary folders name their owner: what a killed process left goes with the next start, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dvara_examples.core.own_folder import _remove_leftovers, has_ended, own_folder, own_prefix, owner

_MAKE = "import sys; from pathlib import Path; from dvara_examples.core.own_folder import own_prefix; print(own_prefix())"
_HOLD = "from dvara_examples.core.own_folder import owner; print(owner(), flush=True); import time; time.sleep(60)"


def test_a_process_that_lives_has_not_ended() -> None:
    """The one that asks lives; one of the same number that started at another time is another one, and has ended."""
    where, pid, started = owner().split(" ")
    assert not has_ended(owner())
    assert has_ended(f"{where} {pid} {int(started) + 1}")


def test_one_that_nobody_has_taken_in_has_ended() -> None:
    """A killed process whose parent has not asked for its end keeps its number, and owns nothing any more."""
    with subprocess.Popen([sys.executable, "-c", _HOLD], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert not has_ended(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(name)


@pytest.mark.parametrize("name", ["", "x", "elsewhere/1 1 1", "elsewhere 1"])
def test_nothing_is_told_of_others(name: str) -> None:
    """Owners elsewhere, and what is no owner's name, have not ended as far as anybody knows."""
    assert not has_ended(name)


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """The folder of a process that has ended goes; those of living ones, of other machines and of other tools stay."""
    dead = subprocess.run([sys.executable, "-c", _MAKE], capture_output=True, text=True, check=True).stdout.strip()
    left = tmp_path / f"{dead}abc"
    (left / "inner").mkdir(parents=True)
    (left / "inner" / "config.json").touch()
    elsewhere = dead.rsplit("-", 2)[0] + "-00000000-abc"
    kept = {f"{own_prefix()}abc", elsewhere, "dvara-examples-gateway-abc", "dvara-examples-1-2"}
    for name in kept:
        (tmp_path / name).mkdir()
    (tmp_path / f"{dead}file").touch()
    (tmp_path / f"{dead}link").symlink_to(tmp_path / elsewhere)
    _remove_leftovers.__wrapped__(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == kept | {f"{dead}file", f"{dead}link"}


def test_it_goes_at_the_end(tmp_path: Path) -> None:
    """A folder goes with all that it holds."""
    with own_folder(tmp_path) as folder:
        (folder / "file").touch()
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
