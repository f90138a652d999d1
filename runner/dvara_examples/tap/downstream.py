"""The connection to the client: reads and writes that never block, and what it cannot accept yet."""

import socket

from dvara_examples.tap.upstream import no_delay, reset, shut_writing, unacknowledged
from dvara_examples.tap.waiting import broke

_REFUSAL_S = 0.02
"""A reset in answer to a piece comes at once over loopback; this allows for a busy machine."""


class Downstream:
    """One client connection, which owns *sock*; its methods do not block and are called from one thread.

    *waiting* is what the client has not yet accepted of the last *piece*; its memory must not be reused before it is empty.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.waiting = memoryview(b"")
        self.piece: tuple[float, memoryview] = (0.0, self.waiting)
        self._socket = sock
        sock.setblocking(False)
        no_delay(sock)

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._socket.fileno()

    def recv_into(self, buffer: memoryview) -> int | None:
        """Read once; 0 at a FIN, None if nothing is there yet. Raises OSError."""
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, InterruptedError):
            return None

    def hand(self, at_s: float, piece: memoryview) -> bool:
        """Send *piece*, which came at *at_s*; False if some of it waits. Raises OSError if the client is gone."""
        sent = self._send(piece)
        if sent == len(piece):
            return True
        self.waiting, self.piece = piece[sent:], (at_s, piece)
        return False

    def hand_rest(self) -> bool:
        """Send what waits, as far as possible; True if nothing waits any more. Raises OSError."""
        self.waiting = self.waiting[self._send(self.waiting) :]
        return not self.waiting

    def heard_all(self) -> bool:
        """Whether the client's machine has acknowledged every byte; True if the system does not say."""
        return not unacknowledged(self._socket)

    def refuses(self) -> bool:
        """Tell whether a client that has sent a FIN is gone altogether."""
        return broke(self._socket, _REFUSAL_S)

    def half_close(self) -> None:
        """Send a FIN and continue reading."""
        shut_writing(self._socket)

    def abort(self) -> None:
        """Close with an RST."""
        reset(self._socket)

    def close(self) -> None:
        """Close with a FIN, unless unread data turns it into an RST."""
        self._socket.close()

    def _send(self, data: memoryview) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
