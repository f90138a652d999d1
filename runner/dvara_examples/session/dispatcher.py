"""The main thread's side: passes the workers' messages to the reporters, with results in plan order."""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from operator import methodcaller

from dvara_examples.records.results import RunEvent, RunFinished, RunResult
from dvara_examples.reports import Reporter

_TICK_S = 0.1
_INBOX_SIZE = 256
"""Messages that may wait; a reporter that cannot keep up slows the examples down instead of filling memory."""

Message = RunEvent | tuple[int, RunResult]
"""What happens while runs go on, or a result with its place in the plan."""


class Dispatcher:
    """Takes the workers' messages, in one thread, and passes them to the reporters; *reported* is what they have had so far."""

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self.reported: list[RunResult] = []
        self._inbox: queue.Queue[Message] = queue.Queue(maxsize=_INBOX_SIZE)
        self._closed = threading.Event()
        self._early: dict[int, RunResult] = {}
        self._reporters = list(reporters)

    def put(self, message: Message) -> None:
        """Put one message, from any thread; waits for room, unless the dispatcher is closed."""
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._inbox.put(message, timeout=_TICK_S)
                return

    def close(self) -> None:
        """Accept no more messages."""
        self._closed.set()

    def process_next(self) -> None:
        """Process one message, or let time pass; then report every result whose turn has come."""
        try:
            message = self._inbox.get(timeout=_TICK_S)
        except queue.Empty:
            self.broadcast(lambda reporter: reporter.tick())
            return
        if isinstance(message, tuple):
            index, result = message
            self._early[index] = result
            message = RunFinished(result.variant_id, result.verdict.outcome, result.repetition)
        event = message
        self.broadcast(lambda reporter: reporter.event(event))
        while (due := self._early.pop(len(self.reported), None)) is not None:
            self.reported.append(due)
            self.broadcast(methodcaller("result", due))

    def broadcast(self, what: Callable[[Reporter], None]) -> None:
        """Pass something to every reporter; one whose reader has left gets nothing more, and the runs continue."""
        for reporter in tuple(self._reporters):
            try:
                what(reporter)
            except BrokenPipeError:
                self._reporters.remove(reporter)
