"""Every report that is found fulfils the contract of its package."""

from pathlib import Path

import pytest

from dvara_examples.cli.run import command
from dvara_examples.records.results import Preparing, RunFinished, RunPrinted, RunStarted, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import Target, report_kinds, report_module
from tests.reports.conftest import ONE_OF_EACH, about

EVENTS = (
    Preparing("fetching"),
    RunStarted("stream-0[python]", 0.5),
    RunPrinted("stream-0[python]", "stdout", b"Hello \xff"),
    RunFinished("stream-0[python]", Outcome.PASSED),
)


def test_the_report_for_people_is_no_kind() -> None:
    """It is always there, and cannot be asked for twice."""
    assert "json" in report_kinds()
    assert "terminal" not in report_kinds()


@pytest.mark.parametrize("kind", report_kinds())
def test_the_module_keeps_the_contract(kind: str) -> None:
    """It names its file, and writes at the end, or all along, through the target that it was given."""
    module = report_module(kind)
    assert module.DEFAULT_NAME is None or Path(module.DEFAULT_NAME).name == module.DEFAULT_NAME
    written: list[str] = []
    appended: list[str] = []
    reporter = module.open_report(about(ONE_OF_EACH), Target(written.append, appended.append, Path("out")))
    for event in EVENTS:
        reporter.event(event)
        reporter.tick()
    for result in ONE_OF_EACH:
        reporter.result(result)
    assert written == []
    reporter.close(Summary.of(ONE_OF_EACH, interrupted=True))
    assert len(written) == 0 if appended else len(written) == 1
    assert "".join(written + appended)


def test_the_help_names_every_kind() -> None:
    """Whoever asks for help sees what there is."""
    (option,) = (parameter for parameter in command.params if parameter.name == "reports")
    told = str(getattr(option, "help", ""))
    assert [kind for kind in report_kinds() if kind not in told] == []
