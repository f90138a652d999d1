"""``idempotency_key_stable: true``: a request that is sent again carries the ``Idempotency-Key`` of the first time.

One logical request is a request and its repetitions with the same method, target and body, up to the gateway's last word on it
(``_exchanges.py``): after that, the same question is a new one and needs a new key. Where the SDK counts its attempts
(``X-Stainless-Retry-Count``), the count has to rise. Where no request was sent again nothing is shown, and the finding fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_word
from dvara_examples.expectations._text import quote
from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "one Idempotency-Key over all attempts of a request"
_KEY, _COUNT = "Idempotency-Key", "X-Stainless-Retry-Count"

Attempts = list[Exchange]


@dataclass(frozen=True, slots=True)
class IdempotencyKeyStable:
    """All attempts of one logical request carry one key, and no other request carries it."""

    key: ClassVar[str] = "idempotency_key_stable"
    witness: ClassVar[Witness] = Witness.WIRE

    def check(self, seen: Transcript) -> Finding:
        """Compare the attempts of each logical request with each other, and then the logical requests."""
        requests = _logical_requests(seen)
        retried = [attempts for attempts in requests if len(attempts) > 1]
        if not retried:
            shown = f"requests seen: {len(seen.exchanges)}, none of them sent again" if seen.exchanges else "no request"
            sentence = "no request was sent again, so nothing shows whether it would have kept its key"
            return Finding(self.key, self.witness, False, _EXPECTED, shown, sentence)
        for exchange, shown, sentence in _defects(requests, retried):
            return Finding(self.key, self.witness, False, _EXPECTED, shown, sentence, f"request {exchange.number}")
        keys = ", ".join(f"{len(attempts)} attempts with {_shown(attempts[0])}" for attempts in retried)
        return Finding(self.key, self.witness, True, _EXPECTED, keys)


def _logical_requests(seen: Transcript) -> list[Attempts]:
    """Group the exchanges into logical requests, each with its attempts in order."""
    open_ones: dict[tuple[object, ...], Attempts] = {}
    found: list[Attempts] = []
    for exchange in seen.exchanges:
        request = exchange.request
        same = (request.method, request.target, request.body, request.body_size_bytes)
        attempts = open_ones.get(same)
        if attempts is None or last_word(attempts[-1]):
            attempts = open_ones[same] = []
            found.append(attempts)
        attempts.append(exchange)
    return found


def _defects(requests: list[Attempts], retried: list[Attempts]) -> Iterator[tuple[Exchange, str, str]]:
    """Yield what is wrong as the exchange, what is seen, and a sentence."""
    for attempts in retried:
        for exchange in attempts:
            if not exchange.request.header(_KEY):
                yield exchange, _shown(exchange), "a request that was sent more than once carried no key to be recognised by"
        for before, after in pairwise(attempts):
            if after.request.header(_KEY) != before.request.header(_KEY):
                shown = f"{_shown(before)}, then {_shown(after)}"
                yield after, shown, "the same request was sent again with another key: the gateway may carry it out twice"
            counts = before.request.header(_COUNT), after.request.header(_COUNT)
            if None not in counts and not _rises(*counts):
                yield after, f"{_COUNT} {counts[0]}, then {counts[1]}", "the client's own count of attempts does not rise"
    users: dict[str, Attempts] = {}
    for attempts in requests:
        key = attempts[0].request.header(_KEY)
        if key and users.setdefault(key, attempts) is not attempts:
            yield attempts[0], _shown(attempts[0]), "the key of an earlier request was used for another one, which may go unheard"


def _rises(before: str | None, after: str | None) -> bool:
    words = before or "", after or ""
    return all(word.isascii() and word.isdigit() and len(word) < 10 for word in words) and int(words[0]) < int(words[1])


def _shown(exchange: Exchange) -> str:
    key = exchange.request.header(_KEY)
    return f"{_KEY} {quote(key, 60)}" if key else f"no {_KEY}"


VALUE = flag(IdempotencyKeyStable(), "where requests carry no key", "A request that is sent again keeps its Idempotency-Key.")
