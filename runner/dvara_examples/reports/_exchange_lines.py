"""The events of a tap as lines for people: each step of an exchange as it happens, and the meaning of its ending."""

from collections.abc import Iterator, Mapping
from typing import Literal

from dvara_examples.core.values import quoted
from dvara_examples.records.model import Ending
from dvara_examples.tap.progress import EventPassed, ExchangeEnded, Remarked, RequestArrived, ResponseBegan, TapEvent

MEANINGS: Mapping[Ending, str] = {
    Ending.DONE: "the finish reason and the last word came, and HTTP's framing is complete",
    Ending.DONE_WITHOUT_SENTINEL: "the finish reason came, [DONE] did not, framing complete",
    Ending.ANSWERED: "no stream was asked for, and a whole response came",
    Ending.EOF_WITHOUT_DONE: "framing complete, but no finish_reason: the answer just stops",
    Ending.TRUNCATED: "the connection was closed before the framing was complete",
    Ending.RESET: "the connection was reset after the head",
    Ending.STALLED: "the connection stayed open and silent until the client gave up or was stopped",
    Ending.ERROR_EVENT: "an error came as an event inside the stream",
    Ending.MALFORMED_EVENT: "an event is not valid JSON",
    Ending.HTTP_ERROR: "a status of 400 or above",
    Ending.NOT_A_STREAM: "a stream was asked for, and something else came",
    Ending.NO_RESPONSE: "refused, closed or reset before the status line",
    Ending.UNRECOGNISED: "framing complete, but nothing known says whether the answer is whole",
    Ending.CLIENT_CLOSED: "the client hung up first, or the run was stopped",
}
"""How ``docs/endings.md`` and ``explain`` begin to explain each ending."""

_TEXT_CHARS = 100
_LINE_CHARS = 240


class ExchangeLines:
    """Turns the events of one tap into lines, in the order of arrival.

    A request's time counts from when the tap was opened, every other time from its request.
    """

    def __init__(self) -> None:
        self.ended = 0
        """How many exchanges have come to rest."""
        self._asked_at_s: dict[int, float] = {}

    def lines(self, told: TapEvent) -> Iterator[str]:
        """Yield the lines for one event."""
        match told:
            case RequestArrived():
                self._asked_at_s[told.number] = told.at_s
                what = f"{told.method} {told.target}" if told.method else "no HTTP/1 request came (an https:// address?)"
                yield _line(f"{told.at_s:9.3f} s", told.number, what)
            case ResponseBegan():
                what = ", ".join(filter(None, (f"{told.status} {told.reason}".rstrip(), told.content_type)))
                yield _line(self._since(told.number, told.at_s), told.number, what)
            case EventPassed(number, event):
                name = "" if event.name == "message" else f"event {event.name}, "
                what = f"text {quoted(event.text, _TEXT_CHARS)}" if event.text else f"data {event.data}"
                yield _line(self._since(number, event.at_s), number, name + what)
            case ExchangeEnded():
                yield from self._end(told)
            case Remarked():
                yield _line(f"{told.at_s:9.3f} s", "-", told.text)

    def _end(self, told: ExchangeEnded) -> Iterator[str]:
        self.ended += 1
        yield _line(self._since(told.number, told.at_s), told.number, f"{told.ending}: {MEANINGS[told.ending]}")
        self._asked_at_s.pop(told.number, None)
        if told.event_count:
            yield _line(
                "", told.number, f"  {counted(told.event_count, 'event')}, finish_reason {told.finish_reason or 'missing'}"
            )
        if told.text and not told.event_count:
            yield _line("", told.number, f"  text {quoted(told.text, _TEXT_CHARS)}")
        for remark in told.remarks:
            yield _line("", told.number, f"  {remark}")

    def _since(self, number: int, at_s: float) -> str:
        return f"{f'+{at_s - self._asked_at_s.get(number, 0.0):.3f}':>9} s"


def counted(number: int, noun: str) -> str:
    """Return ``1 event`` or ``2 events``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _line(when: str, number: int | Literal["-"], what: str) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in what)
    cut = shown if len(shown) <= _LINE_CHARS else f"{shown[: _LINE_CHARS - 3]}..."
    return f"{when:>11}  #{number}  {cut}"
