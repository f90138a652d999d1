"""The contract of a report: it consumes the events and results of a session, and cannot change them.

A report is one module in this package. The file's name is the KIND of ``--report KIND[=PATH]``, and the module has

* ``DEFAULT_NAME``, its default file in the run's folder, or None for stdout;
* ``open_report(about: SessionInfo, target: Target) -> Reporter``, called once, before the first run starts.

A report calls ``target.write`` once, in ``close``, or ``target.append`` any number of times; it opens no file itself. It does
not catch their exceptions: the caller reports them, and the runs and the other reports continue. All methods of a
reporter are called from one thread. ``judge`` has results and an end, but no events. Reports receive no secrets,
except in :class:`~dvara_examples.records.results.RunPrinted`. Everything in a transcript may have been written by an
example or a gateway, so each report escapes it for its format. Nothing else needs to change; the
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
    """What is known about a session before its first run; *planned* are (run id, language) pairs in plan order.

    *started_utc* is an ISO 8601 stamp, *deps* the set of releases, *folder* the folder of the transcripts, as shown to people.
    *elapsed* returns the seconds since the session began. *shard* is the part of the plan that is run, such as ``2/4``.
    *manifest* is the manifest's path, relative to the root. *within* is the root, relative to the repository around it, with a
    trailing slash; empty if both are the same.
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
    """Where a report goes: *write* takes the whole text at the end, and replaces the file in one step.

    *append* takes a piece of text as soon as it is known, for reports that are read during the session; the first piece replaces
    the old content. Both take any text: half a surrogate pair becomes U+FFFD. *path* is None for stdout. *kept_bytes* is the
    size of what others have written, which stays before the new text.
    """

    write: Callable[[str], None]
    append: Callable[[str], None]
    path: Path | None
    kept_bytes: Callable[[], int] = lambda: 0


class Reporter(Protocol):
    """Consumes the progress and the results of one session."""

    def event(self, event: RunEvent) -> None:
        """Process one event, in the order of time, while runs overlap."""
        ...

    def result(self, result: RunResult) -> None:
        """Process one result, in plan order, whatever finished first."""
        ...

    def tick(self) -> None:
        """Refresh what shows elapsed time; called a few times per second during the session."""
        ...

    def close(self, summary: Summary) -> None:
        """Write the end of the report; also called after an interruption."""
        ...


@dataclass(slots=True)
class OpenReports:
    """The reports of one session; *failures* are (sentence, exit code) pairs, complete after the session's end."""

    reporters: list[Reporter] = field(default_factory=list)
    failures: list[tuple[str, ExitCode]] = field(default_factory=list)

    def exit_code(self, summary: Summary) -> ExitCode:
        """Return the session's exit code, or the worse one of a report that could not be written."""
        return ExitCode.worst((summary.exit_code, *(code for _, code in self.failures)))


def report_kinds() -> tuple[str, ...]:
    """Return every KIND for ``--report``, sorted; the terminal summary is always there, and not one of them."""
    names = (info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return tuple(sorted(name for name in names if name != "terminal"))


def report_module(kind: str) -> ModuleType:
    """Import the module of one of :func:`report_kinds`."""
    return importlib.import_module(f"{__name__}.{kind}")
