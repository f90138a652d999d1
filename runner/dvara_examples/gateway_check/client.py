"""The client of the check: one request on a raw socket, with the arrival of every byte."""

import json
import select
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.gateway_check.recording import SideRecording, TimedBytes
from dvara_examples.gateway_check.spelling import Spelling
from dvara_examples.tap.ending import CloseKind
from dvara_examples.wire.framing import BodyReader, response_body
from dvara_examples.wire.http import HeadBuffer, ProtocolError, read_response_head

_CONNECT_LIMIT_S = 5.0
_TOTAL_LIMIT_S = 240.0


@dataclass(frozen=True, slots=True)
class CheckedGateway:
    """The gateway under test: *base_url* ends in its API prefix, *headers* are added to every request."""

    base_url: str
    key: str
    model: str
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"CheckedGateway({self.base_url!r}, key=<hidden>)"


@dataclass(frozen=True, slots=True)
class Patience:
    """When the client stops: after *idle_s* without a byte, or after a number of events to leave early."""

    idle_s: float
    leaves_after_events: int | None = None


def ask(gateway: CheckedGateway, spelling: Spelling, prompt: str, patience: Patience, timer: Timer) -> SideRecording:
    """Send one streaming request and record the response. Raises GatewayError if nothing listens."""
    began_s = timer()
    with _connect(gateway) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.sendall(_request(gateway, spelling, prompt))
        except OSError:
            return SideRecording((), CloseKind.RST, began_s, timer())
        pieces, close = _receive(connection, patience, timer)
    return SideRecording(tuple(pieces), close, began_s, timer())


def _connect(gateway: CheckedGateway) -> socket.socket:
    parts = urlsplit(gateway.base_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        plain = socket.create_connection((host, port), _CONNECT_LIMIT_S)
        if parts.scheme == "https":
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError as error:
        cause = f"expected a gateway at {gateway.base_url}, found no connection ({error.strerror or error})"
        raise GatewayError(cause, "start the gateway, or correct DVARA_URL") from None
    return plain


def _request(gateway: CheckedGateway, spelling: Spelling, prompt: str) -> bytes:
    parts = urlsplit(gateway.base_url)
    body = json.dumps(spelling.request(gateway.model, prompt)).encode()
    lines = [
        f"POST {parts.path}{spelling.target} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        "Accept: text/event-stream, application/json",
        "User-Agent: dvara-examples",
        f"Authorization: Bearer {gateway.key}",
        f"Content-Length: {len(body)}",
    ]
    if spelling.name == "messages":
        lines += [f"x-api-key: {gateway.key}", "anthropic-version: 2023-06-01"]
    lines += [f"{name}: {value}" for name, value in gateway.headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Progress:
    """Follows the framing far enough to know when the response is over, and counts events."""

    def __init__(self) -> None:
        self.events = 0
        self._heads = HeadBuffer()
        self._body: BodyReader | None = None
        self._tail = b""

    def over(self, data: bytes) -> bool:
        left = memoryview(data)
        while left and not (self._body and self._body.complete):
            if self._body is None:
                raw, taken = self._heads.feed(left)
                if raw is not None and (head := read_response_head(raw)).status >= 200:
                    self._body = response_body(head, "POST")
            else:
                taken, payload = self._body.feed(left)
                for part in payload:
                    self._count(bytes(part))
            left = left[taken:]
        return self._body is not None and self._body.complete

    def _count(self, part: bytes) -> None:
        text = self._tail + part.replace(b"\r", b"")
        self.events += text.count(b"\n\n") - self._tail.count(b"\n\n")
        self._tail = text[-1:]


def _receive(connection: socket.socket, patience: Patience, timer: Timer) -> tuple[Sequence[TimedBytes], CloseKind]:
    pieces: list[TimedBytes] = []
    progress, began_s = _Progress(), timer()
    while timer() - began_s < _TOTAL_LIMIT_S:
        try:
            if not _readable(connection, patience.idle_s):
                return pieces, CloseKind.CLIENT
            data = connection.recv(262_144)
        except ConnectionError:
            return pieces, CloseKind.RST
        except (ssl.SSLError, TimeoutError):
            return pieces, CloseKind.FIN
        if not data:
            return pieces, CloseKind.FIN
        pieces.append(TimedBytes(timer(), data))
        try:
            if progress.over(data):
                return pieces, CloseKind.COMPLETE
        except ProtocolError:
            return pieces, CloseKind.BROKEN
        if patience.leaves_after_events is not None and progress.events >= patience.leaves_after_events:
            return pieces, CloseKind.CLIENT
    return pieces, CloseKind.CLIENT


def _readable(connection: socket.socket, limit_s: float) -> bool:
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    return bool(select.select([connection], [], [], limit_s)[0])
