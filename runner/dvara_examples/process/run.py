"""Runs one process within its limits and reports how it ended."""

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import Diagnosis
from dvara_examples.process.child import Child, ExecuteRequest
from dvara_examples.process.ladder import StopLadder, end_survivors, stop_tree
from dvara_examples.process.output import OnPiece, PipeReader
from dvara_examples.process.table import ProcessTable, system_table
from dvara_examples.process.waits import TICK_S, ProcessorWaits
from dvara_examples.records.model import Limits
from dvara_examples.records.transcript import Lateness, Leak, Limit, Output, ProcessEnd

Cause = Limit | Literal["stop", "served"]
"""Why a process was made to end: a limit, a stop that was asked for, or a server that has done its work."""

KEPT_BYTES = 4 * 1024 * 1024

STOP_POLL_S = 0.05
"""How soon a stop that was asked for is noticed."""

FIRST_LOOK_S = 0.25
LOOK_EVERY_S = 1.0
"""When the tree is looked at while the process runs, so that a child is known before its parent ends."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a process ended and what it wrote; *callback_error* is the first exception of ``on_piece``, which stopped the calls.

    *late* says when other programs had the processors that it waited for, if that was requested.
    """

    end: ProcessEnd
    stdout: Output
    stderr: Output
    callback_error: Exception | None = None
    late: tuple[Lateness, ...] = ()


def run_process(
    request: ExecuteRequest,
    timer: Timer,
    *,
    on_piece: OnPiece | None = None,
    on_stop: Callable[[Cause], None] | None = None,
    last_activity_s: Callable[[], float] = lambda: 0.0,
    stop: threading.Event | None = None,
    served: threading.Event | None = None,
    note_waits: bool = False,
    kept_bytes: int = KEPT_BYTES,
    ladder: StopLadder = StopLadder(),  # noqa: B008 - a frozen value
    table: ProcessTable | None = None,
) -> ProcessResult:
    """Run one process to its end, of whatever kind; returns within the wall limit and the waits of *ladder*.

    *on_piece* is called with ``stdout`` or ``stderr`` and each piece as it arrives, from a thread per pipe. *last_activity_s*
    tells, on *timer*, when bytes last passed elsewhere (the wire); the idle limit counts from the latest of those and of the
    output. Setting *stop* ends the process as a limit does; *on_stop* hears why, before it happens. *served* is set once a server
    has done its work, and ends it in order. What the process leaves
    behind is ended and told as leaks. *note_waits* has it looked at often, for what others took of its time; not in a place.
    *kept_bytes* bounds what is kept of each output. May be called from several threads at
    once; never raises for what the process does.
    """
    if stop is not None and stop.is_set():
        return _not_started(Diagnosis("not started: the run was interrupted before", ""), interrupted=True)
    waits = ProcessorWaits(timer) if note_waits and request.place is None else None
    watch = _Watch(request.limits, timer, timer(), last_activity_s, stop, served, waits)
    table = table or system_table()
    try:
        child = Child(request, timer, table, on_piece, kept_bytes).start()
    except (OSError, ValueError) as error:
        from dvara_examples.process.start_errors import why_not_started

        return _not_started(why_not_started(request, error))
    with child:
        cause = watch.until_it_must_stop(child)
        if cause and on_stop is not None:
            on_stop(cause)
        stopped_by = stop_tree(child.tree, ladder, child.ended) if cause else None
        leaks = end_survivors(child.tree, ladder, ladder.interrupt_s if stopped_by else ladder.grace_s)
        leaks += _held_pipes(child.readers, ladder.drain_s, table)
    stdout, stderr = (reader.output() for reader in child.readers)
    callback_error = next((r.callback_error for r in child.readers if r.callback_error), None)
    end = _process_end(child, watch.began_s, cause if stopped_by else None, stopped_by, leaks)
    return ProcessResult(end, stdout, stderr, callback_error, waits.seen() if waits else ())


@dataclass(frozen=True, slots=True)
class _Watch:
    """The limits of a running process."""

    limits: Limits
    timer: Timer
    began_s: float
    last_activity_s: Callable[[], float]
    stop: threading.Event | None
    served: threading.Event | None = None
    waits: ProcessorWaits | None = None

    def until_it_must_stop(self, child: Child) -> Cause | None:
        """Wait for the process to end (None), or for the reason to stop it."""
        look_s = self.began_s + FIRST_LOOK_S
        while not child.ended(self._pause_s(child, look_s)):
            now_s = self.timer()
            if self.waits is not None:
                self.waits.look(child.tree.known_pids())
            deadline_s, limit = self._deadline(child)
            if self.stop is not None and self.stop.is_set():
                return "stop"
            if self.served is not None and self.served.is_set():
                return "served"
            child.interrupt_if_due()
            if now_s >= deadline_s:
                return limit
            if now_s >= look_s:
                child.tree.living()
                look_s = now_s + LOOK_EVERY_S
        return None

    def _pause_s(self, child: Child, look_s: float) -> float:
        """Return for how long nothing relevant can happen except the end of the process."""
        pause_s = min(self._deadline(child)[0], look_s) - self.timer()
        pause_s = min(pause_s, STOP_POLL_S) if self.stop or self.served or child.to_be_interrupted else pause_s
        return min(pause_s, TICK_S) if self.waits is not None else pause_s

    def _deadline(self, child: Child) -> tuple[float, Limit]:
        active_s = max(self.began_s, child.last_output_at_s, self.last_activity_s())
        wall_s, idle_s = self.began_s + self.limits.wall_s, active_s + self.limits.idle_s
        return (wall_s, "wall") if wall_s <= idle_s else (idle_s, "idle")


def _held_pipes(readers: tuple[PipeReader, ...], drain_s: float, table: ProcessTable) -> tuple[Leak, ...]:
    """Wait for both pipes to reach their end, and return a leak for each that is still open."""
    leaks = []
    for reader in readers:
        if not reader.wait_for_end(drain_s):
            holders = table.holders(reader.inode)
            names = ", ".join(f"pid {pid} ({table.command_line(pid)})" for pid in holders)
            what = f"{reader.name} is still held open by {names or 'a process that cannot be seen'}"
            leaks.append(Leak("pipe", what, holders[0] if holders else None, stopped=False))
    return tuple(leaks)


def _process_end(
    child: Child, began_s: float, cause: Cause | None, stopped_by: signal.Signals | None, leaks: tuple[Leak, ...]
) -> ProcessEnd:
    code = child.returncode
    return ProcessEnd(
        exit_code=code if code is not None and code >= 0 else None,
        signal=signal_name(-code) if code is not None and code < 0 else None,
        limit=cause if cause in ("wall", "idle") else None,
        stopped_by=stopped_by.name if stopped_by else None,
        duration_s=child.ended_at_s - began_s if code is not None else 0.0,
        ended_at_s=child.ended_at_s if code is not None else None,
        leaks=leaks,
        error=None if code is not None else "the process was sent SIGKILL and still did not end; it may hang in the kernel",
        interrupted=cause == "stop",
        notes=tuple(_notes(child)),
    )


def _notes(child: Child) -> Iterator[str]:
    """Yield what happened at the terminal, in words."""
    if child.interrupted_at_s is not None:
        yield f"Ctrl-C at {child.interrupted_at_s:.2f} s"
    stdout = child.readers[0]
    if stdout.left_at_s is not None:
        yield f"the reader of stdout left at {stdout.left_at_s:.2f} s, with byte {stdout.size_bytes}"


def signal_name(number: int) -> str:
    """Return ``SIGSEGV`` for 11; a real-time signal without a name is ``SIG40``."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def _not_started(why: Diagnosis, *, interrupted: bool = False) -> ProcessResult:
    return ProcessResult(ProcessEnd(None, error=why.cause, hint=why.hint, interrupted=interrupted), Output(), Output())
