"""What others took from a run is noted, and nothing that it did to itself."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.process import ProcessResult
from dvara_examples.process.waits import ProcessorWaits
from dvara_examples.records.transcript import Lateness
from tests.crowd import COUNTS_WAITS, PIN, crowd

COMPUTE = f"{PIN}\nwhile time.process_time() < 0.4: pass"


class Threads:
    """A ``/proc`` whose threads a test lets run and wait, and a timer next to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now_s = 0.0

    def after(self, seconds: float, **threads: tuple[float, float]) -> None:
        """Go on by *seconds*: each thread has by now run and waited for so many seconds in total."""
        self.now_s += seconds
        for name, (ran_s, waited_s) in threads.items():
            folder = self.root / "7" / "task" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "schedstat").write_text(f"{ran_s * 1e9:.0f} {waited_s * 1e9:.0f} 3\n")


@pytest.fixture
def threads(tmp_path: Path) -> Threads:
    """Return a table without processes."""
    return Threads(tmp_path)


def noted(threads: Threads, *steps: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Return what is noted when each of *steps* takes a tenth of a second."""
    waits = ProcessorWaits(lambda: threads.now_s, threads.root)
    for step in steps:
        threads.after(0.1, **step)
        waits.look((7, 8))
    return [(round(late.at_s, 3), round(late.for_s, 3)) for late in waits.seen()]


def test_a_thread_that_waits_while_nothing_of_its_own_runs(threads: Threads) -> None:
    """It ends with the look that shows it, and each wait counts once."""
    steps = [{"a": (0.02, 0.08)}, {"a": (0.12, 0.08)}, {"a": (0.12, 0.14)}]
    assert noted(threads, *steps) == [(0.02, 0.08), (0.24, 0.06)]


def test_what_its_own_threads_took_is_not_counted(threads: Threads) -> None:
    """Only what is left after all that they computed went to others."""
    assert noted(threads, {"a": (0.0, 0.1), "b": (0.1, 0.0)}, {"a": (0.0, 0.2), "b": (0.13, 0.0)}) == [(0.13, 0.07)]


def test_threads_that_have_ended_have_computed_too(threads: Threads) -> None:
    """The process still counts their time, in hundredths of a second."""
    (threads.root / "7").mkdir()
    ticks = round(0.07 * os.sysconf("SC_CLK_TCK"))
    (threads.root / "7" / "stat").write_text(f"7 (a ) name) S 1 7 7 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0 5\n")
    assert noted(threads, {"a": (0.0, 0.09)}) == [(0.08, 0.02)]


def test_waits_side_by_side_count_once(threads: Threads) -> None:
    """The longest of them is what the run waited."""
    assert noted(threads, {"a": (0.0, 0.06), "b": (0.0, 0.09)}) == [(0.01, 0.09)]


def test_no_wait_is_longer_than_the_time_between_two_looks(threads: Threads) -> None:
    """A process that is found late brings waits from before."""
    assert noted(threads, {"a": (0.0, 5.0)}) == [(0.0, 0.1)]


def test_a_little_is_not_noted(threads: Threads) -> None:
    """A turn of the scheduler explains nothing."""
    assert noted(threads, {"a": (0.09, 0.004)}) == []


def test_a_system_that_does_not_count_shows_nothing(tmp_path: Path) -> None:
    """Neither do files of another form."""
    waits = ProcessorWaits(lambda: 1.0, tmp_path)
    (tmp_path / "7" / "task" / "7").mkdir(parents=True)
    (tmp_path / "7" / "task" / "7" / "schedstat").write_text("not counted\n")
    waits.look((7, 8))
    assert waits.seen() == ()


def total_s(late: tuple[Lateness, ...]) -> float:
    """Return for how long somebody waited."""
    return sum(each.for_s for each in late)


@COUNTS_WAITS
def test_a_program_in_a_crowd(run: Callable[..., ProcessResult]) -> None:
    """Four others have its processor most of the time; that it shares one among its own threads is its own affair."""
    command = (sys.executable, "-I", "-S", "-c", COMPUTE)
    with crowd(4):
        seen = run(*command, note_waits=True)
        assert run(*command).late == ()
    assert seen.end.exit_code == 0
    assert 0.2 <= total_s(seen.late) <= seen.end.duration_s
