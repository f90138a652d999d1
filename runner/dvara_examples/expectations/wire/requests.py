"""``requests: 1`` · ``requests: {min: 1, max: 3}``: how many requests the example sent."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._exchanges import redirected
from dvara_examples.expectations._values import COUNT, Range, counted
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Requests:
    """The number of requests is *wanted*."""

    key: ClassVar[str] = "requests"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: Range[int]

    def check(self, seen: Transcript) -> Finding:
        """Count the requests that the tap saw."""
        count = max(len(seen.exchanges), *(exchange.number for exchange in seen.exchanges[-1:]), 0)  # some may not be stored
        ok = count in self.wanted
        sentence = ""
        if count < self.wanted.least:
            sentence = (
                "fewer requests than expected: a retry or a first request is missing" if count else "no request was sent at all"
            )
        elif not ok:
            sentence = "more requests than expected: something retried that should not, or retries multiply"
            if followed := len(redirected(seen)):
                sentence = f"the gateway redirected {counted(f'{followed}', 'request')}, which the client sent again elsewhere"
        return Finding(self.key, self.witness, ok, counted(f"{self.wanted}", "request"), counted(f"{count}", "request"), sentence)


VALUE = COUNT.to(Requests, "How many requests reached the wire.")
