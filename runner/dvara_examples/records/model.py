"""Values that every part shares: endings, endpoints and limits."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How one exchange ended on the wire, as the tap saw it."""

    DONE = "done"
    """``finish_reason`` and ``[DONE]`` seen, framing complete."""
    DONE_WITHOUT_SENTINEL = "done_without_sentinel"
    """``finish_reason`` seen, no ``[DONE]``, framing complete."""
    EOF_WITHOUT_DONE = "eof_without_done"
    """The stream ended in order, or with its last word, but no ``finish_reason`` came: a silent truncation."""
    TRUNCATED = "truncated"
    """FIN before the framing was complete."""
    RESET = "reset"
    """RST from the peer after the head."""
    STALLED = "stalled"
    """No byte for the idle limit while the connection stayed open."""
    ERROR_EVENT = "error_event"
    """An error event inside the stream."""
    MALFORMED_EVENT = "malformed_event"
    """An event that is not the JSON it must be."""
    HTTP_ERROR = "http_error"
    """A status of 400 or above."""
    NOT_A_STREAM = "not_a_stream"
    """A stream was asked for, and a 200 came that is not one."""
    NO_RESPONSE = "no_response"
    """Refused, closed or reset before the status line."""
    CLIENT_CLOSED = "client_closed"
    """The example hung up first."""
    ANSWERED = "answered"
    """No stream was asked for, and a whole response came."""
    UNRECOGNISED = "unrecognised"
    """Cannot tell: the framing is complete, but the protocol or the finish reason is unknown, or the connection left HTTP/1."""


WHOLE_ENDINGS = frozenset({Ending.DONE, Ending.DONE_WITHOUT_SENTINEL, Ending.ANSWERED})
"""Endings after which the client has the whole answer."""

CUT_ENDINGS = frozenset({Ending.TRUNCATED, Ending.RESET, Ending.STALLED, Ending.CLIENT_CLOSED})
"""Endings that leave a response unfinished on the level of HTTP."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a gateway: *base_url* ends in its API prefix (``/v1``) without a trailing slash.

    *key* is secret: it must never reach a transcript, a report, a terminal or an example. *headers* are added to each request on
    its way to the gateway; *model* is the name to ask the gateway for, if that matters.
    """

    base_url: str
    key: str
    headers: tuple[tuple[str, str], ...] = ()
    model: str | None = None

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r}, key=<hidden>)"


@dataclass(frozen=True, slots=True)
class AtTerminal:
    """What the person at the terminal does to an example while it prints, counted in bytes of its stdout; None: nothing.

    *interrupt_after_bytes*: Ctrl-C. *stdout_closes_after_bytes*: the reader of its output leaves (``| head``).
    """

    interrupt_after_bytes: int | None = None
    stdout_closes_after_bytes: int | None = None


LEFT_ALONE = AtTerminal()
"""Nobody does anything while the example prints."""


@dataclass(frozen=True, slots=True)
class ReadySign:
    """When a script that is a server is ready: it accepts connections at *port* of this machine.

    With *path*, it must also answer that with success, and *output* must be on one line that it printed.
    """

    port: int
    path: str | None = None
    output: str | None = None
    within_s: float = 20.0


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request that is sent to a server once it is ready."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one run, in seconds: *wall_s* from start to end, *idle_s* without output, traffic or exit."""

    wall_s: float = 60.0
    idle_s: float = 30.0
