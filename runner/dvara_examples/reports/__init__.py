"""The contract of a report: it consumes what a run says, in plan order, and cannot change it.

A report is one module in this package. ``started`` and ``finished`` come while runs go on side by side, from one thread,
in the order in which things happen; ``result`` comes in plan order, whatever finished first.
"""

from typing import Protocol

from dvara_examples.transcript import Transcript
from dvara_examples.verdict import Verdict


class Reporter(Protocol):
    """Consumes the progress and the results of one session."""

    def result(self, variant_id: str, verdict: Verdict, transcript: Transcript | None) -> None:
        """Take one result, in plan order; a run that was skipped or could not start has no transcript."""
        ...

    def close(self) -> None:
        """Write what is to be written at the end; also called when the session was interrupted."""
        ...
