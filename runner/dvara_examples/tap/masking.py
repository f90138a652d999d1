"""Masks secrets that a gateway splits over several events, so that no single one shows them whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from dvara_examples.core.redaction import MASK, Redactor
from dvara_examples.wire.sse import ServerSentEvent

RECOGNISED = 4
"""So many letters of a secret, at the end of what has come, are taken for its beginning."""


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event with the answer's *text* in it, both possibly cut; they may still contain secrets."""

    at_s: float
    event: ServerSentEvent
    text: str


def mask_split(events: Sequence[SeenEvent], after: str, redactor: Redactor) -> list[SeenEvent]:
    """Return *events* without the parts of secrets that their texts form together, and with the text *after* them.

    Secrets within one event are masked elsewhere.
    """
    texts = [seen.text for seen in events]
    joined = "".join((*texts, after))
    clean = redactor.text(joined)  # as long as before
    if clean == joined:
        return list(events)
    starts = accumulate(map(len, texts), initial=0)
    return [_masked(seen, clean[start : start + len(seen.text)]) for seen, start in zip(events, starts, strict=False)]


class RunningMask:
    """Masks secrets in a text that is shown part by part, before it is known what follows.

    A secret spread over several parts is masked from its :data:`RECOGNISED`-th letter on; parts keep their lengths.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before = ""
        self._reach = max(map(len, redactor.secrets), default=0)

    def next(self, part: str) -> str:
        """Return the next *part* as it may be shown."""
        joined = self._before + part
        self._before = joined[-self._reach :] if self._reach else ""
        begun = max((_begun(secret, joined) for secret in self._redactor.secrets), default=0)
        clean = self._redactor.text(joined)[: len(joined) - begun] + "*" * begun
        return clean[len(joined) - len(part) :]


def mask_in_body(body: bytes, events: Sequence[SeenEvent], masked: Sequence[SeenEvent], *, all_events: bool) -> bytes:
    """Return the *body* with the *events* as *masked*; if one cannot be found in it, the rest of the body is masked too.

    *all_events*: there are no more than these in the body.
    """
    changed = [place for place, (before, now) in enumerate(zip(events, masked, strict=True)) if before is not now]
    if not changed:
        return body
    parts, position = list[bytes](), 0
    for before, now in zip(events, masked, strict=True):
        data = before.event.data.encode("utf-8", "replace")
        found = body.find(data, position)
        if found < 0:
            break
        parts += [body[position:found], now.event.data.encode("utf-8", "replace")]
        position = found + len(data)
    else:
        if all_events:
            return b"".join((*parts, body[position:]))
    return b"".join((*parts, MASK * (len(body) - position)))


def _begun(secret: str, text: str) -> int:
    """Return how many letters of *secret* *text* ends with, if they are enough to recognise it."""
    return next((n for n in range(min(len(secret) - 1, len(text)), RECOGNISED - 1, -1) if text.endswith(secret[:n])), 0)


def _masked(seen: SeenEvent, text: str) -> SeenEvent:
    if text == seen.text:
        return seen
    return replace(seen, text=text, event=seen.event._replace(data=with_text(seen.event.data, seen.text, text)))


def with_text(data: str, text: str, masked: str) -> str:
    """Return the JSON *data* with *masked* instead of *text*, or fully masked if the text is written in an unusual way."""
    for plain in (False, True):
        spelled = json.dumps(text, ensure_ascii=plain)
        if spelled in data:
            return data.replace(spelled, json.dumps(masked, ensure_ascii=plain))
    return MASK.decode() * len(data)
