"""Heads of HTTP/1 messages: finding where they end, and reading them (RFC 9112).

The reader is lenient where clients are (a bare LF ends a line, a reason phrase may be missing) and never changes a byte.
"""

import re
from dataclasses import dataclass

from dvara_examples.records.transcript import Headers

MAX_HEAD_BYTES = 1024 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses that send the client to the address in ``Location`` (RFC 9110, 15.4)."""
_FRAME_HEAD_BYTES = 9
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_BLANK = re.compile(rb"[\r\n]*")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (.*) (HTTP/\d\.\d)")
_STATUS_LINE = re.compile(rb"(HTTP/\d\.\d) ([1-9]\d{2})(?: (.*))?")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]")


class ProtocolError(ValueError):
    """The bytes are not valid HTTP/1; ``str()`` says what is wrong."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request's head; *raw* is every byte of it, leading blank lines and the closing blank line included."""

    method: str
    target: str
    version: str
    headers: Headers
    raw: bytes


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A response's head; *reason* is empty if the gateway sends none."""

    version: str
    status: int
    reason: str
    headers: Headers


class HeadBuffer:
    """Collects bytes until a head is whole; the bytes after the head stay with the caller."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held(self) -> bytes:
        """The bytes of an incomplete head so far."""
        return bytes(self._held)

    def feed(self, data: memoryview) -> tuple[bytes | None, int]:
        """Return the head, once whole, and how many bytes of *data* were taken. Raises ProtocolError for an endless head."""
        before = len(self._held)
        self._held += data
        end = _END_OF_HEAD.search(self._held, max(self._blank_bytes(), before - 3))
        if end is None:
            return self._not_yet(len(data))
        head = bytes(self._held[: end.end()])
        self._held.clear()
        return head, end.end() - before

    def _blank_bytes(self) -> int:
        """Count the blank lines before a head, which do not end it (RFC 9112, section 2.2)."""
        blank = _BLANK.match(self._held)
        return blank.end() if blank else 0

    def _not_yet(self, taken: int) -> tuple[None, int]:
        if len(self._held) > MAX_HEAD_BYTES:
            raise ProtocolError(f"a head of more than {MAX_HEAD_BYTES} bytes")
        return None, taken


def looks_like_request(start: bytes) -> bool:
    """Tell whether *start*, the first bytes of a message, may still become a request head."""
    line, newline, _ = start.lstrip(b"\r\n").partition(b"\n")
    if newline:
        return _REQUEST_LINE.fullmatch(line.rstrip(b"\r")) is not None
    return not line or _TOKEN.match(line) is not None


def looks_like_response(start: bytes) -> bool:
    """Tell whether *start*, the first bytes of a message, may still become a response head."""
    line, newline, _ = start.lstrip(b"\r\n").partition(b"\n")
    if newline:
        return _STATUS_LINE.fullmatch(line.rstrip(b"\r")) is not None
    return line[:5] == b"HTTP/"[: len(line)]


def speaks_http2(start: bytes) -> bool:
    """Tell whether *start*, the first bytes from a server, begin as its SETTINGS frame does (RFC 9113, 3.4 and 4.1)."""
    return len(start) >= _FRAME_HEAD_BYTES and start[3:5] in (b"\x04\x00", b"\x04\x01") and start[5:9] == bytes(4)


def read_request_head(raw: bytes) -> RequestHead:
    """Read a whole request head. Raises ProtocolError if its first line is no request line."""
    first, headers = _lines(raw)
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise ProtocolError("the first line is not a request line")
    method, target, version = (group.decode("latin-1") for group in match.groups())
    return RequestHead(method, target, version, headers, raw)


def read_response_head(raw: bytes) -> ResponseHead:
    """Read a whole response head. Raises ProtocolError if its first line is no status line."""
    first, headers = _lines(raw)
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise ProtocolError("the first line is not a status line")
    version, status, reason = match.groups(b"")
    return ResponseHead(version.decode("latin-1"), int(status), reason.decode("latin-1"), headers)


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of the header *name* (lower case), or None."""
    return next((value for key, value in headers if key.lower() == name), None)


def header_words(headers: Headers, name: str) -> list[str]:
    """Return all values of a comma-separated header *name* (lower case), in order and in lower case."""
    joined = ",".join(value for key, value in headers if key.lower() == name)
    return [word.strip().lower() for word in joined.split(",") if word.strip()]


def _lines(raw: bytes) -> tuple[bytes, Headers]:
    first, *rest = (line.rstrip(b"\r") for line in raw.lstrip(b"\r\n").split(b"\n"))
    headers: list[tuple[str, str]] = []
    for line in rest:
        if line[:1] in (b" ", b"\t") and headers:  # a folded line continues the previous value
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip().decode('latin-1')}")
        elif line:
            name_raw, _, value_raw = line.partition(b":")
            headers.append((name_raw.decode("latin-1"), value_raw.strip(b" \t").decode("latin-1")))
    return first, tuple(headers)
