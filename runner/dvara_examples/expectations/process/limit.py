"""``limit: none`` · ``limit: idle`` · ``limit: wall``: whether a limit ended the example. ``none`` is implied."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import one_of
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_SHARE = 0.5
"""A machine that stood still for this share of a limit may have kept the example from its end."""
KNOWN = ("none", "wall", "idle")


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The run ended by itself (``none``) or by the limit *want*."""

    key: ClassVar[str] = "limit"
    witness: ClassVar[Witness] = Witness.PROCESS
    want: str = "none"

    def check(self, seen: Transcript) -> Finding:
        """Compare with the limit that was reached."""
        found = seen.process.limit or "none"
        ok = found == self.want
        sentence = ""
        if not ok and found == "none":
            sentence = "the example ended by itself before the limit that was expected to stop it"
        elif not ok:
            limits = seen.run.limits
            bound = f"{limits.wall_s:g} s in all" if found == "wall" else f"{limits.idle_s:g} s without a sign of life"
            sentence = f"the example did not end: after {bound} it was stopped with {seen.process.stopped_by or 'a signal'}"
        finding = Finding(self.key, self.witness, ok, f"limit {self.want}", f"limit {found}", sentence)
        if ok or found == "none":
            return finding
        bound_s = seen.run.limits.wall_s if found == "wall" else seen.run.limits.idle_s
        end_s = seen.process.ended_at_s or 0.0
        return replace(finding, uncertain=seen.late_machine(end_s - bound_s, end_s, bound_s * _SHARE))


VALUE = one_of(KNOWN).to(LimitReached, "The bound that had to end the example.")
