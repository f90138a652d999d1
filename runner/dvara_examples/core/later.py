"""Work that speeds up later runs, and can wait until the user has what they asked for."""

import threading
from collections.abc import Callable

Work = Callable[[], None]


class Later:
    """Collects work, each piece once. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[object, Work] = {}

    def do(self, name: object, work: Work) -> None:
        """Collect *work*, once for each *name*."""
        with self._lock:
            self._waiting.setdefault(name, work)

    def finish(self) -> None:
        """Do the collected work in order; exceptions pass."""
        while True:
            with self._lock:
                name = next(iter(self._waiting), None)
                work = None if name is None else self._waiting.pop(name)
            if work is None:
                return
            work()
