"""The contract of a report: it consumes what a session says, and cannot change it.

A report is one module in this package. The file's name is the KIND of ``--report KIND[=PATH]``, and the module holds

* ``DEFAULT_NAME``, the file that it writes in the run's folder where no path is named, or None where that is stdout;
* ``open_report(about: SessionInfo, target: Target) -> Reporter``.

All methods of a reporter are called from one thread. What it is handed holds no secret. Everything that stands in a transcript
may have been written by an example or a gateway: whoever puts it into a format with signs of its own escapes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dvara_examples.results import RunEvent, RunResult, Summary
from dvara_examples.toolchains import Runtime


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What is known of a session before its first run; *planned* are (variant id, language) pairs in plan order.

    *started_utc* is an ISO 8601 stamp, *deps* the set of releases, *folder* where the transcripts lie, as it is shown to people.
    """

    version: str
    started_utc: str
    gateway: str
    deps: str
    runtimes: tuple[Runtime, ...]
    planned: tuple[tuple[str, str], ...]
    folder: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a report goes: *write* takes whole text at the end, and replaces the file at once or not at all.

    *append* takes a piece of text as soon as it is known, for reports that are read while runs go on.
    """

    write: Callable[[str], None]
    append: Callable[[str], None]
    path: Path | None


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
