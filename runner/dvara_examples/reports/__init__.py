"""The contract of a report: it consumes what a session says, and cannot change it.

A report is one module in this package. The file's name is the KIND of ``--report KIND[=PATH]``, and the module holds

* ``DEFAULT_NAME``, the file that it writes in the run's folder where no path is named, or None where that is stdout;
* ``open_report(about: SessionInfo, target: Target) -> Reporter``, called once, before the first run starts.

A report calls ``target.write`` once, in ``close``, or ``target.append`` as often as it likes; it opens no file itself. What
these raise it lets pass: whoever opened the report tells the user, and the runs and the other reports go on. All methods of a
reporter are called from one thread. ``judge`` has results and an end, but no events. What a report is handed holds no secret,
except for :class:`~dvara_examples.records.results.RunPrinted`. Everything that stands in a transcript may have been written by an
example or a gateway: whoever puts it into a format with signs of its own escapes it. Nothing else needs to change; the
contract test finds the module by itself.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Protocol

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import ExitCode
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.toolchains import Runtime


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What is known of a session before its first run; *planned* are (run id, language) pairs in plan order.

    *started_utc* is an ISO 8601 stamp, *deps* the set of releases, *folder* where the transcripts lie, as it is shown to people.
    *elapsed* tells the seconds since the session began. *shard* is the part of the plan that is run, such as ``2/4``.
    *manifest* is the manifest's path, seen from the root. *within* is the root, seen from the repository that holds it, with a
    slash at its end; empty where both are the same.
    """

    version: str
    started_utc: str
    gateway: str
    deps: str
    runtimes: tuple[Runtime, ...]
    planned: tuple[tuple[str, str], ...]
    folder: str
    elapsed: Timer = lambda: 0.0
    shard: str | None = None
    manifest: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a report goes: *write* takes whole text at the end, and replaces the file at once or not at all.

    *append* takes a piece of text as soon as it is known, for reports that are read while runs go on; the first piece replaces
    what was there. Both take any text: half a surrogate pair becomes U+FFFD. *path* is None for stdout. *kept_bytes* tells how
    much others have written that stays in front of what is written.
    """

    write: Callable[[str], None]
    append: Callable[[str], None]
    path: Path | None
    kept_bytes: Callable[[], int] = lambda: 0


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


@dataclass(slots=True)
class OpenReports:
    """The reports of one session; *failures* are (sentence, exit code) pairs, complete after the session's end."""

    reporters: list[Reporter] = field(default_factory=list)
    failures: list[tuple[str, ExitCode]] = field(default_factory=list)

    def exit_code(self, summary: Summary) -> ExitCode:
        """Return the session's exit code, or the worse one that a report which was not written leads to."""
        return ExitCode.worst((summary.exit_code, *(code for _, code in self.failures)))


def report_kinds() -> tuple[str, ...]:
    """Return every KIND that ``--report`` takes, sorted; the report for people is always there, and is none of them."""
    names = (info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return tuple(sorted(name for name in names if name != "terminal"))


def report_module(kind: str) -> ModuleType:
    """Import the module of one of :func:`report_kinds`."""
    return importlib.import_module(f"{__name__}.{kind}")
