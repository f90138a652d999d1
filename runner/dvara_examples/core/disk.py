"""What the file system allows: running programs from a folder, and locks that processes share.

A lock is on a file. The kernel frees it when its holder dies.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

_POLL_S = 0.05


def kept_from_running(place: Path) -> bool:
    """Tell whether *place*, or the nearest folder above it that is there, is mounted so that nothing in it can be executed."""
    try:
        there = next((folder for folder in (place, *place.parents) if folder.exists()), None)
        return there is not None and bool(os.statvfs(there).f_flag & getattr(os, "ST_NOEXEC", 0))
    except OSError:
        return False


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
