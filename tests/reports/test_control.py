"""What all reports say of shards, repetitions and runs that were tried again."""

from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import report_module
from dvara_examples.reports._target import file_target
from tests.reports.conftest import about, make_result


def written(kind: str, path: Path, *results: RunResult, shard: str | None = None) -> str:
    """Return the report of *kind* about *results*."""
    with file_target(path) as target:
        reporter = report_module(kind).open_report(replace(about(results), shard=shard), target)
        for result in results:
            reporter.result(result)
        reporter.close(Summary.of(results, part=shard is not None))
    return path.read_text("utf-8")


@pytest.mark.parametrize("kind", ["events", "html", "json", "junit", "markdown"])
def test_a_report_says_which_shard_it_is_about(kind: str, tmp_path: Path) -> None:
    """A part is not taken for the whole; if there are no shards, there is no word of them."""
    assert "2/4" in written(kind, tmp_path / "part", make_result(), shard="2/4")
    assert "2/4" not in written(kind, tmp_path / "whole", make_result())


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_a_report_for_people_says_how_many_repetitions_passed(kind: str, tmp_path: Path) -> None:
    """One line per variant."""
    outcomes = (Outcome.PASSED, Outcome.FAILED, Outcome.PASSED)
    results = [make_result(outcome, repetition=number) for number, outcome in enumerate(outcomes, 1)]
    assert "2 of 3 passed" in written(kind, tmp_path / "out", *results)


def test_repetitions_share_a_row_of_the_page(tmp_path: Path) -> None:
    """What was planned and what has run are the same example."""
    results = [make_result(repetition=number) for number in (1, 2)]
    path = tmp_path / "page"
    with file_target(path) as target:
        planned = tuple((result.run_id, result.language) for result in results)
        reporter = report_module("html").open_report(replace(about(), planned=planned), target)
        for result in results:
            reporter.result(result)
        reporter.close(Summary.of(results))
    rows = path.read_text("utf-8").partition('<table class="matrix">')[2].partition("</table>")[0]
    assert rows.count('<th scope="row">') == 1
