"""What ``--report`` takes, and what becomes of a report that fails."""

import io
from pathlib import Path
from typing import TextIO

import pytest

from dvara_examples.core.errors import ExitCode, ReportError
from dvara_examples.core.values import InvalidValue
from dvara_examples.records.results import Summary
from dvara_examples.reports._opening import ReportRequest, Surroundings, open_reports, parse_request
from tests.reports.conftest import about, make_result


def around(cwd: Path, stdout: TextIO | None = None, folder: Path | None = None) -> Surroundings:
    """Return where reports go when one stands in *cwd*."""
    stream = stdout or io.StringIO()
    return Surroundings(folder or cwd, cwd, stream, stream)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("json", ReportRequest("json")),
        ("json=a=b.json", ReportRequest("json", "a=b.json")),
        ("json=-", ReportRequest("json", "-")),
    ],
)
def test_a_kind_and_perhaps_a_path(text: str, parsed: ReportRequest) -> None:
    """Everything behind the first equals sign is the path."""
    assert parse_request(text) == parsed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("jsn", "did you mean 'json'?"),
        ("json=", "expected a path or - (stdout) after the equals sign, found 'json='"),
        ("terminal", "json"),
        ("", "json"),
        ("html:new/x.html", "expected KIND=PATH, found 'html:new/x.html'; did you mean html=new/x.html?"),
    ],
)
def test_what_is_no_report_is_refused(text: str, told: str) -> None:
    """The nearest kind is named; the report for people is none that one can ask for."""
    with pytest.raises(InvalidValue) as caught:
        parse_request(text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "pair",
    [
        (ReportRequest("json", "a"), ReportRequest("json", "b/../a")),
        (ReportRequest("json", "-"), ReportRequest("json", "/dev/stdout")),
        (ReportRequest("json"), ReportRequest("json")),
        (ReportRequest("json"), ReportRequest("json", "runs/report.json")),
        (ReportRequest("json", "link"), ReportRequest("json", "a")),
    ],
)
def test_two_reports_to_one_place_are_refused(tmp_path: Path, pair: tuple[ReportRequest, ReportRequest]) -> None:
    """Whichever way the place is spelt."""
    (tmp_path / "b").mkdir()
    (tmp_path / "link").symlink_to("a")
    opening = open_reports(pair, about(), around(tmp_path, folder=tmp_path / "runs"))
    with pytest.raises(ReportError, match=r"two reports would go to .*: --report json.* and --report json") as caught, opening:
        pass
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_report_that_cannot_be_written_takes_nothing_along(tmp_path: Path) -> None:
    """The other one is whole, the failure is told with its cause, and a session that went well ends with 3."""
    wanted = [ReportRequest("json", "/dev/full"), ReportRequest("json", "good.json")]
    summary = Summary.of([make_result()])
    with open_reports(wanted, about(), around(tmp_path)) as opened:
        for reporter in opened.reporters:
            reporter.close(summary)
    (failure,) = opened.failures
    assert failure == (
        "the report json is not written: the operating system refused: No space left on device (/dev/full); "
        "make room or name another path",
        ExitCode.NOT_RUN,
    )
    assert (tmp_path / "good.json").read_text("utf-8").startswith("{")
    assert opened.exit_code(summary) is ExitCode.NOT_RUN
    assert opened.exit_code(Summary.of([], interrupted=True)) is ExitCode.INTERRUPTED


def test_a_reader_that_leaves_is_no_failure(tmp_path: Path) -> None:
    """Whoever closed the other end of stdout has seen enough."""

    class Gone(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    summary = Summary.of([make_result()])
    with open_reports([ReportRequest("json", "-")], about(), around(tmp_path, Gone())) as opened:
        opened.reporters[0].close(summary)
    assert (opened.failures, opened.exit_code(summary)) == ([], ExitCode.OK)


def test_a_fault_in_a_report_is_told_as_one(tmp_path: Path) -> None:
    """An exception in a report ends that report alone, with the place in the program and exit code 5."""
    summary = Summary.of([make_result()])
    with open_reports([ReportRequest("json", "a")], about(), around(tmp_path)) as opened:
        opened.reporters[0].result(None)  # type: ignore[arg-type]
        opened.reporters[0].close(summary)
    ((sentence, _),) = opened.failures
    assert "internal error: AttributeError" in sentence
    assert "_facts.py:" in sentence
    assert opened.exit_code(summary) is ExitCode.INTERNAL
