"""Work that makes later runs quicker, and can wait until what the user asked for is ready."""

import threading
from collections.abc import Callable

Work = Callable[[], None]


class Later:
    """Collects work, each piece once, for whoever finishes it. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[object, Work] = {}

    def do(self, name: object, work: Work) -> None:
        """Let *work* be done later, once for each *name*."""
        with self._lock:
            self._waiting.setdefault(name, work)

    def finish(self) -> None:
        """Do what was collected so far, in order; whatever one piece raises is passed on."""
        while True:
            with self._lock:
                name = next(iter(self._waiting), None)
                work = None if name is None else self._waiting.pop(name)
            if work is None:
                return
            work()
