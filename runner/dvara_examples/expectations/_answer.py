"""The answer that a run ended on, and the events in it that carried text."""

from dvara_examples.records.transcript import Exchange, Transcript, WireEvent


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
    return f"only the first {len(exchange.events)} of {exchange.event_count} events are kept, so that nobody can tell"
