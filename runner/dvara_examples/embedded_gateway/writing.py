"""Writes the response to one request like the gateway's container: header order, framing, and whether the connection is kept.

The status line has no reason phrase. A stream's head goes out with its first event; every event is one chunk (several
above 8192 bytes), and the last chunk is sent separately. HTTP/1.0 clients get a body that ends with the connection.
"""

import json
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime

from dvara_examples.embedded_gateway.errors_table import Refusal, Writer
from dvara_examples.embedded_gateway.reading import IncomingRequest

CHUNK_LIMIT_BYTES = 8192
CLOSING_STATUSES = frozenset({400, 408, 413, 500, 501, 503})
"""After these the container ends the connection."""
RESPONSES_PER_CONNECTION = 100

_BAD_REQUEST_PAGE = (
    '<!doctype html><html lang="en"><head><title>HTTP Status 400 \u2013 Bad Request</title><style type="text/css">'
    "body {font-family:Tahoma,Arial,sans-serif;} h1, h2, h3, b {color:white;background-color:#525D76;} h1 {font-size:22px;} "
    "h2 {font-size:16px;} h3 {font-size:14px;} p {font-size:12px;} a {color:black;} "
    ".line {height:1px;background-color:#525D76;border:none;}</style></head>"
    "<body><h1>HTTP Status 400 \u2013 Bad Request</h1></body></html>"
).encode()
"""The page of the container (Apache Tomcat), which answers what never reaches the gateway."""

Header = tuple[str, str]


def compact(value: object) -> str:
    """Return *value* as JSON without spaces, non-ASCII characters as they are; a lone surrogate becomes ``?``, as in Java."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace").decode()


def bad_request_page(now: datetime) -> bytes:
    """Return the container's complete answer to an invalid request."""
    headers = (
        ("Content-Type", "text/html;charset=utf-8"),
        ("Content-Language", "en"),
        ("Content-Length", str(len(_BAD_REQUEST_PAGE))),
        ("Date", format_datetime(now, usegmt=True)),
        ("Connection", "close"),
    )
    return _head(400, headers) + _BAD_REQUEST_PAGE


def _head(status: int, headers: Sequence[Header]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} \r\n{lines}\r\n".encode("latin-1")


def _chunks(data: bytes) -> bytes:
    parts = (data[at : at + CHUNK_LIMIT_BYTES] for at in range(0, len(data), CHUNK_LIMIT_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


class ResponseWriter:
    """One response, written in one go or as a stream; used only by the connection's thread.

    *closes* tells whether the connection ends after it; *status* is None until the head is out.
    """

    def __init__(
        self, sock: socket.socket, head: IncomingRequest, trace_id: str, now: Callable[[], datetime], *, closes: bool
    ) -> None:
        self._sock = sock
        self._http10 = head.minor_version == 0
        self._bodiless = head.method == "HEAD"
        self._accept = head.header("accept")
        self._path = head.path
        self._now = now
        self.trace_id = trace_id
        self.closes = closes
        self.status: int | None = None

    def json(
        self, status: int, value: object, headers: Sequence[Header] = (), *, chunked: bool = True, media: str = "application/json"
    ) -> None:
        """Write a JSON answer; a client that does not accept JSON gets an empty 500 instead, as from the gateway."""
        if not accepts_json(self._accept):
            self.empty(500)
            return
        self._whole(status, compact(value).encode(), [*headers, ("Content-Type", media)], chunked=chunked)

    def refusal(self, refusal: Refusal) -> None:
        """Write an error of the table like the layer that raises it."""
        now, row = self._now(), refusal.row
        envelope = envelope_of(self._path, row.status, refusal.envelope(self.trace_id, now))
        headers = refusal.all_headers(now)
        if row.writer is not Writer.FILTER:
            self.json(row.status, envelope, headers, chunked=row.writer is Writer.ENTITY)
            return
        data = compact(envelope).encode("iso-8859-1", errors="replace")
        self._whole(row.status, data, [*headers, ("Content-Type", "application/json;charset=ISO-8859-1")], chunked=False)

    def empty(self, status: int, headers: Sequence[Header] = ()) -> None:
        """Write an answer without a body."""
        self._whole(status, b"", headers, chunked=False)

    def _whole(self, status: int, data: bytes, headers: Sequence[Header], *, chunked: bool) -> None:
        if self._bodiless:
            self._start(status, headers, b"")
        elif not chunked:
            self._start(status, [*headers, ("Content-Length", str(len(data)))], data)
        elif self._http10:
            self._start(status, headers, data)
        else:
            self._start(status, [*headers, ("Transfer-Encoding", "chunked")], _chunks(data))
            self._sock.sendall(b"0\r\n\r\n")

    def _start(self, status: int, headers: Sequence[Header], data: bytes) -> None:
        """Send the head and the first bytes of the body in one segment."""
        self.closes = self.closes or status in CLOSING_STATUSES
        last = [("Connection", "close")] if self.closes else []
        traced = [("X-Trace-ID", self.trace_id), *headers, ("Date", format_datetime(self._now(), usegmt=True)), *last]
        self.status = status
        self._sock.sendall(_head(status, traced) + data)

    def event(self, data: str, *, name: str = "", spaced: bool = False) -> None:
        """Send one server-sent event, with *name* if there is one; the first event also sends the head."""
        space = " " if spaced else ""
        named = f"event:{space}{name}\n" if name else ""
        event = f"{named}data:{space}{data}\n\n".encode()
        framed = event if self._http10 else _chunks(event)
        if self.status is None:
            framing = [] if self._http10 else [("Transfer-Encoding", "chunked")]
            self._start(200, [("Content-Type", "text/event-stream"), *framing], framed)
        else:
            self._sock.sendall(framed)

    def end_stream(self) -> None:
        """End a stream properly: the last chunk, in a separate segment."""
        if not self._http10:
            self._sock.sendall(b"0\r\n\r\n")

    def abort(self) -> None:
        """Leave a stream unfinished: no last chunk, and the connection ends."""
        self.closes = True


def accepts_json(accept: str) -> bool:
    """Tell whether an ``Accept`` header admits ``application/json``; an empty one admits everything."""
    media = [part.split(";", 1)[0].strip().lower() for part in accept.split(",")]
    return not accept.strip() or any(m in ("*/*", "application/*", "application/json") for m in media)


_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "permission_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}
"""Anthropic's types of errors, by status."""


def envelope_of(path: str, status: int, openai: Mapping[str, object]) -> Mapping[str, object]:
    """Return the envelope for a request to *path*: Anthropic's under ``/v1/messages``, *openai* itself elsewhere."""
    error = openai.get("error")
    if not (path == "/v1/messages" or path.startswith("/v1/messages/")) or not isinstance(error, Mapping):
        return openai
    inner = {"type": _TYPES.get(status, "api_error"), "message": error.get("message"), "code": error.get("code")}
    return {"type": "error", "error": inner, "request_id": error.get("trace_id")}
