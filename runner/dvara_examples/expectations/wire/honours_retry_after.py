"""``honours_retry_after: true``: no request came earlier than the gateway asked for.

The gateway asks in ``Retry-After``, or in milliseconds in ``retry-after-ms``, which the common SDKs read first.

The wait counts from the head of the response with the header. A date is relative to the response's own ``Date``, so no
two clocks are compared (RFC 9110, section 10.2.3). If the header never came, or nothing was sent after it, nothing is
proved, and the finding fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from dvara_examples.expectations._text import quote
from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Exchange, Response, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "no request before Retry-After is over"
_TOLERANCE_S = 0.05
"""A request may come so much early: timers are coarse, and the client's begins a moment after the relay's."""
_IN_MS = "retry-after-ms"
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
"""Whole seconds in the RFC; clients read fractions as well, and some gateways send them."""


@dataclass(frozen=True, slots=True)
class HonoursRetryAfter:
    """No request that follows a response with ``Retry-After`` came too early."""

    key: ClassVar[str] = "honours_retry_after"
    witness: ClassVar[Witness] = Witness.WIRE

    def check(self, seen: Transcript) -> Finding:
        """Measure from each such response to the next request; report the first that came too early."""
        asked = list(_asked(seen))
        if not asked:
            sentence = "no response had Retry-After, so there was nothing to honour"
            return Finding(self.key, self.witness, False, _EXPECTED, "no Retry-After", sentence)
        waits = []
        for exchange, response, value in asked:
            follower, where = _follower(seen, exchange), f"request {exchange.number}"
            wait_s = _wait_s(response, value)
            if wait_s is None:
                sentence = "the gateway's Retry-After is neither seconds nor a date that could be compared with its Date"
                return Finding(self.key, self.witness, False, _EXPECTED, f"Retry-After: {quote(value)}", sentence, where)
            if follower is None:
                continue
            waited_s = follower.started_at_s - _headed_at_s(exchange)
            waits.append(f"{wait_s:g} s asked for, {waited_s:.2f} s waited")
            if waited_s < wait_s - _TOLERANCE_S:
                sentence = "the example asked again before the time that the gateway had named was over"
                return Finding(self.key, self.witness, False, _EXPECTED, waits[-1], sentence, f"request {follower.number}")
        if not waits:
            sentence = "no request was sent after that, so nothing shows whether the example would have waited"
            return Finding(self.key, self.witness, False, _EXPECTED, "Retry-After, and no further request", sentence)
        return Finding(self.key, self.witness, True, _EXPECTED, "; ".join(waits))


def _asked(seen: Transcript) -> Iterator[tuple[Exchange, Response, str]]:
    """Yield each exchange whose response had the header, with both."""
    for exchange in seen.exchanges:
        if (response := exchange.response) is None:
            continue
        in_ms = (response.header(_IN_MS) or "").strip()
        value = response.header("Retry-After")
        if _SECONDS.fullmatch(in_ms):
            yield exchange, response, f"{float(in_ms) / 1000:g}"
        elif value is not None:
            yield exchange, response, value.strip()


def _follower(seen: Transcript, exchange: Exchange) -> Exchange | None:
    """Return the first request that was sent once the response had begun."""
    began_s = _headed_at_s(exchange)
    return next((e for e in seen.exchanges if e.number > exchange.number and e.started_at_s >= began_s), None)


def _headed_at_s(exchange: Exchange) -> float:
    return exchange.ended_at_s if exchange.responded_at_s is None else exchange.responded_at_s


def _wait_s(response: Response, value: str) -> float | None:
    """Return how long the response asks to wait, or None if that is unknown."""
    if _SECONDS.fullmatch(value):
        return float(value)
    until, now = _date(value), _date(response.header("Date") or "")
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _date(value: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # slow to import, and rarely used

    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


VALUE = flag(HonoursRetryAfter(), "where no waiting is asked for", "No request comes earlier than Retry-After said.")
