"""One request at the embedded gateway: what came, what goes back, and waiting in between."""

import select
import socket
import threading
from dataclasses import dataclass, field

from dvara_examples.core.clock import Clock
from dvara_examples.embedded_gateway.reading import IncomingRequest, RequestBody
from dvara_examples.embedded_gateway.writing import ResponseWriter

_PEEK_INTERVAL_S = 0.2


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the gateway waits, in seconds; the defaults are DVARA's."""

    idle_s: float = 60.0
    """For the next request, the next byte of one, or a client that does not read."""
    lifetime_s: float = 120.0
    """For a whole stream, whatever it delivers in the meantime."""
    answer_s: float = 30.0
    """For a whole answer that is not streamed."""


class Closing(Exception):  # noqa: N818 - a normal end
    """The embedded gateway is closing: everything in progress ends here."""


class DeadlineExceeded(Exception):  # noqa: N818 - a normal end
    """The gateway's own limit for this request has expired."""


@dataclass(slots=True)
class RequestContext:
    """A request and its response; used only by the connection's thread.

    *model* and *answer* are notes for the request log, filled in as they become known.
    """

    head: IncomingRequest
    body: RequestBody
    response: ResponseWriter
    sock: socket.socket
    clock: Clock
    timeouts: Timeouts
    closing: threading.Event
    began_s: float
    model: str = "-"
    answer: str = "-"
    limit_s: float = field(default=120.0)

    def unix_time(self) -> int:
        """Return whole seconds since 1970."""
        return int(self.clock.utc_now().timestamp())

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the request's limit. Raises DeadlineExceeded, Closing."""
        left_s = self.began_s + self.limit_s - self.clock.monotonic()
        if self.closing.wait(max(0.0, min(seconds, left_s))):
            raise Closing
        if seconds >= left_s:
            raise DeadlineExceeded

    def stay_silent(self) -> None:
        """Wait for the end: of the client (ConnectionError), of the limit (DeadlineExceeded) or of the server (Closing)."""
        poll = select.poll()  # not select(), which cannot handle descriptors above 1023
        poll.register(self.sock, select.POLLIN)
        while True:
            if poll.poll(0) and not self.sock.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError
            self.pause(_PEEK_INTERVAL_S)
