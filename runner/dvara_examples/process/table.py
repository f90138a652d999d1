"""The machine's processes: which exist, who started them, and which of them belong to a run."""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISFIFO
from typing import Protocol

COMMAND_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """One process; *pid* and *started* (in the table's own unit) together are unique.

    *ended* is True for a zombie, which only waits for its parent to reap it.
    """

    pid: int
    started: float
    parent: int
    group: int
    session: int
    ended: bool = False

    @property
    def identity(self) -> tuple[int, float]:
        """What distinguishes this process from a later one with the same pid."""
        return self.pid, self.started


class ProcessTable(Protocol):
    """The processes of the machine that this user may signal."""

    def entries(self, first_pid: int = 0) -> Iterator[Entry]:
        """Yield every process of this user, or those with pids from *first_pid* to the newest one, if that is known.

        Larger pids than the newest are older: they were assigned before the pids last wrapped around.
        """
        ...

    def newest_pid(self) -> int | None:
        """Return the latest pid, or None if the system assigns pids in another order or does not say."""
        ...

    def entry(self, pid: int) -> Entry | None:
        """Return the process with that pid, or None if there is none."""
        ...

    def has_variable(self, pid: int, assignment: str) -> bool:
        """Tell whether a process was started with ``NAME=value`` in its environment; False if that cannot be read."""
        ...

    def command_line(self, pid: int) -> str:
        """Return the command line, quoted for a shell and shortened; empty if it cannot be read."""
        ...

    def holders(self, inode: int) -> tuple[int, ...]:
        """Return the other processes that have the pipe with that inode open, as far as that is visible."""
        ...


@dataclass(frozen=True, slots=True)
class ProcTable:
    """The table in Linux's ``/proc`` (proc(5)); looking at one process costs some ten microseconds."""

    root: Path = Path("/proc")

    def entries(self, first_pid: int = 0) -> Iterator[Entry]:
        """Yield every process of this user, or those from *first_pid* to the newest."""
        user = os.geteuid()
        pids = [int(name) for name in os.listdir(self.root) if name.isdigit()]  # noqa: PTH208 - a Path per process is too dear
        newest_pid = self.newest_pid() if first_pid else None  # read after the list, so that no listed process is newer
        for pid in pids:
            if pid >= first_pid and (newest_pid is None or pid <= newest_pid):
                with suppress(OSError):
                    owner = os.stat(f"{self.root}/{pid}").st_uid  # noqa: PTH116 - as above
                    if owner == user and (found := self.entry(pid)):
                        yield found

    def entry(self, pid: int) -> Entry | None:
        """Return the process with that pid, or None if there is none."""
        stat = self._read(f"{pid}/stat")
        if not stat:
            return None
        fields = stat_fields(stat)
        return Entry(pid, int(fields[19]), int(fields[1]), int(fields[2]), int(fields[3]), ended=fields[0] in (b"Z", b"X"))

    def newest_pid(self) -> int | None:
        """Return the latest pid: the last number in ``loadavg``; pids increase until they wrap around.

        It is valid in this process's namespace of pids; if ``/proc`` shows another one, it is unknown.
        """
        with suppress(OSError):
            if os.readlink(f"{self.root}/self") != str(os.getpid()):  # noqa: PTH115 - as above
                return None
        numbers = self._read("loadavg").split()
        return int(numbers[-1]) if numbers else None

    def has_variable(self, pid: int, assignment: str) -> bool:
        """Tell whether a process was started with ``NAME=value`` in its environment."""
        return os.fsencode(assignment) in self._read(f"{pid}/environ").split(b"\0")

    def command_line(self, pid: int) -> str:
        """Return the command line, shortened."""
        return shortened(os.fsdecode(part) for part in self._read(f"{pid}/cmdline").rstrip(b"\0").split(b"\0"))

    def holders(self, inode: int) -> tuple[int, ...]:
        """Return the other processes that have that pipe open."""
        return tuple(e.pid for e in self.entries() if e.pid != os.getpid() and inode in self._open_pipes(e.pid))

    def _open_pipes(self, pid: int) -> set[int]:
        """Return the inodes of the pipes that a process has open, named or not."""
        found = set()
        with suppress(OSError):
            for file in (self.root / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    status = file.stat()
                    if S_ISFIFO(status.st_mode):
                        found.add(status.st_ino)
        return found

    def _read(self, name: str) -> bytes:
        return read_file(f"{self.root}/{name}")


def read_file(path: str) -> bytes:
    """Return the content of a file of ``/proc``, or nothing if its process has ended or the system has no such file."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path per process is too dear
            return file.read()
    except OSError:
        return b""


def stat_fields(stat: bytes) -> list[bytes]:
    """Return the fields of ``/proc/PID/stat`` after the name in brackets, which may contain spaces and brackets."""
    return stat[stat.rfind(b")") + 2 :].split()


class PsutilTable:
    """The same through psutil, for systems without ``/proc`` (macOS); psutil is imported on first use."""

    def entries(self, first_pid: int = 0) -> Iterator[Entry]:
        """Yield every process of this user with a pid from *first_pid* on."""
        import psutil

        user = os.geteuid()
        for pid in filter(lambda pid: pid >= first_pid, psutil.pids()):
            with suppress(psutil.Error, OSError):
                if psutil.Process(pid).uids().effective == user and (found := self.entry(pid)):
                    yield found

    def entry(self, pid: int) -> Entry | None:
        """Return the process with that pid, or None if there is none."""
        import psutil

        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            ended = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
            return Entry(pid, process.create_time(), process.ppid(), os.getpgid(pid), os.getsid(pid), ended)
        return None

    def newest_pid(self) -> int | None:
        """Return None: psutil does not say."""
        return None

    def has_variable(self, pid: int, assignment: str) -> bool:
        """Tell whether a process was started with ``NAME=value`` in its environment."""
        import psutil

        name, _, value = assignment.partition("=")
        with suppress(psutil.Error, OSError):
            return psutil.Process(pid).environ().get(name) == value
        return False

    def command_line(self, pid: int) -> str:
        """Return the command line, shortened."""
        import psutil

        with suppress(psutil.Error, OSError):
            return shortened(psutil.Process(pid).cmdline())
        return ""

    def holders(self, inode: int) -> tuple[int, ...]:  # noqa: ARG002 - psutil does not show pipes
        """Return nothing: psutil only reports regular files."""
        return ()


def shortened(argv: Iterator[str] | list[str]) -> str:
    """Return a command line in shell syntax, shortened for reading."""
    line = shlex.join(argv)
    return line if len(line) <= COMMAND_LENGTH else line[: COMMAND_LENGTH - 3] + "..."


def system_table() -> ProcessTable:
    """Return the table that works on this system."""
    return ProcTable() if Path("/proc/self/stat").exists() else PsutilTable()
