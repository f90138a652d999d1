"""Repeats runs that failed only for their timing, or on a late machine, while no other run is active.

Many runs share few cores, so a run may print late although its example does not. Its behaviour when alone is what counts.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dvara_examples.records.verdict import Outcome, Verdict

TIMED = frozenset({"progressive", "longest_gap_s", "first_token_within_s", "disconnects_within_s", "retry_delays_s"})
"""The expectations that a busy machine can fail."""
NOTE = "repeated alone, because only its timing had failed while other runs were active, or the machine was late"
MOST_TRIES_ALONE = 2
"""How often a run is repeated of which nobody can tell, as the machine was late that time too."""

_TICK_S = 0.1


def failed_for_time_alone(verdict: Verdict) -> bool:
    """Tell whether only the timing was wrong, or the machine was too late to tell."""
    failures = verdict.failures
    timed = bool(failures) and all(finding.key in TIMED for finding in failures)
    return verdict.uncertain or (verdict.outcome is Outcome.FAILED and timed)


class Turns:
    """Lets runs overlap, or one of them run alone. Thread-safe; setting *stop* ends every wait."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._under_way = 0
        self._alone = False

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Wait while a run is alone; then count as active until the block ends."""
        with self._changed:
            self._wait_while(lambda: self._alone)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Prevent other runs from starting, and wait until none is active; they continue when the block ends."""
        with self._changed:
            self._wait_while(lambda: self._alone)
            self._alone = True
            self._wait_while(lambda: self._under_way > 0)
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()

    def _wait_while(self, condition: Callable[[], bool]) -> None:
        while condition() and not self._stop.is_set():
            self._changed.wait(_TICK_S)
