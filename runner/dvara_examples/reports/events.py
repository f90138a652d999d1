"""``--report events``: one JSON object per line, written while runs go on; ``events.schema.json`` says what a line holds.

What examples print is not among the events: it may hold secrets until its run has ended. It stands in the results.
"""

import json
from dataclasses import dataclass
from typing import Literal

from dvara_examples.records.results import Preparing, RunEvent, RunFinished, RunResult, RunStarted, Summary
from dvara_examples.records.serialization import to_plain
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports._facts import (
    ResultFacts,
    SessionFacts,
    SummaryFacts,
    result_facts,
    session_facts,
    summary_facts,
)

DEFAULT_NAME = "events.ndjson"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """The first line. `at_s` counts, in every line, from the session's start."""

    event: Literal["session_started"]
    format: Literal["dvara-examples/events"]
    version: Literal[1]
    at_s: float
    session: SessionFacts


@dataclass(frozen=True, slots=True)
class Prepared:
    """A toolchain says what it fetches or builds."""

    event: Literal["preparing"]
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Started:
    """A run has left the queue, or is tried again: `attempt` counts from 1."""

    event: Literal["run_started"]
    at_s: float
    id: str
    repetition: int | None
    attempt: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A run has ended; its result follows when all runs before it in the plan have ended too."""

    event: Literal["run_finished"]
    at_s: float
    id: str
    repetition: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Reported:
    """One result; results come in plan order."""

    event: Literal["result"]
    at_s: float
    result: ResultFacts


@dataclass(frozen=True, slots=True)
class SessionFinished:
    """The last line, also after an interruption; a stream without it was cut off."""

    event: Literal["session_finished"]
    at_s: float
    summary: SummaryFacts


LINES = (SessionStarted, Prepared, Started, Finished, Reported, SessionFinished)


def open_report(about: SessionInfo, target: Target) -> "EventsReport":
    """Open the report, and write its first line."""
    return EventsReport(about, target)


class EventsReport:
    """Writes a line for whatever it is told, at once."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        self._about, self._target = about, target
        self._write(SessionStarted("session_started", "dvara-examples/events", 1, self._at_s(), session_facts(about)))

    def event(self, event: RunEvent) -> None:
        """Write one event."""
        match event:
            case Preparing():
                self._write(Prepared("preparing", self._at_s(), event.text))
            case RunStarted():
                self._write(Started("run_started", self._at_s(), event.variant_id, event.repetition, event.attempt))
            case RunFinished():
                self._write(Finished("run_finished", self._at_s(), event.variant_id, event.repetition, event.outcome))

    def result(self, result: RunResult) -> None:
        """Write one result."""
        self._write(Reported("result", self._at_s(), result_facts(result)))

    def tick(self) -> None:
        """Write nothing: time alone is no event."""

    def close(self, summary: Summary) -> None:
        """Write the last line."""
        self._write(SessionFinished("session_finished", self._at_s(), summary_facts(summary)))

    def _at_s(self) -> float:
        return round(self._about.elapsed(), 6)

    def _write(self, line: object) -> None:
        self._target.append(json.dumps(to_plain(line), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
