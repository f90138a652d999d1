"""Compares what the provider sent with what the client got, and names the effects of the gateway. Pure."""

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.gateway_check.reading import SideReading
from dvara_examples.gateway_check.recording import SEVERITY, EffectKind, GatewayEffect
from dvara_examples.records.model import Ending
from dvara_examples.wire.http import header

DELAY_S = 0.1
"""From this on a delay is no noise of the machine: a median, so that a single hiccup does not count."""
HEARD_WITHIN_S = 1.0
"""Within this time a provider should hear that the client has left."""

_ONE_BLOCK_S = 0.05

_WHOLE = (Ending.DONE, Ending.DONE_WITHOUT_SENTINEL, Ending.ANSWERED)
_CLEAN = (Ending.EOF_WITHOUT_DONE, Ending.NOT_A_STREAM)
_UNFINISHED = (Ending.CLIENT_CLOSED, Ending.STALLED, Ending.NO_RESPONSE)
"""How an answer ends at a provider whose gateway hung up before the end."""
_INCOMPLETE_REASONS = ("length", "content_filter")
_FAILURES = (
    Ending.TRUNCATED,
    Ending.RESET,
    Ending.ERROR_EVENT,
    Ending.MALFORMED_EVENT,
    Ending.HTTP_ERROR,
    Ending.NO_RESPONSE,
    Ending.STALLED,
)


@dataclass(frozen=True, slots=True)
class SeenExchange:
    """One request of the client: *client* is what it got, *attempts* is what the provider sent to each resulting request.

    *asked* counts those requests, including unrecorded ones. *left_at_s* is when the client hung up, if the case
    has that. *timed*: the arrival of text is judged.
    """

    client: SideReading
    attempts: tuple[SideReading, ...]
    asked: int
    left_at_s: float | None = None
    timed: bool = False


def judge(seen: SeenExchange) -> tuple[GatewayEffect, ...]:
    """Return the effects, the worst first; never empty."""
    if seen.asked > len(seen.attempts) or not seen.attempts:
        missing = "the provider was not asked" if not seen.asked else "a request at the provider had no end in time"
        return (GatewayEffect(EffectKind.CANNOT_TELL, f"{missing}; the client got {describe(seen.client)}"),)
    if seen.left_at_s is not None:
        return tuple(sorted([*_leaving(seen, seen.left_at_s), *_retries(seen)], key=lambda effect: SEVERITY.index(effect.kind)))
    effects = [*_retries(seen), *_endings(seen.attempts[-1], seen.client, retried=len(seen.attempts) > 1)]
    if seen.timed:
        effects += _delays(seen.attempts[-1], seen.client)
    effects = effects or [GatewayEffect(EffectKind.PASSED_ON, _as(seen.client))]
    return tuple(sorted(effects, key=lambda effect: SEVERITY.index(effect.kind)))


def describe(side: SideReading) -> str:
    """Return the ending of one side with what clients check: status, finish reason, ``[DONE]``."""
    if side.ending is Ending.HTTP_ERROR:
        return f"status {side.status}"
    marks = [f"finish_reason {side.finish_reason}" if side.finish_reason else "", "[DONE]" if side.sentinel else ""]
    told = " and ".join(filter(None, marks))
    return f"{side.ending} with {told}" if told else str(side.ending)


def _as(client: SideReading) -> str:
    return f"status {client.status}" if client.ending is Ending.HTTP_ERROR else str(client.ending)


def _retries(seen: SeenExchange) -> Iterator[GatewayEffect]:
    if seen.asked < 2:
        return
    first = seen.attempts[0].content
    last = seen.attempts[-1].content
    if first and seen.client.content.startswith(first + last[: len(first)]) and last:
        yield GatewayEffect(EffectKind.RETRIED, f"{seen.asked} requests, text repeated")
    else:
        yield GatewayEffect(EffectKind.RETRIED, f"{seen.asked} requests")


def _endings(provider: SideReading, client: SideReading, *, retried: bool) -> Iterator[GatewayEffect]:
    """Judge the ending first; if it is hidden or changed, smaller changes are not mentioned."""
    if client.ending is Ending.UNRECOGNISED and provider.ending is not Ending.UNRECOGNISED:
        yield GatewayEffect(EffectKind.CANNOT_TELL, f"{describe(provider)} reaches the client as a response that cannot be read")
        return
    if (hidden := _hidden(provider, client, retried=retried)) is not None:
        yield GatewayEffect(EffectKind.HIDDEN, hidden)
        return
    if provider.left_at_s is not None and provider.ending in _UNFINISHED:
        after = f"{provider.lasted_s:.0f} s after its request and {provider.silent_s:.0f} s after the last byte"
        yield GatewayEffect(EffectKind.CHANGED, f"the gateway gave up {after}; the client got {describe(client)}")
        return
    changes = tuple(_changes(provider, client))
    if changes:
        yield GatewayEffect(EffectKind.CHANGED, ", ".join(changes))
    if _reported(provider, client):
        yield GatewayEffect(EffectKind.REPORTED, f"{describe(provider)} as {describe(client)}")


def _hidden(provider: SideReading, client: SideReading, *, retried: bool) -> str | None:
    """Say how an incomplete answer looks like a whole one; None if none does."""
    told = f"{describe(provider)} comes out as {describe(client)}"
    if provider.ending in (*_FAILURES, Ending.CLIENT_CLOSED) and client.ending in (*_WHOLE, *_CLEAN):
        return told
    if client.ending not in _WHOLE:
        return None
    if provider.ending is Ending.EOF_WITHOUT_DONE:
        return told
    if provider.ending is Ending.NOT_A_STREAM and not provider.content:
        return told
    if provider.finish_reason in _INCOMPLETE_REASONS and client.finish_reason not in _INCOMPLETE_REASONS:
        return f"finish_reason {provider.finish_reason} comes out as {client.finish_reason}"
    if provider.ending in _WHOLE and not retried and _lost_text(provider.content, client.content):
        return f"only {len(client.content)} of {len(provider.content)} characters arrive, and the answer looks whole"
    return None


def _lost_text(sent: str, got: str) -> bool:
    return len(got) < len(sent)


def _reported(provider: SideReading, client: SideReading) -> bool:
    failed = provider.ending in (*_FAILURES, *_CLEAN)
    return failed and client.ending in _FAILURES and client.ending is not provider.ending


def _changes(provider: SideReading, client: SideReading) -> Iterator[str]:
    if provider.ending is Ending.HTTP_ERROR and client.ending is Ending.HTTP_ERROR:
        yield from _changed_status(provider, client)
        return
    if provider.ending in (*_WHOLE, Ending.UNRECOGNISED) and client.ending in (*_FAILURES, *_CLEAN, Ending.CLIENT_CLOSED):
        yield f"an answer that is whole arrives as {describe(client)}"
        return
    if client.ending is Ending.CLIENT_CLOSED:
        yield "the response never ends"
        return
    if provider.ending is Ending.ERROR_EVENT and client.ending in (Ending.TRUNCATED, Ending.RESET):
        yield "the error event is lost"
    if client.tail and client.tail != provider.tail:
        yield f"text after the last event: {client.tail!r}"
    if client.ending in (Ending.HTTP_ERROR, Ending.NO_RESPONSE) or provider.ending is Ending.HTTP_ERROR:
        return
    yield from _changed_answer(provider, client)


def _changed_status(provider: SideReading, client: SideReading) -> Iterator[str]:
    if provider.status != client.status:
        yield f"status {provider.status} → {client.status}"
    if header(provider.headers, "retry-after") and not header(client.headers, "retry-after"):
        yield "Retry-After lost"


def _changed_answer(provider: SideReading, client: SideReading) -> Iterator[str]:
    if provider.ending is Ending.NOT_A_STREAM and client.ending in _WHOLE:
        yield "one document turned into a stream"
        return
    if provider.content != client.content:
        kind = "text lost" if provider.content.startswith(client.content) else "other text"
        yield f"{kind} ({len(provider.content)} → {len(client.content)} characters)"
    if provider.finish_reason != client.finish_reason:
        yield f"finish_reason {provider.finish_reason} → {client.finish_reason}"
    if provider.sentinel != client.sentinel:
        yield "[DONE] added" if client.sentinel else "[DONE] dropped"
    if provider.usage != client.usage:
        yield "usage added" if client.usage else "usage dropped"
    if provider.ids and provider.ids != client.ids:
        yield "other ids" if client.ids else "ids dropped"
    if provider.comments != client.comments:
        yield f"comments {provider.comments} → {client.comments}"
    yield from _changed_events(provider, client)


def _changed_events(provider: SideReading, client: SideReading) -> Iterator[str]:
    sent, got = _events(provider), _events(client)
    if client.ending is Ending.ERROR_EVENT and provider.ending is not Ending.ERROR_EVENT and len(got) == len(sent) + 1:
        got = got[:-1]  # the error that the gateway reports
    if provider.ending in _FAILURES and len(got) < len(sent):
        yield f"events lost ({len(sent)} → {len(got)})"
    elif len(sent) != len(got):
        yield f"events {len(sent)} → {len(got)}"
    elif sent != got:
        yield "fields of events"


def _events(side: SideReading) -> list[tuple[str, object]]:
    return [(event.name, _value(event.data)) for event in side.events if event.data != "[DONE]"]


def _value(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data


def _leaving(seen: SeenExchange, left_at_s: float) -> Iterator[GatewayEffect]:
    provider = seen.attempts[-1]
    if provider.left_at_s is None and provider.events and provider.events[-1].at_s <= left_at_s:
        yield GatewayEffect(EffectKind.CANNOT_TELL, "text came too late for the client to leave before the provider's end")
    elif provider.left_at_s is None:
        yield GatewayEffect(EffectKind.KEPT_RUNNING, "the provider never heard of it")
    elif (after_s := provider.left_at_s - left_at_s) > HEARD_WITHIN_S:
        yield GatewayEffect(EffectKind.KEPT_RUNNING, f"the provider heard of it after {after_s:.1f} s")
    else:
        yield GatewayEffect(EffectKind.PASSED_ON, f"the provider heard of it after {max(after_s, 0.0) * 1000:.0f} ms")


def _delays(provider: SideReading, client: SideReading) -> Iterator[GatewayEffect]:
    late = delays_s(provider.grown, client.grown)
    if not late:
        return
    median_s = statistics.median(late)
    if median_s < DELAY_S:
        return
    in_one_block = client.grown[-1][0] - client.grown[0][0] <= _ONE_BLOCK_S
    how = "held whole" if in_one_block else f"median +{median_s * 1000:.0f} ms"
    yield GatewayEffect(EffectKind.DELAYED, f"{how}, first text +{late[0] * 1000:.0f} ms, latest +{max(late) * 1000:.0f} ms")


def delays_s(sent: Sequence[tuple[float, int]], got: Sequence[tuple[float, int]]) -> tuple[float, ...]:
    """Return, for each piece of text, the time from sending it until the client had as many characters."""
    found, place = [], 0
    for at_s, size in sent:
        while place < len(got) and got[place][1] < size:
            place += 1
        if place == len(got):
            break
        found.append(max(got[place][0] - at_s, 0.0))
    return tuple(found)
