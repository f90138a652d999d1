"""``progressive: true``: pieces reached stdout as they came over the wire, not in one burst at the end.

The measure: when the last piece of text came over the wire, at least half of the text before it must already be on stdout.
What was written before the first piece came (a heading, a spinner) is not counted.
A stream whose pieces came within a tenth of a second proves nothing, nor does one of fewer than three pieces; for those the
finding says so and holds. If the machine was late for as long as the second half of the text took, the text may
have been printed in time and noted late, so the result is unknown.
"""

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import ClassVar

from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Exchange, Output, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "pieces on stdout as they arrive"
_SPREAD_S = 0.1
_LEAST_PIECES = 3


@dataclass(frozen=True, slots=True)
class Progressive:
    """A reader of stdout sees the answer grow."""

    key: ClassVar[str] = "progressive"
    witness: ClassVar[Witness] = Witness.STREAM

    def check(self, seen: Transcript) -> Finding:
        """Compare when text came with when it was printed."""
        exchange = max(seen.exchanges, key=lambda e: len(e.text), default=None)
        arrivals = [(event.at_s, len(event.text.encode())) for event in exchange.events if event.text] if exchange else []
        if exchange is None or not arrivals:
            unread = next((e.unread for e in seen.exchanges if e.unread), None)
            sentence = unread or "no answer carried any text"
            return Finding(self.key, self.witness, False, _EXPECTED, "no text on the wire", sentence)
        first_s, last_s = arrivals[0][0], arrivals[-1][0]
        if len(arrivals) < _LEAST_PIECES or last_s - first_s < _SPREAD_S:
            shown = f"{len(arrivals)} pieces within {last_s - first_s:.2f} s: too close together to tell"
            return Finding(self.key, self.witness, True, _EXPECTED, shown)
        finding = self._compare(exchange, arrivals, seen.stdout)
        if finding.ok:
            return finding
        return replace(finding, uncertain=seen.late_machine(first_s, last_s, last_s - _half_s(arrivals)))

    def _compare(self, exchange: Exchange, arrivals: list[tuple[float, int]], stdout: Output) -> Finding:
        first_s, last_s = arrivals[0][0], arrivals[-1][0]
        sizes = [len(piece.data) for piece in stdout.pieces if first_s <= piece.at_s <= last_s]
        share = min(sum(sizes) / sum(size for _, size in arrivals[:-1]), 1.0)
        text = f"{share:.0%} of it on stdout, in {len(sizes)} pieces, when the last piece came at {last_s:.2f} s"
        if share >= 0.5 and len(sizes) > 1:
            return Finding(self.key, self.witness, True, _EXPECTED, text)
        sentence = (
            "the answer came in pieces, but the example buffered them: its reader sees one burst at the end (flush each piece)"
        )
        return Finding(self.key, self.witness, False, _EXPECTED, text, sentence, f"request {exchange.number}")


def _half_s(arrivals: list[tuple[float, int]]) -> float:
    """Return when half of the text before the last piece had come: only a delay after that can hide a piece."""
    sizes = [size for _, size in arrivals[:-1]]
    return next(at_s for (at_s, _), sum_so_far in zip(arrivals, accumulate(sizes), strict=False) if 2 * sum_so_far >= sum(sizes))


VALUE = flag(Progressive(), "where it does not matter", "Pieces reach stdout as they arrive on the wire.")
