"""``leaks: none`` · ``leaks: any``: whether the example left processes or held pipes behind. Implied as ``none``."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.values import as_one_of
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Expectation, Finding, Witness

KNOWN = ("none", "any")
SCHEMA: dict[str, object] = {"description": "Whether the example may leave something behind.", "enum": list(KNOWN)}


@dataclass(frozen=True, slots=True)
class Leaks:
    """Nothing outlived the example, unless *allowed*."""

    key: ClassVar[str] = "leaks"
    witness: ClassVar[Witness] = Witness.PROCESS
    allowed: bool = False

    def check(self, seen: Transcript) -> Finding:
        """Look for survivors and held pipes."""
        leaks = seen.process.leaks
        ok = self.allowed or not leaks
        shown = ", ".join(f"{leak.kind} {leak.what}" for leak in leaks) or "nothing left behind"
        sentence = "" if ok else "the example ended but left something running, which was then stopped"
        expected = "anything may be left behind" if self.allowed else "nothing left behind"
        return Finding(self.key, self.witness, ok, expected, shown, sentence)


def parse(value: object) -> Expectation:
    """Parse the value of ``leaks:``."""
    return Leaks(allowed=as_one_of(value, KNOWN) == "any")
