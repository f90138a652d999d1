"""A thread that reports which files were saved in some folders."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from dvara_examples.core.errors import DvaraExamplesError
from dvara_examples.core.extras import import_extra

_READY_S = 10.0
_POLL_MS = 100
_QUIET_MS = 50
"""What is saved within so much time of each other is told at once: an editor writes, renames and removes."""


class Watcher:
    """Watches folders, without their subfolders, and passes the paths of changes to *tell*, from a separate thread.

    If the system cannot watch, the exception is passed too. The owner calls :meth:`close`.

    Raises ExtraError if the extra ``watch`` is not installed.
    """

    def __init__(self, tell: Callable[[frozenset[Path] | Exception], None]) -> None:
        self._watchfiles = import_extra("watchfiles", "watch", "--watch")
        self._tell = tell
        self._folders: frozenset[Path] = frozenset()
        self._stop = threading.Event()

    def follow(self, folders: Iterable[Path]) -> int:
        """Watch *folders* from now on, and return their number; no change is missed meanwhile."""
        wanted = frozenset(folders)
        if wanted != self._folders:
            before, self._stop, self._folders = self._stop, threading.Event(), wanted
            ready = threading.Event()
            threading.Thread(target=self._watch, args=(wanted, self._stop, ready), name="watch", daemon=True).start()
            ready.wait(_READY_S)
            before.set()
        return len(wanted)

    def close(self) -> None:
        """Stop reporting."""
        self._stop.set()

    def _watch(self, folders: frozenset[Path], stop: threading.Event, ready: threading.Event) -> None:
        try:
            for changes in self._watchfiles.watch(
                *folders,
                watch_filter=None,
                step=_QUIET_MS,
                stop_event=stop,
                rust_timeout=_POLL_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
            ):
                ready.set()
                if changes and not stop.is_set():
                    self._tell(frozenset(Path(path) for _, path in changes))
        except Exception as error:  # noqa: BLE001 - whatever the system says, the owner must hear of it
            self._tell(DvaraExamplesError(f"files cannot be watched: {error}", "run without --watch"))
        finally:
            ready.set()
