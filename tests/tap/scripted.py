"""Both ends of a tap in one hand: a raw client and a raw gateway, driven step by step from the test itself.

Each step waits for what it caused (bytes that arrive, a FIN, an RST), so that no test depends on timing.
"""

import contextlib
import json
import select
import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from dvara_examples.core.clock import SystemClock, Timer, start_timer
from dvara_examples.core.redaction import Redactor
from dvara_examples.faults import Faults
from dvara_examples.records.model import Endpoint
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap import CaptureLimits, RequestGate, Tap, TapEvent

LIMIT_S = 20.0
REAL_KEY = "gw_real_key_0123456789abcdef"
SSE_HEAD = b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
DONE = b"data: [DONE]\n\n"
LAST_CHUNK = b"0\r\n\r\n"

Closed = Literal["fin", "rst"]


def chunk(data: bytes) -> bytes:
    """Frame *data* as one HTTP chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def delta(text: str | None = None, finish: str | None = None, **more: object) -> bytes:
    """Return one chat event with *text*, a *finish* reason, or both."""
    choice: dict[str, object] = {"index": 0, "delta": {} if text is None else {"content": text}}
    if finish:
        choice["finish_reason"] = finish
    return b"data: " + json.dumps({"choices": [choice], **more}).encode() + b"\n\n"


def request(
    body: object = STREAM, path: str = "/v1/chat/completions", headers: Mapping[str, str] | None = None, method: str = "POST"
) -> bytes:
    """Return a whole request with a JSON *body* (None: none)."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = {"Host": "tap", **(headers or {}), **({"Content-Length": str(len(content))} if content else {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


@dataclass
class Side:
    """One raw connection, relative to its client or its server; every wait is bounded by the socket's time-out."""

    socket: socket.socket

    def send(self, *parts: bytes) -> None:
        """Send each part by itself."""
        for part in parts:
            self.socket.sendall(part)

    def send_until_blocked(self, block: bytes) -> int:
        """Send *block* over and over until the other side has taken nothing for half a second; return how much went out."""
        sent = 0
        self.socket.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while sent < 1 << 30:
                sent += self.socket.send(block)
        self.socket.settimeout(LIMIT_S)
        return sent

    def receive(self, size: int) -> bytes:
        """Return exactly *size* bytes; fewer where the other side ends before."""
        got = bytearray()
        while len(got) < size and (data := self.socket.recv(min(size - len(got), 1 << 20))):
            got += data
        return bytes(got)

    def receive_head(self) -> bytes:
        """Return the bytes up to and including the first blank line."""
        got = bytearray()
        while not got.endswith(b"\r\n\r\n"):
            data = self.socket.recv(1)
            if not data:
                break
            got += data
        return bytes(got)

    def receive_line(self) -> bytes:
        """Return the bytes up to and including the next LF."""
        got = bytearray()
        while not got.endswith(b"\n") and (data := self.socket.recv(1)):
            got += data
        return bytes(got)

    def receive_request(self) -> bytes:
        """Return a request that has a Content-Length, or no body."""
        head = self.receive_head()
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        return head + self.receive(length)

    def receive_all(self) -> tuple[bytes, Closed]:
        """Return everything up to the end, and how the other side ended."""
        got = bytearray()
        try:
            while data := self.socket.recv(1 << 20):
                got += data
        except ConnectionResetError:
            return bytes(got), "rst"
        return bytes(got), "fin"

    def fin(self) -> None:
        """Send a FIN and keep the socket."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the socket; a FIN, where nothing lies unread in it."""
        self.socket.close()

    def rst(self) -> None:
        """Close the socket with an RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@dataclass
class Line:
    """A tap with a raw gateway behind it; *client* and *gateway* open and accept connections."""

    tap: Tap
    timer: Timer
    _listener: socket.socket
    _stack: ExitStack
    _sides: list[Side] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The tap's own port."""
        return int(self.tap.endpoint.base_url.removesuffix("/v1").rpartition(":")[2])

    @property
    def gateway_port(self) -> int:
        """The port that the gateway listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def client(self) -> Side:
        """Connect a client to the tap."""
        return self._side(socket.create_connection(("127.0.0.1", self.port), LIMIT_S))

    def gateway(self) -> Side:
        """Accept the tap's connection."""
        return self._side(self._listener.accept()[0])

    def gateway_is_called(self) -> bool:
        """Tell whether a connection of the tap waits to be accepted."""
        return bool(select.select([self._listener], [], [], 0)[0])

    def ask(self, sent: bytes | None = None) -> tuple[Side, Side, bytes]:
        """Send a request (a chat stream's, if none is given) and return client, gateway and what the gateway got."""
        client = self.client()
        client.send(request() if sent is None else sent)
        gateway = self.gateway()
        return client, gateway, gateway.receive_request()

    def exchanges(self) -> tuple[Exchange, ...]:
        """Close the tap and return what it saw."""
        self.tap.close()
        return self.tap.exchanges()

    def exchange(self) -> Exchange:
        """Close the tap and return the one exchange that it saw."""
        (one,) = self.exchanges()
        return one

    def _side(self, sock: socket.socket) -> Side:
        sock.settimeout(LIMIT_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stack.callback(sock.close)
        side = Side(sock)
        self._sides.append(side)
        return side


@contextmanager
def open_line(
    *,
    path: str = "/v1",
    key: str = REAL_KEY,
    stall_after_s: float = 10.0,
    bounds: CaptureLimits | None = None,
    secrets: tuple[str, ...] = (),
    on_event: Callable[[TapEvent], None] | None = None,
    keep: bool = True,
    faults: Sequence[Faults] = (),
    gate: RequestGate | None = None,
) -> Iterator[Line]:
    """Open a tap in front of a raw gateway whose API lies under *path*."""
    timer = start_timer(SystemClock())
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listener.settimeout(LIMIT_S)
        upstream = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}{path}", key)
        tap = Tap(
            upstream,
            timer,
            Redactor.of(secrets),
            stall_after_s=stall_after_s,
            bounds=bounds or CaptureLimits(),
            on_event=on_event,
            keep=keep,
            faults=faults,
            gate=gate,
        )
        stack.enter_context(tap)
        yield Line(tap, timer, listener, stack)
