"""``retry_delays_s: [{min: 0.4, max: 1.5}, {min: 0.9}]``: how long the example waited before it asked again, each time."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from dvara_examples.core.values import InvalidValue, as_list, as_seconds, below
from dvara_examples.expectations._bounds import Range, bounds_schema, parse_bounds
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Expectation, Finding, Witness

SCHEMA: dict[str, object] = {
    "description": "Seconds from the end of each exchange to the start of the next: one pair of bounds per gap, in order.",
    "type": "array",
    "items": bounds_schema({"type": "number", "minimum": 0, "maximum": 86_400}),
    "minItems": 1,
}


@dataclass(frozen=True, slots=True)
class AttemptGaps:
    """There was one more request than there are bounds, and each pause between two of them lay within its own."""

    key: ClassVar[str] = "retry_delays_s"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[Range[float], ...]

    def check(self, seen: Transcript) -> Finding:
        """Measure from the end of each exchange to the arrival of the next request."""
        gaps = [after.started_at_s - before.ended_at_s for before, after in pairwise(seen.exchanges)]
        expected = ", ".join(f"{bounds} s" for bounds in self.wanted)
        shown = ", ".join(f"{gap_s:.2f} s" for gap_s in gaps) or f"no pause (requests seen: {len(seen.exchanges)})"
        if len(gaps) != len(self.wanted):
            sentence = f"requests expected: {len(self.wanted) + 1}, requests seen: {len(seen.exchanges)}"
            return Finding(self.key, self.witness, False, expected, shown, sentence)
        for number, (gap_s, bounds) in enumerate(zip(gaps, self.wanted, strict=True), 2):
            if gap_s not in bounds:
                return Finding(self.key, self.witness, False, expected, shown, _sentence(gap_s, bounds), f"request {number}")
        return Finding(self.key, self.witness, True, expected, shown)


def _sentence(gap_s: float, bounds: Range[float]) -> str:
    if gap_s < 0:
        return "the example asked again before the exchange before had ended"
    return "the example asked again too soon" if gap_s < bounds.least else "the example waited too long before it asked again"


def parse(value: object) -> Expectation:
    """Parse the value of ``retry_delays_s:``."""
    wanted = []
    for index, item in enumerate(as_list(value)):
        with below(index):
            wanted.append(parse_bounds(item, as_seconds))
    if not wanted:
        raise InvalidValue("found an empty list", "bounds for at least one pause are accepted, such as [{min: 0.4}]")
    return AttemptGaps(tuple(wanted))
