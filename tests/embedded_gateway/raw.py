"""Talks HTTP in plain bytes, and takes recorded or received responses apart for comparison."""

import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

WIRE = Path(__file__).parent.parent / "data" / "wire"
CHAT = "/v1/chat/completions"
_VARYING = {"date", "content-length", "x-trace-id", "x-ratelimit-reset"}


def chat_body(**more: object) -> bytes:
    """Return the body of a small streamed chat request."""
    return json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Hi"}], **more}).encode()


def request(
    key: str | None,
    body: bytes | None = None,
    *,
    method: str = "POST",
    path: str = CHAT,
    version: str = "1.1",
    **headers: str | None,
) -> bytes:
    """Return the bytes of a request; *headers* come with underscores for hyphens, and None leaves a usual one out."""
    data = chat_body() if body is None and method == "POST" else body or b""
    usual: dict[str, str | None] = {"Host": "gateway.test", "Authorization": f"Bearer {key}" if key else None}
    if method == "POST":
        usual |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in usual.items() if value is not None)
    return f"{method} {path} HTTP/{version}\r\n{lines}\r\n".encode() + data


class Wire:
    """One connection to a server; a context manager. Every read is bounded by *limit_s*."""

    def __init__(self, base_url: str, limit_s: float = 10.0) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        assert parts.port is not None
        self.sock = socket.create_connection((parts.hostname, parts.port), timeout=limit_s)
        self.pieces: list[bytes] = []

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    @property
    def data(self) -> bytes:
        """All bytes that came so far."""
        return b"".join(self.pieces)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def read(self) -> bytes:
        """Return the next bytes that come; empty at the FIN. Raises ConnectionResetError at an RST."""
        piece = self.sock.recv(262_144)
        if piece:
            self.pieces.append(piece)
        return piece

    def until(self, marker: bytes) -> bytes:
        """Read until *marker* has come."""
        while marker not in self.data:
            assert self.read(), f"FIN before {marker!r}: {self.data!r}"
        return self.data

    def until_fin(self) -> bytes:
        """Read all there is until the server ends the connection."""
        while self.read():
            pass
        return self.data

    def exchange(self, data: bytes, count: int = 1) -> "tuple[Reply, ...]":
        """Send *data* and read until *count* responses are whole, or the connection has ended."""
        self.send(data)
        while True:
            replies = parse(self.data)
            whole = [reply for reply in replies if reply.whole and reply.status != "HTTP/1.1 100 "]
            if len(whole) >= count or not self.read():
                return parse(self.data)

    def is_kept(self) -> bool:
        """Tell whether the server still answers on this connection; False if it has sent a FIN."""
        self.pieces.clear()
        try:
            self.send(b"GET /actuator/health/liveness HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
            return bool(self.read())
        except (BrokenPipeError, ConnectionResetError):
            return False  # the answer of the kernel to bytes behind a FIN


@dataclass(frozen=True)
class Reply:
    """One response; *chunks* is None if it is not chunked, *whole* tells whether its framing is complete."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunks: tuple[bytes, ...] | None
    whole: bool

    def header(self, name: str) -> str | None:
        """Return a header's value."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def error(self) -> dict[str, object]:
        """The ``error`` member of the body."""
        error = self.json["error"]
        assert isinstance(error, dict)
        return error

    @property
    def events(self) -> list[str]:
        """The payloads of the server-sent events."""
        return [event.removeprefix("data:") for event in self.body.decode().split("\n\n") if event]

    def shape(self) -> tuple[object, ...]:
        """Return what has to agree with a recording: everything but ids, dates, sizes and texts."""
        headers = tuple((name, "*" if name.lower() in _VARYING else value) for name, value in self.headers)
        parts = (self.body,) if self.chunks is None else self.chunks
        return self.status, headers, self.chunks is not None, tuple(_skeleton(part) for part in parts), self.whole


def _skeleton(part: bytes) -> str:
    """Replace JSON by the names of its members, in order; what an error calls itself differs between two servers."""
    text = part.decode("latin-1")
    return re.sub(r'\{".*\}', lambda found: _names(json.loads(found[0])), text)


def _names(value: object) -> str:
    if not isinstance(value, dict):
        return "*"
    if isinstance(value.get("error"), dict) and set(value["error"]) != {"message"}:
        return f"{{error:{','.join(value['error'])}}}"
    return f"{{{','.join(value)}}}"


def parse(raw: bytes) -> tuple[Reply, ...]:
    """Take apart all responses in *raw*; the last one may be cut off."""
    replies = []
    while raw:
        head, empty_line, rest = raw.partition(b"\r\n\r\n")
        if not empty_line:
            break
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple((line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in lines)
        reply, raw = _with_body(status, headers, rest)
        replies.append(reply)
    return tuple(replies)


def _with_body(status: str, headers: tuple[tuple[str, str], ...], rest: bytes) -> tuple[Reply, bytes]:
    given = {name.lower(): value for name, value in headers}
    if status == "HTTP/1.1 100 ":
        return Reply(status, headers, b"", None, whole=True), rest
    if given.get("transfer-encoding") == "chunked":
        chunks, whole, left = _chunks(rest)
        return Reply(status, headers, b"".join(chunks), chunks, whole), left
    if "content-length" in given:
        size = int(given["content-length"])
        return Reply(status, headers, rest[:size], None, whole=len(rest) >= size), rest[size:]
    return Reply(status, headers, rest, None, whole=status.startswith("HTTP/1.1 405")), b""


def _chunks(rest: bytes) -> tuple[tuple[bytes, ...], bool, bytes]:
    chunks: list[bytes] = []
    while True:
        size_line, end, after = rest.partition(b"\r\n")
        size = int(size_line, 16) if end else -1
        if size < 0 or len(after) < size + 2:
            return tuple(chunks), False, b""
        assert after[size : size + 2] == b"\r\n"
        rest = after[size + 2 :]
        if size == 0:
            return tuple(chunks), True, rest
        chunks.append(after[:size])


def recorded(name: str) -> tuple[tuple[Reply, ...], bool]:
    """Return the responses of a recording, and whether the server left the connection open."""
    lines = [line.split("\t") for line in (WIRE / "arrivals.tsv").read_text().splitlines()]
    last = [fields[2] for fields in lines if fields[0] == name][-1]
    return parse((WIRE / f"{name}.http").read_bytes()), last.startswith("open")


def wait_for(condition: Callable[[], bool]) -> bool:
    """Wait, at most ten seconds, until *condition* holds."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.01) for _ in range(1000))
