"""One child process with its reader threads and the thread that waits for its end."""

import os
import secrets
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from dvara_examples.core.clock import Timer
from dvara_examples.core.place import ProgramPlace, StartedProcess
from dvara_examples.process.output import OnPiece, OutputKeeper, PipeReader
from dvara_examples.process.table import Entry, ProcessTable
from dvara_examples.process.tree import MARKER, ProcessTree
from dvara_examples.records.model import LEFT_ALONE, AtTerminal, Limits


@dataclass(frozen=True, slots=True)
class ExecuteRequest:
    """What to start: *env* is the whole environment, *cwd* an existing folder; *argv[0]* is looked up on *env*'s ``PATH``.

    *at_terminal* is what happens there while it prints; *stdin* is what it reads. With a *place* it is started there.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    limits: Limits
    at_terminal: AtTerminal = LEFT_ALONE
    stdin: bytes = b""
    place: ProgramPlace | None = None


@contextmanager
def _input(data: bytes) -> "Iterator[int | IO[bytes]]":
    """Yield a child's stdin: a file with *data*, because a pipe could not be written in one go, or nothing."""
    if not data:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        yield given


def _start(request: ExecuteRequest, env: Mapping[str, str]) -> StartedProcess:
    if request.place is not None:
        return request.place.start(request.argv, env, request.cwd, request.stdin)
    with _input(request.stdin) as given:
        return subprocess.Popen(
            request.argv,
            env=env,
            cwd=request.cwd,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


class Child:
    """A child in its own session, with a fixed input; ``with`` leaves no child and no thread behind."""

    tree: ProcessTree
    readers: tuple[PipeReader, PipeReader]

    def __init__(
        self, request: ExecuteRequest, timer: Timer, table: ProcessTable, on_piece: OnPiece | None, kept_bytes: int
    ) -> None:
        self.ended_at_s = 0.0
        self.interrupted_at_s: float | None = None
        self._request = request
        self._timer = timer
        self._table = table
        self._on_piece = on_piece
        self._kept_bytes = kept_bytes
        self._ended = threading.Event()

    def start(self) -> Self:
        """Start the process and its threads. Raises OSError or ValueError if the system does not start it."""
        token = secrets.token_hex(8)
        self._popen = _start(self._request, {**self._request.env, MARKER: token})
        try:
            self.tree = ProcessTree(self._first_entry(), token, self._table)
            self._start_threads()
        except BaseException:  # out of threads or descriptors: an unwatched child must not live on
            self._popen.kill()
            self._popen.wait()
            raise
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if not self.ended(0):  # only if an exception cut the run short, or SIGKILL did not help
            self.tree.send(self.tree.living(), signal.SIGKILL)
        self._waiter.join(1.0)
        for reader in self.readers:
            reader.close()

    @property
    def returncode(self) -> int | None:
        """The exit code, the negative number of the signal that ended it, or None while it lives."""
        return self._popen.returncode if self._ended.is_set() else None

    @property
    def last_output_at_s(self) -> float:
        """When the last byte came on either pipe; 0 before the first."""
        return max(reader.last_at_s for reader in self.readers)

    @property
    def to_be_interrupted(self) -> bool:
        """Whether Ctrl-C is still pending."""
        return self._request.at_terminal.interrupt_after_bytes is not None and self.interrupted_at_s is None

    def interrupt_if_due(self) -> None:
        """Send Ctrl-C, once, if enough is on stdout: all processes get it, as in the foreground of a terminal."""
        after = self._request.at_terminal.interrupt_after_bytes
        if after is not None and self.interrupted_at_s is None and self.readers[0].size_bytes >= after:
            self.interrupted_at_s = self._timer()
            self.tree.send(self.tree.living(), signal.SIGINT)

    def ended(self, timeout_s: float) -> bool:
        """Wait up to *timeout_s* for the end of the process; its pipes may stay open longer."""
        return self._ended.wait(max(timeout_s, 0.0))

    def _first_entry(self) -> Entry:
        """Return the child's entry; because nobody has reaped it yet, even an ended one is still in the table."""
        pid = self._popen.pid
        return self._table.entry(pid) or Entry(pid, 0.0, os.getpid(), pid, pid)

    def _start_threads(self) -> None:
        pid, stdout, stderr = self._popen.pid, self._popen.stdout, self._popen.stderr
        assert stdout is not None
        assert stderr is not None
        keep, leaves_after = self._kept_bytes, self._request.at_terminal.stdout_closes_after_bytes
        self.readers = (
            PipeReader("stdout", stdout, self._timer, OutputKeeper(keep), self._on_piece, leaves_after),
            PipeReader("stderr", stderr, self._timer, OutputKeeper(keep), self._on_piece),
        )
        for reader in self.readers:
            reader.start()
        self._waiter = threading.Thread(target=self._wait, name=f"wait-for-{pid}", daemon=True)
        self._waiter.start()

    def _wait(self) -> None:
        self._popen.wait()
        self.ended_at_s = self._timer()
        self._ended.set()
