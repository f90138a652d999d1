"""Finds the end of an HTTP/1 message's body (RFC 9112, section 6); observes and never changes a byte.

A reader is fed what follows a head; it returns how many bytes belong to the message and which of them are payload. Payload
is passed on as views of the input, so that bulk data is not copied.
"""

import re
from typing import Literal, Protocol

from dvara_examples.records.transcript import Headers
from dvara_examples.wire.http import ProtocolError, ResponseHead, header_words

Framing = Literal["chunked", "length", "close", "none"]
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?", re.DOTALL)
_MOST_LENGTH_DIGITS = 100
_MAX_LINE_BYTES = 16 * 1024
_MAX_TRAILER_BYTES = 256 * 1024


class BodyReader(Protocol):
    """Watches one body; *complete* is set at its last byte."""

    framing: Framing
    complete: bool

    def feed(self, data: memoryview) -> tuple[int, list[memoryview]]:
        """Return how many bytes of *data* belong to the message, and the payload in them.

        Raises ProtocolError if *data* begins with invalid bytes; valid bytes before them are returned first, so
        that the result does not depend on how the bytes are split. Some of *data* is taken until the body is complete.
        """
        ...

    def missing(self) -> str:
        """Describe what is missing from an incomplete body."""
        ...


class NoBody:
    """A message that ends with its head."""

    framing: Framing = "none"
    complete = True

    def feed(self, data: memoryview) -> tuple[int, list[memoryview]]:  # noqa: ARG002 - nothing belongs to it
        """Take nothing."""
        return 0, []

    def missing(self) -> str:
        """Return nothing: an empty body is always complete."""
        return "nothing"


class LengthBody:
    """A body of *length* bytes, as ``Content-Length`` announced."""

    framing: Framing = "length"

    def __init__(self, length: int) -> None:
        self.length = length
        self.seen = 0
        self.complete = length == 0

    def feed(self, data: memoryview) -> tuple[int, list[memoryview]]:
        """Take the rest of the announced length."""
        payload = data[: self.length - self.seen]
        self.seen += len(payload)
        self.complete = self.seen == self.length
        return len(payload), [payload] if payload else []

    def missing(self) -> str:
        """Say how much of the announced length has arrived."""
        return f"{self.seen} of {self.length} announced bytes came"


class CloseBody:
    """A body that ends with the connection: the caller sets *complete*, at a FIN."""

    framing: Framing = "close"

    def __init__(self) -> None:
        self.complete = False

    def feed(self, data: memoryview) -> tuple[int, list[memoryview]]:
        """Take everything."""
        return len(data), [data] if data else []

    def missing(self) -> str:
        """Say that only the end of the connection ends the body."""
        return "the end of a body that only the connection's end delimits"


class ChunkedBody:
    """A body in chunks, with extensions and trailers; it ends after the zero-length chunk's trailer section.

    *state* is what comes next: a chunk's size, its payload, the line end after it, or the trailer of the last chunk.
    """

    framing: Framing = "chunked"

    def __init__(self) -> None:
        self.complete = False
        self.state: Literal["size", "payload", "end", "trailer"] = "size"
        self._left = 0
        self._line = bytearray()
        self._trailer_bytes = 0

    def feed(self, data: memoryview) -> tuple[int, list[memoryview]]:
        """Walk through the chunks in *data*; skip a chunk that fills all of it without reading it."""
        payload: list[memoryview] = []
        position, size = 0, len(data)
        raw: bytes | None = None
        while position < size and not self.complete:
            if self.state == "payload":
                part = data[position : position + self._left]
                payload.append(part)
                position += len(part)
                self._left -= len(part)
                if not self._left:
                    self.state = "end"
                continue
            if raw is None:
                raw = bytes(data)
            try:
                position = self._take_line(raw, position)
            except ProtocolError:
                if not position:
                    raise
                self._line.clear()
                break
        return position, payload

    def missing(self) -> str:
        """Say where in the chunked coding the body stopped."""
        if self.state in ("payload", "end"):
            return f"the last chunk never came, and {self._left} bytes are missing from the one that was under way"
        return "the last chunk never came" if self.state == "size" else "the trailer after the last chunk has no end"

    def _take_line(self, raw: bytes, position: int) -> int:
        """Continue a line of the coding from *position*; return the position after the bytes read."""
        end = raw.find(b"\n", position, position + _MAX_LINE_BYTES)
        if end < 0:
            self._line += raw[position : position + _MAX_LINE_BYTES]
            if len(self._line) >= _MAX_LINE_BYTES:
                raise ProtocolError(f"a line of more than {_MAX_LINE_BYTES} bytes between chunks")
            if self.state == "end" and self._line != b"\r":
                raise ProtocolError("a chunk is longer than its size says")
            return len(raw)
        line = raw[position:end]
        if self._line:
            line = bytes(self._line) + line
            self._line.clear()
        self._line_complete(line)
        return end + 1

    def _line_complete(self, line: bytes) -> None:
        if self.state == "size":
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                raise ProtocolError(f"{line[:40]!r} instead of the size of a chunk")
            self._left = int(match[1], 16)
            self.state = "payload" if self._left else "trailer"
        elif self.state == "end":
            if line not in (b"\r", b""):
                raise ProtocolError("a chunk is longer than its size says")
            self.state = "size"
        elif line in (b"\r", b""):
            self.complete = True
        else:
            self._trailer_bytes += len(line)
            if self._trailer_bytes > _MAX_TRAILER_BYTES:
                raise ProtocolError(f"trailers of more than {_MAX_TRAILER_BYTES} bytes")


def request_body(headers: Headers) -> BodyReader:
    """Return the reader for the body of a request. Raises ProtocolError for an invalid length."""
    if "chunked" in header_words(headers, "transfer-encoding"):
        return ChunkedBody()
    length = _content_length(headers)
    return NoBody() if length is None else LengthBody(length)


def response_body(head: ResponseHead, method: str) -> BodyReader:
    """Return the reader for the body of the response to a *method* request. Raises ProtocolError for an invalid length."""
    if method == "HEAD" or head.status in (204, 304) or 100 <= head.status < 200:
        return CloseBody() if head.status == 101 else NoBody()
    codings = header_words(head.headers, "transfer-encoding")
    if codings:
        return ChunkedBody() if codings[-1] == "chunked" else CloseBody()
    length = _content_length(head.headers)
    return CloseBody() if length is None else LengthBody(length)


def _content_length(headers: Headers) -> int | None:
    words = set(header_words(headers, "content-length"))
    if not words:
        return None
    word = words.pop()
    if words or not (word.isascii() and word.isdigit() and len(word) <= _MOST_LENGTH_DIGITS):
        raise ProtocolError("a Content-Length that is not one number")
    return int(word)
