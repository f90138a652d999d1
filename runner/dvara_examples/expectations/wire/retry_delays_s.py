"""``retry_delays_s: [{min: 0.4, max: 1.5}, {min: 0.9}]``: how long the example waited before each retry."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from dvara_examples.core.shapes import items, seconds
from dvara_examples.expectations._values import Range, bounds
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class AttemptGaps:
    """There was one more request than there are bounds, and each pause between two of them is within its bounds."""

    key: ClassVar[str] = "retry_delays_s"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[Range[float], ...]

    def check(self, seen: Transcript) -> Finding:
        """Measure from the end of each exchange to the arrival of the next request."""
        gaps = [after.started_at_s - before.ended_at_s for before, after in pairwise(seen.exchanges)]
        expected = ", ".join(f"{within} s" for within in self.wanted)
        shown = ", ".join(f"{gap_s:.2f} s" for gap_s in gaps) or f"no pause (requests seen: {len(seen.exchanges)})"
        if len(gaps) != len(self.wanted):
            sentence = f"requests expected: {len(self.wanted) + 1}, requests seen: {len(seen.exchanges)}"
            return Finding(self.key, self.witness, False, expected, shown, sentence)
        for number, (gap_s, within) in enumerate(zip(gaps, self.wanted, strict=True), 2):
            if gap_s not in within:
                finding = Finding(self.key, self.witness, False, expected, shown, _sentence(gap_s, within), f"request {number}")
                return replace(finding, uncertain=_late_machine(seen, number, gap_s, within))
        return Finding(self.key, self.witness, True, expected, shown)


def _sentence(gap_s: float, within: Range[float]) -> str:
    if gap_s < 0:
        return "the example asked again before the exchange before had ended"
    return "the example asked again too soon" if gap_s < within.least else "the example waited too long before it asked again"


def _late_machine(seen: Transcript, number: int, gap_s: float, within: Range[float]) -> str:
    """Say so if the machine was late for as long as a pause was too long, or the end before it was noted too late."""
    ended_s, started_s = seen.exchanges[number - 2].ended_at_s, seen.exchanges[number - 1].started_at_s
    if within.most is not None and gap_s > within.most:
        return seen.late_machine(ended_s, started_s, gap_s - within.most)
    return seen.late_machine(ended_s - (within.least - gap_s), ended_s, within.least - gap_s)


VALUE = items(bounds(seconds()), few="bounds for at least one pause, such as [{min: 0.4}]").to(
    AttemptGaps,
    "Seconds from the end of each exchange to the start of the next: one pair of bounds per gap, in order.",
)
