"""``ends: done`` · ``ends: [truncated, done]`` · ``ends: whole``: how the exchanges ended on the wire."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import either, items, one_of
from dvara_examples.records.model import WHOLE_ENDINGS, Ending
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness

KNOWN = tuple(ending.value for ending in Ending)
WHOLE = "whole"
_EXPECTED = "an ending, or a list of at least one"


@dataclass(frozen=True, slots=True)
class Ends:
    """The last exchange ended as *wanted* says or, with *each*, every exchange did, in order."""

    key: ClassVar[str] = "ends"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[Ending, ...]
    each: bool = False

    def check(self, seen: Transcript) -> Finding:
        """Compare with the endings from the tap."""
        found = tuple(exchange.ending for exchange in seen.exchanges)
        expected = ", ".join(self.wanted)
        if not found:
            return Finding(self.key, self.witness, False, expected, "no request", "the example never sent a request")
        compared = found if self.each else found[-1:]
        ok = compared == self.wanted
        if ok:
            return Finding(self.key, self.witness, True, expected, ", ".join(compared))
        if len(compared) != len(self.wanted):
            sentence = f"requests expected: {len(self.wanted)}, requests seen: {len(compared)}"
            return Finding(self.key, self.witness, False, expected, ", ".join(compared), sentence)
        pairs = zip(seen.exchanges[-len(compared) :], self.wanted, strict=True)
        other = next(exchange for exchange, ending in pairs if exchange.ending != ending)
        return Finding(self.key, self.witness, False, expected, ", ".join(compared), _sentence(other), f"request {other.number}")


@dataclass(frozen=True, slots=True)
class EndsWhole:
    """Every exchange brought a whole answer, streamed or not."""

    key: ClassVar[str] = "ends"
    witness: ClassVar[Witness] = Witness.WIRE

    def check(self, seen: Transcript) -> Finding:
        """Look for the first exchange without a whole answer."""
        found = ", ".join(exchange.ending for exchange in seen.exchanges)
        if not found:
            return Finding(self.key, self.witness, False, WHOLE, "no request", "the example never sent a request")
        other = next((exchange for exchange in seen.exchanges if exchange.ending not in WHOLE_ENDINGS), None)
        if other is None:
            return Finding(self.key, self.witness, True, WHOLE, found)
        return Finding(self.key, self.witness, False, WHOLE, found, _sentence(other), f"request {other.number}")


def _sentence(exchange: Exchange) -> str:
    remarks = "; ".join(exchange.remarks)
    return f"the wire shows another ending ({remarks})" if remarks else "the wire shows another ending"


_ONE = one_of((*KNOWN, WHOLE)).to(lambda word: EndsWhole() if word == WHOLE else Ends((Ending(word),)))

VALUE = either(
    _ONE,
    items(one_of(KNOWN).to(Ending), few=_EXPECTED).to(lambda endings: Ends(endings, each=True)),
    expected=_EXPECTED,
).described("How the last exchange ended; as a list, how each ended, in order; `whole`: each brought a whole answer.")
