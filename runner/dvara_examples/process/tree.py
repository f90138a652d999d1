"""The processes of one run: the example's own and all that it started, wherever they went.

A process belongs to the run if one of these holds:

* it is in the session or process group that the example was started in;
* its parent belongs to the run, or did when the tree was last read;
* it was started with the run's marker variable, which every child inherits unless it is deliberately removed. This finds
  a daemon that forked twice, left the session and closed its pipes.

The tool does not become a *child subreaper* (prctl(2)) to catch orphans: that is a property of the whole process, would also
affect other children of the tool, and with several parallel runs it could not tell whose orphan came in.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

from dvara_examples.process.table import Entry, ProcessTable

MARKER = "DVARA_EXAMPLES_RUN"
"""The variable that marks a run's processes; its value is a random token per run."""


class ProcessTree:
    """The processes of the run whose first one is *root*; used by one thread at a time."""

    def __init__(self, root: Entry, token: str, table: ProcessTable) -> None:
        self._root = root
        self._marker = f"{MARKER}={token}"
        self._table = table
        self._known = {root.identity: root}
        self._newest_pid = root.pid
        self._pids_started_over = False

    def living(self) -> tuple[Entry, ...]:
        """Read the table again and return the run's living processes, including the first one while it lives."""
        candidates = [e for e in self._newer() if e.started >= self._root.started and not e.ended]
        own = {entry.pid: entry for entry in candidates if self._is_own(entry, candidates)}
        while adopted := [e for e in candidates if e.pid not in own and e.parent in own]:
            own.update((entry.pid, entry) for entry in adopted)
        self._known.update((entry.identity, entry) for entry in own.values())
        return tuple(own.values())

    def known_pids(self) -> tuple[int, ...]:
        """Return the pids of all processes of the run when the table was last read; some may have ended."""
        return tuple(entry.pid for entry in self._known.values())

    def descendants(self) -> tuple[Entry, ...]:
        """Read the table again and return the run's living processes without the first one."""
        return tuple(entry for entry in self.living() if entry.pid != self._root.pid)

    def describe(self, entry: Entry) -> str:
        """Return the command line of *entry*."""
        return self._table.command_line(entry.pid) or "a process without a command line"

    def send(self, entries: Iterable[Entry], number: signal.Signals) -> None:
        """Send the signal *number* to each of *entries*, and to no process that reused one of their pids."""
        for entry in entries:
            with suppress(ProcessLookupError, PermissionError):  # already gone, or now under another user
                self._send(entry, number)

    def reap(self) -> None:
        """Reap the run's orphans that came to this process, which happens if it is the init of a container.

        The first process is left to the thread that waits for it.
        """
        for entry in self._known.values():
            now = self._table.entry(entry.pid) if entry.pid != self._root.pid else None
            if now and now.ended and now.identity == entry.identity and now.parent == os.getpid():
                with suppress(ChildProcessError):
                    os.waitpid(now.pid, os.WNOHANG)

    def _newer(self) -> list[Entry]:
        """Return at least the processes that started after the root, skipping other pids if that is safe.

        Most processes of a machine are older than a run, and reading them all costs more than anything else that a run does.
        """
        first_pid = 0 if self._pids_started_over else self._root.pid
        found = list(self._table.entries(first_pid))
        newest_pid = self._table.newest_pid()
        if first_pid and (newest_pid is None or newest_pid < self._newest_pid):
            self._pids_started_over = True
            return list(self._table.entries())
        self._newest_pid = newest_pid or 0
        return found

    def _send(self, entry: Entry, number: signal.Signals) -> None:
        handle = _handle(entry.pid)
        try:
            now = self._table.entry(entry.pid)
            if now is None or now.identity != entry.identity:
                return
            if handle is None:
                os.kill(entry.pid, number)
            else:
                signal.pidfd_send_signal(handle, number)
        finally:
            if handle is not None:
                os.close(handle)

    def _is_own(self, entry: Entry, candidates: Iterable[Entry]) -> bool:
        if entry.identity in self._known:
            return True
        if self._root.pid in (entry.group, entry.session):
            # The numbers stay taken while a member lives; a stranger with the root's pid proves that the last one is gone.
            return not any(e.pid == self._root.pid and e.identity != self._root.identity for e in candidates)
        return self._table.has_variable(entry.pid, self._marker)


def _handle(pid: int) -> int | None:
    """Return a descriptor of exactly this process (pidfd_open(2)), or None if the system has none."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except (AttributeError, OSError):
        return None
