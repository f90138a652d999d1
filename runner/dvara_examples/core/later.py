"""Work that nobody waits for: it makes later runs quicker, and is given up where there is no time for it."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType

Work = Callable[[threading.Event], None]
"""Does something, and ends soon after the event is set."""


class Later:
    """Does one piece of work after the other in a thread of its own; at the end of its ``with`` block it gives up."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._known: set[object] = set()
        self._waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Later":
        """Begin with nothing to do."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End what is under way, and wait for that."""
        self._stop.set()
        self._waiting.put(None)
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def do(self, name: object, work: Work) -> None:
        """Let *work* be done some time, once for each *name*. Safe from any thread."""
        with self._lock:
            if name in self._known or self._stop.is_set():
                return
            self._known.add(name)
            self._waiting.put(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="later", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while not self._stop.is_set() and (work := self._waiting.get()) is not None:
            work(self._stop)
