"""The output of a gateway: stored in a file with secrets masked, and its last lines for messages."""

import os
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO

from dvara_examples.core.redaction import Redactor

LOG_NAME = "gateway.log"
SHOWN_LINES = 12
_LINE_LIMIT_BYTES = 64 * 1024


class GatewayLog:
    """A log file that one thread writes from a stream; everything else may be called from any thread."""

    def __init__(self, path: Path, redactor: Redactor) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._redactor = redactor
        self._file = path.open("wb")
        self._last: deque[str] = deque(maxlen=SHOWN_LINES)
        self._lock = threading.Lock()
        self._read = threading.Event()

    def write_line(self, line: bytes) -> None:
        """Store one *line*, with secrets masked."""
        masked = self._redactor.data(line)
        with self._lock:
            if not self._file.closed:
                self._file.write(masked)
                self._file.flush()
            self._last.append(masked.decode(errors="replace").rstrip())

    def read_from(self, stream: BinaryIO) -> None:
        """Store the lines of *stream* until its end, and close it."""
        with stream:
            while line := stream.readline(_LINE_LIMIT_BYTES):
                self.write_line(line)
        self._read.set()

    def wait_until_read(self, limit_s: float) -> None:
        """Wait until the stream is read to its end; a program that has ended may still have lines in it."""
        self._read.wait(limit_s)

    def move_into(self, folder: Path) -> None:
        """Move the file into *folder*; what is written later goes there too."""
        with self._lock:
            os.replace(self.path, folder / LOG_NAME)  # noqa: PTH105 - an open file moves with its name
            self.path = folder / LOG_NAME

    def close(self) -> None:
        """Close the file; later lines are dropped."""
        with self._lock:
            self._file.close()

    @property
    def last_lines(self) -> str:
        """The last lines, each after a line end; empty if nothing was written."""
        with self._lock:
            return "".join(f"\n{line}" for line in self._last)
