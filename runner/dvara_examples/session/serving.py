"""Scripts that are servers: waits until one is ready, sends the requests, and lets it be stopped."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import ToolchainError
from dvara_examples.manifest import Variant
from dvara_examples.records.model import ReadySign, SentRequest
from dvara_examples.records.transcript import OutputPiece, Reply, Served
from dvara_examples.session.surroundings import who_has

_TRY_EVERY_S = 0.05
_CONNECT_LIMIT_S = 2.0
_LOCALHOST = "localhost"
_SUCCESSES = range(200, 400)
_OVER_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Errand:
    """What to send to a server, and when; *limit_s* limits each answer."""

    ready: ReadySign
    send: tuple[SentRequest, ...]
    limit_s: float


class Visitor:
    """Sends requests to a server, in a separate thread, as soon as it is ready; *done* is set after the last answer."""

    def __init__(self, errand: Errand, timer: Timer) -> None:
        self.done = threading.Event()
        self._errand = errand
        self._timer = timer
        self._over = threading.Event()
        self._printed = threading.Event()
        self._kept: dict[str, bytes] = {}
        self._ready_at_s: float | None = None
        self._why = ""
        self._replies: list[Reply] = []
        self._thread = threading.Thread(target=self._visit, name="visitor", daemon=True)

    def start(self) -> None:
        """Start waiting for the server."""
        self._thread.start()

    def end(self) -> Served:
        """Return the result; the server is gone, or about to go."""
        self._over.set()
        self._thread.join(_OVER_LIMIT_S)
        return Served(self._ready_at_s, self._why, tuple(self._replies))

    def printed(self, pipe: str, piece: OutputPiece) -> None:
        """Look for the line that says that the server is ready."""
        wanted = self._errand.ready.output
        if wanted is None or self._printed.is_set():
            return
        text = self._kept.get(pipe, b"") + piece.data
        if wanted.encode() in text:
            self._printed.set()
        self._kept[pipe] = text.rpartition(b"\n")[2][-_MOST_KEPT:]

    def _visit(self) -> None:
        try:
            self._why = self._wait_until_ready()
            if not self._why:
                self._ready_at_s = self._timer()
                for request in self._errand.send:
                    if self._over.is_set():
                        self._replies.append(Reply(_named(request), error="the server had ended"))
                    else:
                        self._replies.append(self._ask(request))
        finally:
            self.done.set()

    def _wait_until_ready(self) -> str:
        """Return nothing once the server is ready, or why it never was."""
        sign, ends_at_s = self._errand.ready, self._timer() + self._errand.ready.within_s
        while not self._over.is_set():
            lacking = self._lacking(sign)
            if not lacking:
                return ""
            if self._timer() >= ends_at_s:
                return f"{lacking} within {sign.within_s:g} s"
            self._over.wait(_TRY_EVERY_S)
        return "ended before it could be asked"

    def _lacking(self, sign: ReadySign) -> str:
        if sign.output is not None and not self._printed.is_set():
            return f"did not print {sign.output!r}"
        if not listens(sign.port):
            return f"did not listen at port {sign.port}"
        if sign.path is None:
            return ""
        reply = self._ask(SentRequest("GET", sign.path), _CONNECT_LIMIT_S)
        return (
            "" if reply.status in _SUCCESSES else f"did not answer GET {sign.path} with success ({reply.status or reply.error})"
        )

    def _ask(self, request: SentRequest, limit_s: float | None = None) -> Reply:
        sign = self._errand.ready
        connection = http.client.HTTPConnection(_LOCALHOST, sign.port, timeout=limit_s or self._errand.limit_s)
        try:
            body = None if request.body is None else request.body.encode()
            connection.request(request.method, request.path, body, dict(request.headers))
            response = connection.getresponse()
            size_bytes = sum(map(len, iter(lambda: response.read(_PIECE_BYTES), b"")))
            if response.length:  # reading in pieces does not report a missing end
                return Reply(_named(request), None, size_bytes, f"it broke off {response.length} bytes early")
            return Reply(_named(request), response.status, size_bytes)
        except http.client.IncompleteRead as error:
            return Reply(_named(request), None, len(error.partial), "it broke off")
        except TimeoutError:
            return Reply(_named(request), error="it did not come in time")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Reply(_named(request), error=str(error) or type(error).__name__)
        finally:
            connection.close()


_PIECE_BYTES = 65_536
_MOST_KEPT = 65_536


def _named(request: SentRequest) -> str:
    return f"{request.method} {request.path}"


def listens(port: int) -> bool:
    """Tell whether something accepts connections at *port* of this machine."""
    with contextlib.suppress(OSError), socket.create_connection((_LOCALHOST, port), timeout=_CONNECT_LIMIT_S):
        return True
    return False


@contextmanager
def visiting(variant: Variant, ready: ReadySign, timer: Timer) -> Iterator[Visitor]:
    """Yield the visitor of a server that is *variant* once it is *ready*. Raises ToolchainError if its port is taken."""
    port = ready.port
    if listens(port):
        hint = "stop it, or let the script and ready in the manifest name another port"
        raise ToolchainError(f"port {port}, where {variant.relative} is to serve, {who_has(port)}", hint)
    visitor = Visitor(Errand(ready, variant.surroundings.send, variant.limits.wall_s), timer)
    visitor.start()
    try:
        yield visitor
    finally:
        visitor.end()
