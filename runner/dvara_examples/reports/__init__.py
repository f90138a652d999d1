"""The contract of a report: it consumes what a session says, and cannot change it.

A report is one module in this package. All methods are called from one thread.
"""

from typing import Protocol

from dvara_examples.results import RunEvent, RunResult, Summary


class Reporter(Protocol):
    """Consumes the progress and the results of one session."""

    def event(self, event: RunEvent) -> None:
        """Take one event, in the order in which things happen while runs go on side by side."""
        ...

    def result(self, result: RunResult) -> None:
        """Take one result, in plan order, whatever finished first."""
        ...

    def tick(self) -> None:
        """Refresh what shows elapsed time; called a few times per second while runs go on."""
        ...

    def close(self, summary: Summary) -> None:
        """Write what is to be written at the end; also called when the session was interrupted."""
        ...
