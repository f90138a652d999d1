"""Temporary folders that name their owner, so that a later start can remove those of killed processes.

An owner is identified by machine and namespace of process ids, process id, and start time. None of these alone is
unique, and setting the clock does not change them.
"""

import functools
import os
import re
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = "dvara-examples-"
_OWNED = re.compile(rf"{_NAME}(?P<pid>\d+)-(?P<started>\d+)-(?P<where>[0-9a-f]{{8}})-\w+")
_STARTED = 19
"""The place of the start in ``/proc/PID/stat`` (proc(5)), counted behind the name in brackets."""
_GONE = ("Z", "X")
"""The states there of a process that has ended and that nobody has taken in."""


def owner() -> str:
    """Return the identity of this process as an owner, in three words."""
    return f"{_where()} {os.getpid()} {_started(os.getpid())}"


def has_ended(name: str) -> bool:
    """Tell whether the owner *name* ran here and has ended; processes elsewhere are unknown."""
    where, _, rest = name.partition(" ")
    pid, _, started = rest.partition(" ")
    return where == _where() and pid.isdecimal() and _started(int(pid)) != started


@contextmanager
def own_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield a new folder in *parent*, or in the temporary folder of this machine, and remove it with its content."""
    if parent is None:
        _remove_leftovers(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix=own_prefix(), dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def own_prefix() -> str:
    """Return the prefix of this process's folders."""
    return f"{_NAME}{os.getpid()}-{_started(os.getpid())}-{_digest()}-"


@functools.cache
def _remove_leftovers(parent: str) -> None:
    """Remove the folders in *parent* whose owners have ended, once per process."""
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            found = _OWNED.fullmatch(entry.name)
            if found is None or found["where"] != _digest() or not entry.is_dir(follow_symlinks=False):
                continue
            if entry.stat(follow_symlinks=False).st_uid == os.getuid() and has_ended(
                f"{_where()} {found['pid']} {found['started']}"
            ):
                shutil.rmtree(entry.path, ignore_errors=True)


@functools.cache
def _where() -> str:
    """Return the identity of this machine and its namespace of process ids (each container has its own)."""
    with suppress(OSError):
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').stat().st_ino}"
    return socket.gethostname()


def _digest() -> str:
    return f"{zlib.crc32(_where().encode()):08x}"


def _started(pid: int) -> str:
    """Return when the process *pid* started, counted from the boot of the machine; empty if there is none.

    A zombie (state Z) counts as none.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        fields = stat[stat.rindex(")") + 2 :].split()
        return "" if fields[0] in _GONE else fields[_STARTED]
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() else _started_as_asked(pid)
    except (OSError, ValueError, IndexError):
        return ""


def _started_as_asked(pid: int) -> str:
    import psutil  # slow to import, and only needed without /proc

    try:
        return str(round(psutil.Process(pid).create_time() * 100))
    except psutil.Error:
        return ""
