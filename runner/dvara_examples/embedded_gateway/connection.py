"""One client connection of the embedded gateway: one request after the other until one side ends it."""

import contextlib
import re
import secrets
import socket
import threading
from collections.abc import Callable
from itertools import count

from dvara_examples.core.clock import Clock
from dvara_examples.embedded_gateway.keys import KeyRing
from dvara_examples.embedded_gateway.reading import Departed, IncomingRequest, NotHttp, RequestBody, SocketReader
from dvara_examples.embedded_gateway.request_context import Closing, RequestContext, Timeouts
from dvara_examples.embedded_gateway.routes import route
from dvara_examples.embedded_gateway.writing import RESPONSES_PER_CONNECTION, ResponseWriter, bad_request_page

_TRACE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_LINGER_S = 2.0


class Connection:
    """Serves one socket, which it owns; :meth:`cut` may be called from any thread, all else only from the connection's thread."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        keys: KeyRing,
        clock: Clock,
        timeouts: Timeouts,
        closing: threading.Event,
        log: Callable[[str], None],
    ) -> None:
        self._sock = sock
        self._reader = SocketReader(sock)
        self._keys = keys
        self._clock = clock
        self._patience = timeouts
        self._closing = closing
        self._log = log
        self._lock = threading.Lock()
        self._busy = False
        self._cut = False

    def serve(self) -> None:
        """Answer requests until the connection ends, then close the socket."""
        with self._sock:
            try:
                self._sock.settimeout(self._patience.idle_s)
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for number in count(1):
                    if not self._serve_one(number):
                        break
                self._hang_up()
            except (OSError, Departed, Closing):
                pass  # the client has gone, or the gateway is closing: nobody to answer

    def cut(self, *, only_idle: bool = False) -> bool:
        """End the connection now, with a FIN; with *only_idle*, not during a request. Tell whether it was cut."""
        with self._lock:
            if self._cut or (only_idle and self._busy):
                return self._cut
            self._cut = True
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            return True

    def _serve_one(self, number: int) -> bool:
        """Answer the next request; tell whether another may follow."""
        try:
            head = self._reader.head()
        except NotHttp:
            self._sock.sendall(bad_request_page(self._clock.utc_now()))
            return False
        except TimeoutError:
            return False
        if head is None:
            return False
        with self._lock:
            if self._cut:
                return False
            self._busy = True
        try:
            return self._answer(head, last=number >= RESPONSES_PER_CONNECTION)
        finally:
            self._busy = False

    def _answer(self, head: IncomingRequest, *, last: bool) -> bool:
        began_s = self._clock.monotonic()
        if head.expects_continue:
            self._sock.sendall(b"HTTP/1.1 100 \r\n\r\n")
        given = head.header("x-trace-id")
        trace_id = given if _TRACE_ID.fullmatch(given) else secrets.token_hex(16)
        response = ResponseWriter(self._sock, head, trace_id, self._clock.utc_now, closes=last or head.wants_close)
        visit = RequestContext(
            head=head,
            body=RequestBody(self._reader, head),
            response=response,
            sock=self._sock,
            clock=self._clock,
            timeouts=self._patience,
            closing=self._closing,
            began_s=began_s,
            limit_s=self._patience.lifetime_s,
        )
        end = "client left"
        try:
            self._route(visit)
            end = "closed" if response.closes else "kept"
        except Closing:
            end = "cut: closing"
            raise
        finally:
            self._note(visit, end)
        return not response.closes and visit.body.swallow()

    def _route(self, visit: RequestContext) -> None:
        try:
            route(visit, self._keys)
        except TimeoutError:
            if visit.response.status is not None:
                raise  # the client does not read: leave the stream unfinished
            self._late_body(visit)

    def _late_body(self, visit: RequestContext) -> None:
        """Answer a request whose body does not come; the framework uses its own JSON for that."""
        stamp = self._clock.utc_now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"timestamp": stamp, "status": 408, "error": "Request Timeout", "path": visit.head.path}
        visit.response.json(408, body)

    def _note(self, visit: RequestContext, end: str) -> None:
        took_s = self._clock.monotonic() - visit.began_s
        status = visit.response.status or "-"
        line = f"{visit.head.method} {visit.head.path} {status} {visit.model} {visit.answer} {took_s:.3f} s, {end}"
        self._log("".join(c if c.isprintable() else "?" for c in line))

    def _hang_up(self) -> None:
        """End with a FIN. Unread input would turn it into an RST, so discard it for a moment."""
        self._sock.shutdown(socket.SHUT_WR)
        self._sock.settimeout(_LINGER_S)
        until_s = self._clock.monotonic() + _LINGER_S
        while self._sock.recv(65_536) and self._clock.monotonic() < until_s:
            pass
