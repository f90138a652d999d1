"""Builds the page: runs are rendered one by one and kept as text, the rest is rendered at the end."""

from dataclasses import dataclass

from markupsafe import Markup

from dvara_examples.records.locked import is_unlocked, unlocked_places
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import SessionInfo
from dvara_examples.reports._html.frame import page_style, page_templates
from dvara_examples.reports._html.lanes import BAR, STRETCH, TOP
from dvara_examples.reports._html.views import RunView, ShownLimits, run_view

_MOST_OPEN = 12
"""So many runs that did not pass are unfolded from the start."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run in the matrix."""

    anchor: str
    outcome: str
    sign: str
    flaky: bool
    duration: str
    brief: str
    repetition: int | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One example in the matrix: its runs per language."""

    example_id: str
    title: str
    cells: tuple[tuple[Cell, ...] | None, ...]


class SessionPage:
    """The page of one session, while it is built."""

    def __init__(self, about: SessionInfo) -> None:
        self._about = about
        self._budget = ShownLimits.of(len(about.planned))
        self._cells: dict[tuple[str, str], list[Cell]] = {}
        self._titles: dict[str, str] = {}
        self._remarkable: list[Markup] = []
        self._passed: list[Markup] = []
        self._skipped: dict[str, list[str]] = {}
        self._count = 0
        self._unlocked: list[RunResult] = []

    def add(self, result: RunResult) -> None:
        """Render one run."""
        self._count += 1
        if is_unlocked(result):
            self._unlocked.append(result)
        view = run_view(result, f"run-{self._count}", self._budget)
        example_id = example_of(result.variant_id)
        self._titles.setdefault(example_id, result.title)
        self._cells.setdefault((example_id, result.language), []).append(_cell(view))
        if result.verdict.outcome is Outcome.SKIPPED:
            self._skipped.setdefault(result.verdict.reason, []).append(result.variant_id)
            return
        remarkable = result.verdict.outcome is not Outcome.PASSED or result.flaky
        place = self._remarkable if remarkable else self._passed
        opened = remarkable and len(self._remarkable) < _MOST_OPEN
        place.append(Markup(page_templates().get_template("run.html").render(run=view, open=opened, **_SIZES)))  # noqa: S704

    def render(self, summary: Summary) -> str:
        """Return the whole page."""
        languages = tuple(dict.fromkeys(language for _, language in (*self._planned(), *self._cells)))
        counts = [(outcome, summary.count(outcome)) for outcome in Outcome if summary.count(outcome)]
        return (
            page_templates()
            .get_template("page.html")
            .render(
                about=self._about,
                summary=summary,
                heading=heading(summary, self._count),
                good=summary.exit_code == 0,
                counts=counts,
                languages=languages,
                rows=self._rows(languages),
                remarkable=self._remarkable,
                passed=self._passed,
                skipped=self._skipped,
                not_locked=unlocked_places(self._unlocked),
                missing=len(self._about.planned) - self._count,
                style=page_style(),
                version=self._about.version,
                program="dvara-examples",
            )
        )

    def _planned(self) -> tuple[tuple[str, str], ...]:
        return tuple((example_of(run_id), language) for run_id, language in self._about.planned)

    def _rows(self, languages: tuple[str, ...]) -> tuple[MatrixRow, ...]:
        planned = set(self._planned())
        examples = dict.fromkeys(example_id for example_id, _ in (*self._planned(), *self._cells))

        def cell(example_id: str, language: str) -> tuple[Cell, ...] | None:
            known = self._cells.get((example_id, language), ())
            return tuple(known) if known or (example_id, language) in planned else None

        return tuple(
            MatrixRow(example_id, self._titles.get(example_id, ""), tuple(cell(example_id, language) for language in languages))
            for example_id in examples
        )


def example_of(run_id: str) -> str:
    """Return the example's part of ``stream-basic[node]`` or ``stream-basic[node] #2``."""
    return run_id.partition("[")[0]


def heading(summary: Summary, runs: int) -> str:
    """Summarise the session in one line, problems first."""
    counts = [(summary.count(Outcome.FAILED), "failed"), (summary.count(Outcome.ERRORED), "could not run")]
    wrong = [f"{number} {what}" for number, what in counts if number]
    if wrong:
        return f"{', '.join(wrong)} of {_runs(runs)}"
    if summary.disparities:
        return "the languages of an example differ"
    if summary.flaky:
        return f"{summary.flaky} flaky of {_runs(runs)}"
    passed = summary.count(Outcome.PASSED)
    if summary.interrupted:
        return f"interrupted after {_runs(passed)} that passed"
    if not passed:
        return "nothing ran"
    if passed < runs:
        return f"{passed} passed, {runs - passed} skipped"
    return "1 run passed" if runs == 1 else f"all {runs} runs passed"


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number} runs"


def _cell(view: RunView) -> Cell:
    return Cell(view.anchor, view.outcome, view.sign, view.flaky, view.duration, view.brief, view.repetition)


_SIZES = {"BAR": BAR, "STRETCH": STRETCH, "TOP": TOP}
