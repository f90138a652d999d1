"""``leaks: none`` · ``leaks: any``: whether the example left processes or open pipes behind. ``none`` is implied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import one_of
from dvara_examples.records.transcript import Leak, Transcript
from dvara_examples.records.verdict import Finding, Witness

KNOWN = ("none", "any")


@dataclass(frozen=True, slots=True)
class Leaks:
    """Nothing outlived the example, unless *allowed*."""

    key: ClassVar[str] = "leaks"
    witness: ClassVar[Witness] = Witness.PROCESS
    allowed: bool = False

    def check(self, seen: Transcript) -> Finding:
        """Look for surviving processes and open pipes."""
        leaks = seen.process.leaks
        ok = self.allowed or not leaks
        shown = ", ".join(f"{leak.kind} {leak.what}" for leak in leaks) or "nothing left behind"
        sentence = "" if ok else f"the example ended but left something running, {_whereabouts(leaks)}"
        expected = "anything may be left behind" if self.allowed else "nothing left behind"
        return Finding(self.key, self.witness, ok, expected, shown, sentence)


def _whereabouts(leaks: Sequence[Leak]) -> str:
    living = [leak for leak in leaks if not leak.stopped]
    if not living:
        return "which was then stopped"
    named = ", ".join(f"pid {leak.pid}" for leak in living if leak.pid) or "a process that cannot be seen"
    return f"of which {named} could not be stopped and may still run"


VALUE = one_of(KNOWN).to(lambda word: Leaks(allowed=word == "any"), "Whether the example may leave something behind.")
