"""``stdout: {contains: ..., lacks: ..., matches: ..., equals: ...}``: what the example wrote to stdout."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations import _text
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Stdout:
    """The example's stdout matches *wanted*."""

    key: ClassVar[str] = "stdout"
    witness: ClassVar[Witness] = Witness.OUTPUT
    wanted: _text.TextWanted

    def check(self, seen: Transcript) -> Finding:
        """Check every assertion; report the first that does not hold."""
        return _text.finding(self.key, self.witness, self.wanted, _text.TextSeen.of(seen.stdout, self.key))


VALUE = _text.TEXT.to(Stdout, "What stdout holds.")
