"""Measures how late this machine is: a thread asks to be woken often, and notes each time that it was late.

Its result applies to all runs of a session. A machine that delays this tool has delayed the examples too, and if bytes
are noted late, an example looks later than it was. It misses delays of an example alone (see `process.waits` for those).
"""

import threading
from collections import deque
from types import TracebackType
from typing import Self

from dvara_examples.core.clock import Clock
from dvara_examples.records.transcript import Lateness

TICK_S = 0.02
LEAST_S = 0.05
"""A delay below this is usual, and explains nothing."""
_MOST = 10_000


class LatenessWitness:
    """Measures from the start to the end of the ``with`` block; thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._over = threading.Event()
        self._seen: deque[tuple[float, float]] = deque(maxlen=_MOST)
        self._lock = threading.Lock()
        self._due_s = clock.monotonic()
        self._thread = threading.Thread(target=self._watch, name="lateness", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def since(self, began_s: float) -> tuple[Lateness, ...]:
        """Return when the machine was late since *began_s* on its clock, in seconds from then."""
        with self._lock:
            seen, now_s = tuple(self._seen), self._clock.monotonic()
            if now_s - self._due_s >= LEAST_S:
                seen += ((self._due_s, now_s),)  # it still is
        parts = ((max(from_s, began_s), to_s) for from_s, to_s in seen if to_s > began_s)
        return tuple(Lateness(round(from_s - began_s, 6), round(to_s - from_s, 6)) for from_s, to_s in parts)

    def _watch(self) -> None:
        self._expect_to_wake()
        while not self._over.wait(TICK_S):
            self._expect_to_wake()

    def _expect_to_wake(self) -> None:
        """Note how late this is, if it is, and when the next wake-up is due."""
        with self._lock:
            now_s = self._clock.monotonic()
            if now_s - self._due_s >= LEAST_S:
                self._seen.append((self._due_s, now_s))
            self._due_s = now_s + TICK_S
