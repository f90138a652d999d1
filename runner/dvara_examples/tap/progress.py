"""The tap's live events about an exchange. They contain no secrets, and their texts are short.

They are sent from the threads that relay, after the bytes have been passed on: listeners must not block or raise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, WireEvent
from dvara_examples.tap.bounded import storable
from dvara_examples.tap.masking import RunningMask, with_text
from dvara_examples.wire.http import ResponseHead, header
from dvara_examples.wire.sse import ServerSentEvent

TOLD_CHARS = 400
"""How much of a text is told; the exchange itself holds more."""


@dataclass(frozen=True, slots=True)
class RequestArrived:
    """The head of request *number* came from the client; *method* is empty if it is not an HTTP/1 request."""

    number: int
    at_s: float
    method: str
    target: str


@dataclass(frozen=True, slots=True)
class ResponseBegan:
    """The head of a response has been passed on; *reason* and *content_type* may be empty."""

    number: int
    at_s: float
    status: int
    reason: str
    content_type: str


@dataclass(frozen=True, slots=True)
class EventPassed:
    """One server-sent event has been passed on."""

    number: int
    event: WireEvent


@dataclass(frozen=True, slots=True)
class ExchangeEnded:
    """An exchange has ended; the fields are those of :class:`~dvara_examples.records.transcript.Exchange`."""

    number: int
    at_s: float
    ending: Ending
    remarks: tuple[str, ...]
    event_count: int
    finish_reason: str | None
    text: str
    streamed: bool


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something happened that belongs to no exchange."""

    at_s: float
    text: str


TapEvent = RequestArrived | ResponseBegan | EventPassed | ExchangeEnded | Remarked
OnEvent = Callable[[TapEvent], None]


class Teller:
    """Reports one exchange, cleaned by *redactor*; belongs to the one thread that relays it."""

    def __init__(self, number: int, redactor: Redactor, tell: OnEvent) -> None:
        self._number = number
        self._redactor = redactor
        self._tell = tell
        self._mask = RunningMask(redactor)

    def request(self, at_s: float, method: str, target: str) -> None:
        """Report the request."""
        self._tell(RequestArrived(self._number, at_s, method, self._clean(target)))

    def response(self, at_s: float, head: ResponseHead) -> None:
        """Report the response's head."""
        kind = header(head.headers, "content-type") or ""
        self._tell(ResponseBegan(self._number, at_s, head.status, self._clean(head.reason), self._clean(kind)))

    def event(self, at_s: float, event: ServerSentEvent, text: str) -> None:
        """Report an event; *text* is the answer's text in it."""
        shown = self._mask.next(text)
        data = event.data if shown == text else with_text(event.data, text, shown)
        told = WireEvent(at_s, self._clean(data), self._clean(event.name), self._clean(shown))
        self._tell(EventPassed(self._number, told))

    def _clean(self, text: str) -> str:
        return storable(text, TOLD_CHARS, self._redactor)


def ended(exchange: Exchange) -> ExchangeEnded:
    """Return the event for a finished *exchange*."""
    return ExchangeEnded(
        exchange.number,
        exchange.ended_at_s,
        exchange.ending,
        exchange.remarks,
        exchange.event_count,
        exchange.finish_reason,
        exchange.text[:TOLD_CHARS],
        exchange.streamed,
    )
