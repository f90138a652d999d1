"""Programs that keep one processor busy."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

PIN = "import os, time; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
"""Python code that keeps a program on the processor of the crowd."""
COUNTS_WAITS = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="this system does not count how long threads wait"
)
_BUSY = f"{PIN}until = time.monotonic() + 60\nwhile time.monotonic() < until: pass"


@contextmanager
def crowd(size: int) -> Iterator[None]:
    """Keep one processor busy with so many programs, for a minute at most.

    Each has a session of its own, as Linux may share a processor among sessions, and not among programs (sched(7), autogroup).
    """
    with ExitStack() as ends:
        for _ in range(size):
            busy = ends.enter_context(subprocess.Popen([sys.executable, "-I", "-S", "-c", _BUSY], start_new_session=True))
            ends.callback(busy.kill)
        yield
