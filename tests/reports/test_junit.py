"""``--report junit`` held against the schema of Jenkins, and read back by a parser of JUnit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from junitparser import xunit2

from dvara_examples.records.parity import Disparity
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome
from tests.factories import make_transcript
from tests.reports.conftest import ONE_OF_EACH, Write, make_result

SCHEMA = xmlschema.XMLSchema10(str(Path(__file__).parents[1] / "data" / "junit" / "junit-10.xsd"))


def read(text: str) -> Any:  # noqa: ANN401 - the parser's own types do not tell its flavours apart
    """Validate *text* and return what the parser makes of it."""
    SCHEMA.validate(text)
    return xunit2.JUnitXml.fromstring(text.encode())


def outcomes(suite: Iterable[Any]) -> list[str]:
    """Return the elements that tell how each case of *suite* came out."""
    return [" ".join(type(result).__name__ for result in case.result) or "Passed" for case in suite]


def test_there_is_a_suite_per_language(write: Write) -> None:
    """Failures and errors are counted apart, skips have their reason, and the sums are right."""
    report = read(write("junit", *ONE_OF_EACH))
    suites = list(report)
    assert [suite.name for suite in suites] == ["python", "java"]
    for suite in suites:
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
        assert outcomes(suite) == ["Passed", "Failure", "Error", "Skipped"]
        assert next(result.message for case in suite for result in case.result if "Skip" in type(result).__name__) == (
            "no JDK 21 or newer was found"
        )
    assert (report.tests, report.failures, report.errors) == (8, 2, 2)


def test_a_failure_begins_with_file_and_line(write: Write) -> None:
    """As a compiler would write it; each place of an example stands in the suite's properties too."""
    (suite,) = read(write("junit", make_result(Outcome.FAILED)))
    (case,) = suite
    (failure,) = case.result
    assert failure.type == "ends"
    assert failure.message == "ends: it was cut"
    assert failure.text.startswith("examples/python/stream_basic.x:12: ends: it was cut\n")
    assert "expected  done" in failure.text
    places = [prop.value for prop in suite.properties() if prop.name == "stream-basic[python].place"]
    assert places == ["examples/python/stream_basic.x:12", "docs/streaming.md:40"]
    assert (case.name, case.classname, case.time) == ("stream-basic", "dvara-examples.python", 2.5)
    assert (case.system_out, case.system_err) == ("Hello world\n", "oops\n")


EARLIER = (make_result(Outcome.FAILED), make_result(Outcome.ERRORED, reason="no memory"))


def test_attempts_before_a_failure_are_told_as_surefire_does(write: Write) -> None:
    """A run that stayed red has its earlier attempts as reruns, each with what it printed."""
    (suite,) = read(write("junit", make_result(Outcome.FAILED, earlier=EARLIER)))
    (case,) = suite
    assert outcomes(suite) == ["Failure"]
    assert [type(rerun).__name__ for rerun in case.interim_result] == ["RerunFailure", "RerunError"]
    assert case.interim_result[0].system_out == "Hello world\n"
    assert case.interim_result[1].message == "no memory"


def test_a_repetition_has_its_number(write: Write) -> None:
    """Cases of one name would be taken for one."""
    (suite,) = read(write("junit", *(make_result(repetition=number) for number in (1, 2))))
    assert [case.name for case in suite] == ["stream-basic #1", "stream-basic #2"]


def test_an_allowed_flaky_run_has_passed(write: Write) -> None:
    """Its first attempts are there as Surefire has them; unless flaky runs are allowed, it is a failure with reruns."""
    flaky = make_result(earlier=EARLIER)
    (allowed,) = read(write("junit", flaky, allow_flaky=True))
    (refused,) = read(write("junit", flaky))
    assert (outcomes(allowed), outcomes(refused)) == (["Passed"], ["Failure"])
    (case,), (red,) = allowed, refused
    assert [type(attempt).__name__ for attempt in case.interim_result] == ["FlakyFailure", "FlakyError"]
    assert [type(attempt).__name__ for attempt in red.interim_result] == ["RerunFailure", "RerunError"]
    assert red.result[0].message == "flaky: passed at attempt 3, after ends: it was cut; no memory"


@pytest.mark.parametrize(
    ("results", "interrupted", "case", "kind"),
    [
        ((make_result(),), True, "interruption", "Error"),
        ((make_result(Outcome.SKIPPED),), False, "selection", "Error"),
    ],
)
def test_what_no_run_shows_has_a_suite_of_its_own(
    write: Write, results: Sequence[RunResult], interrupted: bool, case: str, kind: str
) -> None:
    """A session that ends red is red in the report, though no run has failed."""
    _, session = read(write("junit", *results, interrupted=interrupted))
    assert session.name == "session"
    assert [found.name for found in session] == [case]
    assert outcomes(session) == [kind]


def test_a_broken_parity_is_a_failure(write: Write) -> None:
    """It is the same kind of finding as one about a single run."""
    python, node = (
        replace(make_transcript(variant_id=f"a[{name}]", stdout=name[:-4]), scripted=True) for name in ("python", "node")
    )
    results = [make_result(variant_id=t.run.variant_id, transcript=t) for t in (python, node)]
    assert Summary.of(results).disparities == (Disparity("a", (("python", "printed text"), ("node", "printed nothing"))),)
    *_, session = read(write("junit", *results))
    assert outcomes(session) == ["Failure"]
    assert "python printed text, node printed nothing" in session.tostring().decode()


def test_what_xml_cannot_hold_is_made_visible(write: Write) -> None:
    """No character is lost in silence, and the end of a CDATA section is but text."""
    nasty = "\x1b[31m]]>\0\ufffe\ud800\x85 ok \U0001f600"
    text = write("junit", make_result(transcript=make_transcript(stdout="x"), reason=nasty, outcome=Outcome.FAILED))
    (suite,) = read(text)
    (case,) = suite
    assert "\\x1b[31m]]>\\x00\\ufffe\\ud800\\x85 ok \U0001f600" in case.result[0].text


def test_long_output_is_cut(write: Write) -> None:
    """Ten megabytes of output are some kilobytes of report."""
    (suite,) = read(write("junit", make_result(transcript=make_transcript(stdout="x" * 10_000_000))))
    (case,) = suite
    assert "characters left out" in case.system_out
    assert len(case.system_out) < 20_000


def test_an_empty_session_is_valid(write: Write) -> None:
    """Nothing to tell is told in the right form."""
    (session,) = read(write("junit"))
    assert outcomes(session) == ["Error"]
