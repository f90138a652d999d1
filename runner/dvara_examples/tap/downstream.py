"""The connection to the client: reads and writes that never block, and what it cannot take yet."""

import socket

from dvara_examples.tap.upstream import no_delay, reset, shut_writing, unacknowledged
from dvara_examples.tap.waiting import broke

_REFUSAL_S = 0.02
"""A reset in answer to a piece comes at once over loopback; this allows for a busy machine."""


class Downstream:
    """One client connection, whose *sock* it owns; its methods do not block and are called from one thread.

    *waiting* is what the client has not taken yet of the last *piece*; that memory must not be written to before it is empty.
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
        """Read once; 0 at a FIN, None where nothing is there yet. Raises OSError."""
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, InterruptedError):
            return None

    def hand(self, at_s: float, piece: memoryview) -> bool:
        """Hand over *piece*, which came at *at_s*; False where some of it waits. Raises OSError where nobody takes it."""
        sent = self._send(piece)
        if sent == len(piece):
            return True
        self.waiting, self.piece = piece[sent:], (at_s, piece)
        return False

    def hand_rest(self) -> bool:
        """Hand over what waits, as far as it is taken; True where nothing waits any more. Raises OSError."""
        self.waiting = self.waiting[self._send(self.waiting) :]
        return not self.waiting

    def heard_all(self) -> bool:
        """Whether the client's machine has acknowledged every byte; True where the system does not tell."""
        return not unacknowledged(self._socket)

    def refuses(self) -> bool:
        """Tell whether a client that has sent a FIN has turned out to be gone altogether."""
        return broke(self._socket, _REFUSAL_S)

    def half_close(self) -> None:
        """Send a FIN and go on reading."""
        shut_writing(self._socket)

    def abort(self) -> None:
        """Close with an RST."""
        reset(self._socket)

    def close(self) -> None:
        """Close with a FIN, where nothing lies unread."""
        self._socket.close()

    def _send(self, data: memoryview) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
