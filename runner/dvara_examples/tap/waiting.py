"""Waits for sockets, with a signal that the tap is closing, and explains why a connection failed."""

import select
import socket
from collections.abc import Callable

from dvara_examples.core.errors import Diagnosed

GONE = select.POLLERR | select.POLLHUP | select.POLLNVAL
_TICK_MS = 30_000

Ready = Callable[[int, int, float], bool]
"""Waits for a file descriptor to show poll events, at most so many seconds; False if they did not come."""


class Stopped(Exception):  # noqa: N818 - what happened, not a fault
    """The tap is being closed."""


class Waiter:
    """One thread's ``poll``; *stopping* is a socket whose other end hangs up when the tap is closed."""

    def __init__(self, stopping: socket.socket) -> None:
        self._stopping = stopping
        self._poll = select.poll()
        self._poll.register(stopping, select.POLLIN)
        self._masks: dict[int, int] = {}

    def want(self, fd: int, mask: int | None) -> None:
        """Set which events of *fd* to wait for; None: not even its failure, because nothing could be done about it now."""
        if self._masks.get(fd) == mask:
            return
        if mask is None:
            del self._masks[fd]
            self._poll.unregister(fd)
        else:
            self._masks[fd] = mask
            self._poll.register(fd, mask)

    def wait(self, limit_s: float | None) -> dict[int, int]:
        """Return the events of each descriptor that has any, after *limit_s* at the latest (None: a long while)."""
        return dict(self._poll.poll(_TICK_MS if limit_s is None else limit_s * 1000))

    def stopped(self, ready: dict[int, int]) -> bool:
        """Tell whether *ready* says that the tap is being closed."""
        return self._stopping.fileno() in ready

    def ready(self, fd: int, events: int, limit_s: float) -> bool:
        """Wait for *events* on one descriptor only; False if they did not come in time. Raises Stopped."""
        poll = select.poll()
        poll.register(fd, events)
        poll.register(self._stopping, select.POLLIN)
        happened = dict(poll.poll(limit_s * 1000))
        if self.stopped(happened):
            raise Stopped
        return fd in happened


def broke(sock: socket.socket, within_s: float) -> bool:
    """Tell whether *sock* has been reset, or will be within the limit."""
    poll = select.poll()
    poll.register(sock, 0)
    return bool(poll.poll(within_s * 1000))


class Unreachable(Diagnosed):
    """The connection failed."""


def words(error: OSError) -> str:
    """Return the operating system's message for *error*, in lower case."""
    return (error.strerror or str(error) or type(error).__name__).lower()
