"""``requests_per_call: {max: 3}``: how many requests one call of the client caused.

``_calls.py`` groups requests into calls. ``requests`` counts everything that an example sent; this counts each question
separately, so it fits examples that ask several, or run tools.
"""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._calls import calls
from dvara_examples.expectations._values import COUNT, Range, counted
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class RequestsPerCall:
    """The number of requests of each call is *wanted*."""

    key: ClassVar[str] = "requests_per_call"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: Range[int]

    def check(self, seen: Transcript) -> Finding:
        """Count the requests of each call; the first call outside the bounds is reported."""
        most = self.wanted.least == 0 and self.wanted.most is not None
        expected = f"{counted(f'at most {self.wanted.most}' if most else f'{self.wanted}', 'request')} per call"
        found = calls(seen.exchanges)
        if not found:
            return Finding(self.key, self.witness, False, expected, "no request", "the example never sent a request")
        for call in found:
            if len(call) in self.wanted:
                continue
            sentence = "the client asked less often than expected: a retry is missing"
            if len(call) > self.wanted.least:
                sentence = "one call caused too many requests: the client retries by itself, or its retries multiply"
            shown = f"{counted(f'{len(call)}', 'request')} for one call"
            return Finding(self.key, self.witness, False, expected, shown, sentence, f"request {call[-1].number}")
        return Finding(self.key, self.witness, True, expected, f"at most {max(map(len, found))} per call")


VALUE = COUNT.to(RequestsPerCall, "How many requests each call of the client became.")
