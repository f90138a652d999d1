"""``stdout_json: {equals: ..., at: {/pointer: value}, schema: {...}}``: stdout as a whole is one JSON document."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations import _json
from dvara_examples.expectations._text import quote
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class StdoutJson:
    """Stdout as a whole is the *wanted* document."""

    key: ClassVar[str] = "stdout_json"
    witness: ClassVar[Witness] = Witness.OUTPUT
    wanted: _json.JsonWanted

    def check(self, seen: Transcript) -> Finding:
        """Parse stdout and check every assertion."""
        text = seen.stdout.text
        if not seen.stdout.complete:
            sentence = "more was written than is stored, so it cannot be read as one JSON document"
            return Finding(self.key, self.witness, False, "one JSON document", f"{seen.stdout.size_bytes} bytes", sentence)
        miss = self.wanted.miss(text, "stdout")
        if miss is not None:
            return Finding(self.key, self.witness, False, *miss)
        return Finding(self.key, self.witness, True, "one JSON document that fits", quote(text, 200))


VALUE = _json.JSON.to(
    StdoutJson,
    "stdout is one JSON document that equals a value, holds values at JSON pointers (RFC 6901), fits a schema.",
)
