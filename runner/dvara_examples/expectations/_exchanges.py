"""Which exchanges count: the answer that a run ended on, those after a redirect, and those that end the matter.

The end is an answer with a ``finish_reason`` (``content_filter`` and ``length`` included, and also where the connection broke
behind it), a whole answer that was not streamed, an error event inside the stream, or a status from 400 to 499. In all of them
the gateway has spoken, and the same question gets the same answer. Not the end are a connection that was lost, a stream that
just stops, a status of 500 or above, 408, 409, 425 and 429 (which say "later"), and ``tool_calls``, which asks to be followed up.
"""

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Transcript, WireEvent
from dvara_examples.wire.http import REDIRECTS

LATER = frozenset({408, 409, 425, 429})
"""Statuses below 500 that invite to try again: timeout, conflict, too early, too many requests."""
_TO_BE_FOLLOWED_UP = ("tool_calls", "function_call")


def last_answer(seen: Transcript) -> tuple[Exchange | None, str]:
    """Return the last exchange where the gateway gave an answer to it, else None and a sentence that says why there is none."""
    last = seen.last_exchange
    if last is None:
        return None, "the example never sent a request"
    if last.response is None:
        return None, f"no response came to the last request (request {last.number})"
    if last.response.status >= 400:
        return None, f"the last request (request {last.number}) was refused with status {last.response.status}"
    return last, ""


def text_events(exchange: Exchange) -> list[WireEvent]:
    """Return the kept events that carried text, in order."""
    return [event for event in exchange.events if event.text]


def not_kept(exchange: Exchange) -> str:
    """Say why not all that the events said is here, as a sentence; empty where everything is."""
    if exchange.unread:
        return exchange.unread
    if len(exchange.events) == exchange.event_count:
        return ""
    return f"only the first {len(exchange.events)} of {exchange.event_count} events are stored, so nobody can tell"


def redirected(seen: Transcript) -> tuple[Exchange, ...]:
    """Return the exchanges that came right after a redirect."""
    pairs = zip(seen.exchanges, seen.exchanges[1:], strict=False)
    return tuple(after for before, after in pairs if before.response is not None and before.response.status in REDIRECTS)


def last_word(exchange: Exchange) -> str | None:
    """Return in a few words what made *exchange* the end of the matter, or None where asking again may help."""
    if exchange.response is None:
        return None
    status = exchange.response.status
    if status >= 400:
        return f"status {status}" if status < 500 and status not in LATER else None
    if exchange.ending is Ending.ERROR_EVENT:
        return "an error event"
    if exchange.finish_reason is not None:
        return None if exchange.finish_reason in _TO_BE_FOLLOWED_UP else f"finish_reason {exchange.finish_reason}"
    return "a whole answer" if exchange.ending is Ending.ANSWERED and status < 300 else None
