"""``--report json``: the whole session as one document, for other software; ``report.schema.json`` says what it holds."""

import json
from dataclasses import dataclass
from typing import Literal

from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.records.serialization import to_plain
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports._facts import (
    ResultFacts,
    SessionFacts,
    SummaryFacts,
    result_facts,
    session_facts,
    summary_facts,
)

DEFAULT_NAME = "report.json"


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A session and all its results, in plan order."""

    format: Literal["dvara-examples/report"]
    version: Literal[1]
    session: SessionFacts
    summary: SummaryFacts
    results: tuple[ResultFacts, ...]


def open_report(about: SessionInfo, target: Target) -> "JsonReport":
    """Open the report."""
    return JsonReport(about, target)


class JsonReport:
    """Collects results and writes them at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        self._about, self._target = about, target
        self._results: list[ResultFacts] = []

    def event(self, event: RunEvent) -> None:
        """Ignore events."""

    def result(self, result: RunResult) -> None:
        """Keep one result, without its transcript."""
        self._results.append(result_facts(result))

    def tick(self) -> None:
        """Show nothing."""

    def close(self, summary: Summary) -> None:
        """Write the document."""
        document = JsonDocument(
            format="dvara-examples/report",
            version=1,
            session=session_facts(self._about),
            summary=summary_facts(summary),
            results=tuple(self._results),
        )
        self._target.write(json.dumps(to_plain(document), indent=1, ensure_ascii=False, allow_nan=False) + "\n")
