"""``order: [text 1, {stdout: 'Hello'}, end 1, exit]``: the order of moments on the wire, in the output and of the process.

A moment is ``request N`` (it arrived), ``response N`` (its head came), ``text N`` (the first text of its stream), ``end N``
(the exchange was over), ``exit``, or ``{stdout: pattern}`` and ``{stderr: pattern}``: the first match on that pipe was complete.
Wire, pipes and process are watched by separate threads, so moments from two of them that are within
50 ms may be seen the wrong way round; they count as simultaneous. On the wire alone the order is exact.
If the machine was late for longer than that, the order of moments from two watchers is unknown.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from dvara_examples.core.shapes import items
from dvara_examples.expectations import _moments
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_BLUR_S = 0.05


@dataclass(frozen=True, slots=True)
class Order:
    """Each of the *wanted* moments came, and none of them before the previous one."""

    key: ClassVar[str] = "order"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[_moments.Moment, ...]

    def check(self, seen: Transcript) -> Finding:
        """Find every moment and compare it with its neighbour; report the first that is missing or too early."""
        expected = ", ".join(map(str, self.wanted))
        found = [(moment, moment.find(seen)) for moment in self.wanted]
        shown = ", ".join(f"{moment} {_at(when)}" for moment, when in found)
        for moment, when in found:
            if when.at_s is None:
                return Finding(self.key, self.witness, False, expected, shown, f"{moment} never came: {when.why}")
        for (before, first), (after, second) in pairwise(found):
            if _early(first, second):
                sentence = f"{after} came before {before}, and should have come after it"
                finding = Finding(self.key, self.witness, False, expected, shown, sentence)
                return replace(finding, uncertain=_late_machine(seen, first, second))
        return Finding(self.key, self.witness, True, expected, shown)


def _at(when: _moments.Found) -> str:
    return "never" if when.at_s is None else f"at {when.at_s:.2f} s"


def _early(first: _moments.Found, second: _moments.Found) -> bool:
    """Whether *second*, which should not, came before *first*."""
    blur_s = _BLUR_S if first.source != second.source else 0.0
    return first.at_s is not None and second.at_s is not None and second.at_s < first.at_s - blur_s


def _late_machine(seen: Transcript, first: _moments.Found, second: _moments.Found) -> str:
    """Say so if *first*, seen by another watcher, may have been noted too late."""
    if first.at_s is None or second.at_s is None or first.source == second.source:
        return ""
    return seen.late_machine(second.at_s, first.at_s, first.at_s - second.at_s - _BLUR_S)


VALUE = items(_moments.MOMENT, 2, "at least two moments").to(
    Order,
    "Moments, each at or after the one before: request N, response N, text N, end N, exit, {stdout: regex}.",
)
