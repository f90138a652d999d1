"""Locks that processes share, each on a file. The kernel frees a lock when its holder dies."""

import fcntl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO

_POLL_S = 0.05


def take_lock(file: IO[str], limit_s: float, stop: threading.Event, on_wait: Callable[[], object] = lambda: None) -> bool:
    """Lock *file* until it is closed; return whether that came about within *limit_s* seconds and before *stop* was set.

    *on_wait* is called once, where somebody else holds the lock.
    """
    for attempt in range(max(1, round(limit_s / _POLL_S))):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if attempt == 0:
            on_wait()
        if stop.wait(_POLL_S):
            return False
    return False
