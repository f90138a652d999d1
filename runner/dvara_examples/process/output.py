"""Reads one pipe of an example: bytes get a time on arrival, are shown live, and stored within limits."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import IO

from dvara_examples.core.clock import Timer
from dvara_examples.records.transcript import Output, OutputPiece

READ_BYTES = 64 * 1024
"""The most that one read takes: what a pipe holds on Linux."""

TAIL_BYTES = 64 * 1024
"""How much of the end is kept where an output is too large to be kept whole."""

MOST_PIECES = 20_000
"""Past this number, bytes join the last piece: a million one-byte writes must not become a million objects."""

DISPLAY_PATIENCE = 10
"""How many times the wait for a pipe's end is begun again where it is the live display that holds the reader up."""

OnPiece = Callable[[str, OutputPiece], None]
"""Takes the pipe's name (``stdout``, ``stderr``) and what just arrived; called in the pipe's own reader thread."""


class OutputKeeper:
    """Stores the first *kept_bytes* minus 64 KiB and the last 64 KiB of an output, and counts the rest. Not thread-safe.

    An output of up to *kept_bytes* is stored whole, with the arrival time of every piece up to the first *most_pieces*.
    """

    def __init__(self, kept_bytes: int, most_pieces: int = MOST_PIECES) -> None:
        self._most_pieces = most_pieces
        self._head: list[OutputPiece] = []
        self._head_room = max(kept_bytes - TAIL_BYTES, 0)
        self._joined = bytearray()  # continues the last piece of the head
        self._tail: deque[OutputPiece] = deque()
        self._tail_bytes = 0
        self._size = 0
        self._dropped = False

    def add(self, piece: OutputPiece) -> None:
        """Add the next piece."""
        self._size += len(piece.data)
        room = self._head_room
        if len(piece.data) <= room:
            self._add_to_head(piece)
            return
        if room:
            self._add_to_head(OutputPiece(piece.at_s, piece.data[:room]))
            piece = OutputPiece(piece.at_s, piece.data[room:])
        self._add_to_tail(piece)

    def _add_to_head(self, piece: OutputPiece) -> None:
        self._head_room -= len(piece.data)
        if len(self._head) < self._most_pieces:
            self._head.append(piece)
        else:
            self._joined += piece.data

    def _add_to_tail(self, piece: OutputPiece) -> None:
        self._tail.append(piece)
        self._tail_bytes += len(piece.data)
        while self._tail_bytes - len(self._tail[0].data) >= TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft().data)
            self._dropped = True

    def output(self) -> Output:
        """Return what was stored so far."""
        pieces = self._head.copy()
        if self._joined:
            pieces[-1] = OutputPiece(pieces[-1].at_s, pieces[-1].data + self._joined)
        end = b"".join(piece.data for piece in self._tail)
        if self._dropped or len(end) > TAIL_BYTES:
            return Output(tuple(pieces), self._size, end[-TAIL_BYTES:])
        pieces += self._tail
        return Output(_at_most(pieces, self._most_pieces), self._size)


def _at_most(pieces: list[OutputPiece], most: int) -> tuple[OutputPiece, ...]:
    """Append what follows the first *most* pieces to the last of them."""
    if len(pieces) <= most:
        return tuple(pieces)
    kept, last = pieces[: most - 1], pieces[most - 1 :]
    return (*kept, OutputPiece(last[0].at_s, b"".join(piece.data for piece in last)))


class PipeReader:
    """Reads one pipe to its end in a separate thread, which then closes it; the reader takes ownership of *pipe*.

    An exception of *on_piece* stops further calls, but not the reading; it is stored as :attr:`callback_error`. A reader that
    *leaves_after* a number of bytes then closes the pipe, like ``| head``, and :attr:`left_at_s` is the time of that.
    """

    def __init__(
        self,
        name: str,
        pipe: IO[bytes],
        timer: Timer,
        keeper: OutputKeeper,
        on_piece: OnPiece | None,
        leaves_after: int | None = None,
    ) -> None:
        self.name = name
        self.size_bytes = 0
        self.left_at_s: float | None = None
        self._leaves_after = leaves_after
        self.inode = os.fstat(pipe.fileno()).st_ino
        self.last_at_s = 0.0
        self.callback_error: Exception | None = None
        self._pipe = pipe
        self._timer = timer
        self._keeper = keeper
        self._on_piece = on_piece
        self._showing = False
        self._lock = threading.Lock()  # guards the output: an abandoned reader may still be processing a piece
        self._woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"read-{name}", daemon=True)

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def wait_for_end(self, timeout_s: float) -> bool:
        """Wait until the pipe's last writer has closed it; False if somebody still holds it open after *timeout_s*.

        Time that a slow display takes is not counted against the writers.
        """
        for _ in range(DISPLAY_PATIENCE):
            self._thread.join(timeout_s)
            if not self._thread.is_alive():
                return True
            if not self._showing:
                return False
        return True

    def close(self, timeout_s: float = 1.0) -> None:
        """Stop reading, even if the pipe's other end is open; called once."""
        os.close(self._wake)
        self._thread.join(timeout_s)

    def output(self) -> Output:
        """Return what was stored so far."""
        with self._lock:
            return self._keeper.output()

    def _run(self) -> None:
        try:
            self._read_to_end()
        finally:
            self._pipe.close()
            os.close(self._woken)

    def _read_to_end(self) -> None:
        pipe = self._pipe.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while self._woken not in dict(poll.poll()):
            data = os.read(pipe, READ_BYTES if self._leaves_after is None else self._leaves_after - self.size_bytes)
            if not data:
                return
            piece = OutputPiece(self._timer(), data)
            self.last_at_s = piece.at_s
            self.size_bytes += len(data)
            with self._lock:
                self._keeper.add(piece)
            self._show(piece)
            if self.size_bytes == self._leaves_after:
                self.left_at_s = self._timer()
                return

    def _show(self, piece: OutputPiece) -> None:
        if self._on_piece is None or self.callback_error is not None:
            return
        self._showing = True
        try:
            self._on_piece(self.name, piece)
        except Exception as error:  # noqa: BLE001 - a display that breaks must not lose output; the owner is told
            self.callback_error = error
        finally:
            self._showing = False
