"""``no_retry_after_end: true``: once the gateway has had the last word, the same is not asked again.

What the last word is stands in ``_exchanges.py``. Asked again is a later request with the same method and target, whatever
its body, sent after that response had begun. Where nothing was ended so, nothing is shown, and the finding fails.
"""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_word
from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "no request after the end"


@dataclass(frozen=True, slots=True)
class NoRetryAfterEnd:
    """No request follows an exchange that was the end of its matter."""

    key: ClassVar[str] = "no_retry_after_end"
    witness: ClassVar[Witness] = Witness.WIRE

    def check(self, seen: Transcript) -> Finding:
        """Look for a repeated request behind each exchange that was an end."""
        ends = [(exchange, word) for exchange in seen.exchanges if (word := last_word(exchange))]
        if not ends:
            shown = f"requests seen: {len(seen.exchanges)}, none of them with an end" if seen.exchanges else "no request"
            sentence = "neither an answer nor a final refusal came, so nothing shows what the example does after one"
            return Finding(self.key, self.witness, False, _EXPECTED, shown, sentence)
        for exchange, word in ends:
            again = next((later for later in seen.exchanges if _repeats(later, exchange)), None)
            if again is not None:
                shown = f"request {again.number} after {word} in the response to request {exchange.number}"
                sentence = "the example asked again after the gateway's last word: that costs money and cannot help"
                return Finding(self.key, self.witness, False, _EXPECTED, shown, sentence, f"request {again.number}")
        for exchange in seen.exchanges:
            if exchange.unread and any(_repeats(later, exchange) for later in seen.exchanges):
                where = f"request {exchange.number}"
                return Finding(self.key, self.witness, False, _EXPECTED, "an answer that was not read", exchange.unread, where)
        return Finding(self.key, self.witness, True, _EXPECTED, f"{ends[-1][1]}, and nothing after it")


def _repeats(later: Exchange, before: Exchange) -> bool:
    same = (later.request.method, later.request.target) == (before.request.method, before.request.target)
    began_s = before.ended_at_s if before.responded_at_s is None else before.responded_at_s
    return later.number > before.number and same and later.started_at_s >= began_s


VALUE = flag(
    NoRetryAfterEnd(), "where the example may ask again", "After an answer or a final refusal the same is not asked again."
)
