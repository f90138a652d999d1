"""Time as a value that is passed down, so that tests can replace it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

Timer = Callable[[], float]
"""Seconds since the run began, monotonic; safe to call from any thread."""


class Clock(Protocol):
    """A source of monotonic and wall-clock time."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary fixed point; never decreases."""
        ...

    def utc_now(self) -> datetime:
        """Return the current time in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return ``time.monotonic()``."""
        return time.monotonic()

    def utc_now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


def start_timer(clock: Clock) -> Timer:
    """Return a function that returns the seconds since this call; all times of one run come from one timer."""
    began_s = clock.monotonic()
    return lambda: clock.monotonic() - began_s
