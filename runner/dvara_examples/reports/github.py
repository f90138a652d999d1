"""``--report github``: annotations for GitHub Actions, at the line of the example and of the page that shows it."""

from collections.abc import Iterator

from dvara_examples.records.results import RunEvent, RunResult, SourceLine, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports._facts import cut
from dvara_examples.reports._wording import (
    explanation,
    headline,
    one_line,
    placed,
    red,
    remarkable,
    severity,
    troubles,
    visible,
)
from dvara_examples.reports._workflow import escape_data, escape_property

DEFAULT_NAME = None
WORKFLOW_COMMANDS = True
"""What it writes to stdout is meant for the runner; everything else on stdout is kept from being taken for that."""

_MOST = 10
"""What GitHub shows of one kind of annotation per step; it drops the others without a word."""


def open_report(about: SessionInfo, target: Target) -> "GithubReport":
    """Open the report."""
    return GithubReport(about, target)


class GithubReport:
    """Collects what did not pass and writes the worst of it at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        self._within, self._target = about.within, target
        self._results: list[RunResult] = []

    def event(self, event: RunEvent) -> None:
        """Ignore events."""

    def result(self, result: RunResult) -> None:
        """Keep one result, if it needs an annotation."""
        if remarkable(result):
            self._results.append(placed(result, self._within))

    def tick(self) -> None:
        """Show nothing."""

    def close(self, summary: Summary) -> None:
        """Write the annotations, and the number of the omitted ones."""
        lines = tuple(self._annotations(summary))
        if left_out := len(lines) - _MOST:
            lines = lines[:_MOST]
        if left_out > 0:
            more = f"and {left_out} more; the log of this step lists all of them. In sum {summary}"
            lines += (_command("notice", "dvara-examples", more),)
        self._target.write("".join(f"{line}\n" for line in lines))

    def _annotations(self, summary: Summary) -> Iterator[str]:
        """Yield annotations, worst first; those on pages come after all examples, because they repeat them."""
        results = sorted(self._results, key=severity)
        failed = [result for result in results if result.internal or result.verdict.outcome is Outcome.FAILED]
        others = [result for result in results if result not in failed]
        yield from (_annotation(result, summary, result.places[:1]) for result in failed)
        for trouble in troubles(summary):
            yield _command("error", f"dvara-examples: {trouble.name}", trouble.sentence)
        yield from (_annotation(result, summary, result.places[:1]) for result in others)
        for result in results:
            yield from (_annotation(result, summary, (place,)) for place in result.places[1:])


def _annotation(result: RunResult, summary: Summary, places: tuple[SourceLine, ...]) -> str:
    name = "error" if red(result, summary) else "warning"
    word = "is flaky" if result.flaky else "failed" if result.verdict.outcome is Outcome.FAILED else "could not run"
    text = cut(explanation(result), 1_500, 500) or headline(result)
    return _command(name, f"{result.run_id} {word}", text, *places)


def _command(name: str, title: str, text: str, *places: SourceLine) -> str:
    properties = [f"file={escape_property(visible(place.file))},line={place.line}" for place in places]
    properties.append(f"title={escape_property(one_line(title))}")
    return f"::{name} {','.join(properties)}::{escape_data(visible(text))}"
