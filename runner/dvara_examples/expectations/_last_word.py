"""Which exchanges are the end of the matter, so that asking the same again is wrong.

The end is an answer with a ``finish_reason`` (``content_filter`` and ``length`` included, and also where the connection broke
behind it), a whole answer that was not streamed, an error event inside the stream, or a status from 400 to 499. In all of them
the gateway has spoken, and the same question gets the same answer. Not the end are a connection that was lost, a stream that
just stops, a status of 500 or above, 408, 409, 425 and 429 (which say "later"), and ``tool_calls``, which asks to be followed up.
"""

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange

LATER = frozenset({408, 409, 425, 429})
"""Statuses below 500 that invite to try again: timeout, conflict, too early, too many requests."""
_TO_BE_FOLLOWED_UP = ("tool_calls", "function_call")


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
