"""What no lock file pins is told by every report for people, with the day since when it is what it is."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.records.locked import unlocked_places
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports.terminal import TerminalReport
from tests.reports.conftest import Write, make_result

TOLD = "x/requirements.txt (resolved on 2026-05-04, 2 runs)"


def needing(dependencies: str, variant_id: str = "a[python]") -> RunResult:
    """Return a run whose dependencies are stated so."""
    result = make_result(variant_id=variant_id)
    assert result.transcript is not None
    seen = result.transcript
    return replace(result, transcript=replace(seen, run=replace(seen.run, dependencies=dependencies)))


RESULTS = (
    needing("x/requirements.txt, not locked, resolved on 2026-05-04"),
    needing("x/requirements.txt, not locked, resolved on 2026-05-04", "b[python]"),
    needing("y/requirements.txt", "c[python]"),
    make_result(Outcome.SKIPPED, "d[python]"),
)


def test_each_place_is_told_once() -> None:
    """With its day and the number of its runs; what is locked, and what did not run, is not among them."""
    assert unlocked_places(RESULTS) == (TOLD,)
    assert unlocked_places([needing("packages (x, y), not locked")]) == ("packages (x, y) (1 run)",)
    assert unlocked_places([needing("a.py"), needing("")]) == ()


@pytest.mark.parametrize("kind", ["markdown", "junit", "html"])
def test_reports_tell_what_is_not_locked(write: Write, kind: str) -> None:
    """Once in a session where a list is not locked, and nowhere in one where all are."""
    text = write(kind, *RESULTS).replace("&#46;", ".").replace("&#45;", "-").replace("&#41;", ")").replace("&#40;", "(")
    assert text.count(TOLD) == 1
    assert text.lower().count("not locked") >= 1


@pytest.mark.parametrize("kind", ["markdown", "junit", "html"])
def test_reports_of_locked_lists_say_nothing(write: Write, kind: str) -> None:
    """No report warns if there is nothing to warn of."""
    assert "not locked" not in write(kind, RESULTS[2]).lower()


def test_the_summary_in_the_terminal_tells_what_is_not_locked() -> None:
    """Above the sum, once for all runs."""
    out, here = io.StringIO(), Path("/here")
    report = TerminalReport(World({}, here, here, here, here, here, out, io.StringIO()), total=4, width=20)
    for result in RESULTS:
        report.result(result)
    report.close(Summary.of(RESULTS))
    assert f"not locked  {TOLD}\n" in out.getvalue()
