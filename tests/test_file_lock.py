"""Locks that processes share."""

import threading
from pathlib import Path

from dvara_examples.core.disk import take_lock


def test_whoever_waits_for_a_lock_hears_of_it_once_and_can_be_stopped(tmp_path: Path) -> None:
    """It is had when its holder lets go; a wait ends at its limit, and when it is stopped."""
    told: list[str] = []
    stop = threading.Event()
    with (tmp_path / "lock").open("a") as mine:
        with (tmp_path / "lock").open("a") as theirs:
            assert take_lock(theirs, 1.0, stop, lambda: told.append("theirs"))
            assert not take_lock(mine, 0.2, stop, lambda: told.append("mine"))
            assert told == ["mine"]
            assert not take_lock(mine, 600.0, stop, stop.set)
        assert take_lock(mine, 1.0, stop, lambda: told.append("again"))
    assert told == ["mine"]
