"""``--report events`` read line by line while it is written."""

import json
from collections.abc import Callable
from pathlib import Path

from jsonschema import Draft202012Validator

from dvara_examples.records.results import Preparing, RunFinished, RunPrinted, RunStarted, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import Reporter, report_module
from dvara_examples.reports._schema import events_schema
from dvara_examples.reports._target import file_target
from tests.reports.conftest import ONE_OF_EACH, about, make_result

VALIDATOR = Draft202012Validator(events_schema())


def test_each_line_is_there_as_soon_as_it_happened(tmp_path: Path) -> None:
    """Whoever follows the file sees a whole, valid line per event, with times that never go back."""
    path = tmp_path / "events"
    with file_target(path) as target:
        reporter: Reporter = report_module("events").open_report(about(ONE_OF_EACH), target)
        steps: list[tuple[str, Callable[[], None]]] = [
            ("preparing", lambda: reporter.event(Preparing("fetching"))),
            ("run_started", lambda: reporter.event(RunStarted("stream-basic[python]", 0.1))),
            ("run_finished", lambda: reporter.event(RunFinished("stream-basic[python]", Outcome.FAILED))),
            ("result", lambda: reporter.result(make_result(Outcome.FAILED))),
            ("session_finished", lambda: reporter.close(Summary.of([make_result(Outcome.FAILED)]))),
        ]
        for number, (word, step) in enumerate(steps, 2):
            step()
            text = path.read_text("utf-8")
            assert text.endswith("\n")
            lines = [json.loads(line) for line in text.splitlines()]
            assert len(lines) == number
            assert lines[-1]["event"] == word
            VALIDATOR.validate(lines[-1])
    VALIDATOR.validate(lines[0])
    assert lines[0]["version"] == 1
    assert lines[-1]["summary"]["exit_code"] == 1
    times = [line["at_s"] for line in lines]
    assert times == sorted(times)


def test_what_an_example_prints_is_no_event(tmp_path: Path) -> None:
    """It may hold secrets as long as its run has not ended."""
    with file_target(tmp_path / "events") as target:
        reporter = report_module("events").open_report(about(), target)
        reporter.event(RunPrinted("a[node]", "stdout", b"gw_secret"))
    assert "gw_secret" not in (tmp_path / "events").read_text("utf-8")


def test_a_line_that_is_none_of_them_is_not_valid() -> None:
    """The schema tells the lines apart by their first word."""
    assert not VALIDATOR.is_valid({"event": "something", "at_s": 0.0})
    assert not VALIDATOR.is_valid({"event": "run_started", "at_s": 0.0})
