"""Reads HTTP/1.1 requests from a socket, within the container's limits.

Only what the gateway's container accepts gets through; for anything else, :class:`NotHttp` stands for its HTML error page.
"""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

HEAD_LIMIT_BYTES = 8192
"""Request line and headers together; a longer head is refused."""
BODY_LIMIT_BYTES = 10 * 1024 * 1024
"""A longer body is refused with 413."""
SWALLOW_LIMIT_BYTES = 2 * 1024 * 1024
"""So much of a body that nobody wants is read to keep the connection; more of it ends the connection."""

_REQUEST_LINE = re.compile(rb"([A-Za-z]+) (\S+) HTTP/1\.([01])")
_ABSOLUTE = re.compile(r"https?://[^/?#]*")


class NotHttp(Exception):  # noqa: N818 - says what the bytes are
    """The container does not accept the bytes as a request: it answers 400 in HTML and closes."""


class BadBody(Exception):  # noqa: N818 - says what the body is
    """The body's framing is broken."""


class TooLarge(Exception):  # noqa: N818 - says what the body is
    """The body is longer than the limit."""


class Departed(Exception):  # noqa: N818 - a normal end
    """The client ended the connection in the middle of a request."""


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """Request line and headers; header names are lower case, repeated ones joined by a comma."""

    method: str
    path: str
    minor_version: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return a header by its lower-case name, empty if missing."""
        return self.headers.get(name, "")

    def lists(self, name: str, word: str) -> bool:
        """Tell whether a comma-separated header has *word*, ignoring case."""
        return word in (part.strip().lower() for part in self.header(name).split(","))

    @property
    def wants_close(self) -> bool:
        """The client asks for the connection to end; HTTP/1.0 always does."""
        return self.minor_version == 0 or self.lists("connection", "close")

    @property
    def expects_continue(self) -> bool:
        """The client waits for ``100`` before it sends the body."""
        return self.minor_version == 1 and self.header("expect").lower() == "100-continue"

    @property
    def chunked(self) -> bool:
        """The body comes in chunks."""
        return self.lists("transfer-encoding", "chunked")

    @property
    def content_length(self) -> int:
        """The announced size of the body; 0 if none is announced."""
        return int(self.header("content-length") or 0)


class SocketReader:
    """Buffered reading from one socket; pipelined requests stay in the buffer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether bytes of a further request are already here."""
        return bool(self._buffer)

    def _fill(self) -> bool:
        data = self._sock.recv(65_536)
        self._buffer += data
        return bool(data)

    def take(self, most: int) -> bytes:
        """Return at least one byte and at most *most*. Raises Departed at the end of the stream."""
        if not self._buffer and not self._fill():
            raise Departed
        data = bytes(self._buffer[:most])
        del self._buffer[:most]
        return data

    def line(self, limit: int = HEAD_LIMIT_BYTES) -> bytes:
        """Return one line without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > limit:
                raise BadBody
            if not self._fill():
                raise Departed
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def head(self) -> IncomingRequest | None:
        """Return the head of the next request, or None if the client ended the connection. Raises NotHttp, TimeoutError."""
        while True:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
            end = self._buffer.find(b"\r\n\r\n")
            if max(end, 0) > HEAD_LIMIT_BYTES or (end < 0 and len(self._buffer) > HEAD_LIMIT_BYTES):
                raise NotHttp
            if end >= 0:
                raw = bytes(self._buffer[:end])
                del self._buffer[: end + 4]
                return parse_head(raw)
            first, newline, _ = self._buffer.partition(b"\n")
            if newline and not _REQUEST_LINE.fullmatch(first.removesuffix(b"\r")):
                raise NotHttp
            if self._buffer[:1] and not self._buffer[:1].isalpha():
                raise NotHttp  # a TLS hello has no line to wait for
            if not self._fill():
                return None


def parse_head(raw: bytes) -> IncomingRequest:
    """Parse the head of a request, without the empty line at its end. Raises NotHttp."""
    first, *lines = raw.split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise NotHttp
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise NotHttp
        key, text = name.lower(), value.strip()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    method, target, minor = match[1].decode("ascii"), match[2].decode("latin-1"), int(match[3])
    path = _ABSOLUTE.sub("", target, count=1) if _ABSOLUTE.match(target) else target
    head = IncomingRequest(method, path.split("?", 1)[0] or "/", minor, headers)
    _check(head)
    return head


def _check(head: IncomingRequest) -> None:
    length, encoding = head.header("content-length"), head.header("transfer-encoding").lower()
    if head.minor_version == 1 and "host" not in head.headers:
        raise NotHttp
    if (length and not re.fullmatch(r"\d{1,18}", length)) or encoding not in ("", "chunked", "identity"):
        raise NotHttp


class RequestBody:
    """The body of one request, read at most once and only on demand."""

    def __init__(self, reader: SocketReader, head: IncomingRequest) -> None:
        self._reader = reader
        self._chunked = head.chunked
        self._left = 0 if head.chunked else head.content_length
        self._done = not head.chunked and self._left == 0

    @property
    def finished(self) -> bool:
        """Whether nothing of it is left to read."""
        return self._done

    @property
    def known_to_be_too_much(self) -> bool:
        """Whether more is announced than may be discarded."""
        return self._left > SWALLOW_LIMIT_BYTES

    def read(self, limit: int = BODY_LIMIT_BYTES) -> bytes:
        """Return the whole body. Raises TooLarge, BadBody, Departed, TimeoutError."""
        if self._left > limit:
            raise TooLarge
        parts, size = [], 0
        while part := self._next():
            parts.append(part)
            size += len(part)
            if size > limit:
                raise TooLarge
        return b"".join(parts)

    def swallow(self) -> bool:
        """Discard the rest; False if it is too much or broken, and the connection must end."""
        try:
            self.read(SWALLOW_LIMIT_BYTES)
        except (TooLarge, BadBody, Departed, OSError):
            return False
        return True

    def _next(self) -> bytes:
        """Return the next part, empty at the end."""
        if self._done:
            return b""
        if self._left == 0 and not self._next_chunk():
            return b""
        data = self._reader.take(min(self._left, 65_536))
        self._left -= len(data)
        if self._left == 0:
            if self._chunked:
                self._reader.line()
            else:
                self._done = True
        return data

    def _next_chunk(self) -> bool:
        """Read the size of the next chunk; False after the last one, whose trailers are ignored."""
        self._left = self._chunk_size()
        if self._left == 0:
            self._done = True
            while self._reader.line():
                pass
        return self._left > 0

    def _chunk_size(self) -> int:
        text = self._reader.line().split(b";", 1)[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", text):
            raise BadBody
        return int(text, 16)
