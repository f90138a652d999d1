"""No report is of another mind than the exit code."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from dvara_examples.cli._tables import plan_lines
from dvara_examples.core.errors import ExitCode
from dvara_examples.core.runtime import Runtime
from dvara_examples.gateways.url import UrlGateway
from dvara_examples.records.model import Endpoint
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.session.plan import Plan
from tests.factories import make_transcript
from tests.reports.actions_runner import commands_in
from tests.reports.conftest import Write, make_result
from tests.reports.test_junit import read

FLAKY = make_result(variant_id="flaky[python]", earlier=(make_result(Outcome.FAILED),))
INTERNAL = make_result(Outcome.ERRORED, "internal[python]", internal=True)
RAN = (make_transcript(variant_id="apart[python]", stdout="x"), make_transcript(variant_id="apart[node]"))
APART = tuple(make_result(variant_id=t.run.variant_id, transcript=replace(t, scripted=True)) for t in RAN)
EACH = {outcome.value: (make_result(outcome, f"{outcome}[python]"),) for outcome in Outcome}
KINDS = {**EACH, "flaky": (FLAKY,), "internal": (INTERNAL,), "apart": APART}
MIXES = [mix for size in range(len(KINDS) + 1) for mix in combinations(KINDS, size)]


@pytest.mark.parametrize("how", [{}, {"interrupted": True}, {"allow_flaky": True}, {"part": True}], ids=str)
def test_every_mixture_of_outcomes(write: Write, how: dict[str, bool]) -> None:
    """A report is red where the exit code is not 0, and only there; and it counts what the summary counts."""
    for mix in MIXES:
        results = [result for word in mix for result in KINDS[word]]
        hold(write, results, how)


def hold(write: Write, results: Sequence[RunResult], how: dict[str, bool]) -> None:
    """Let each report be written of *results*, and hold it against their sum."""
    summary = Summary.of(results, **how)
    red = summary.exit_code is not ExitCode.OK
    said = json.loads(write("json", *results, **how))["summary"]
    assert said["exit_code"] == summary.exit_code
    assert said["counts"] == {outcome.value: summary.count(outcome) for outcome in Outcome}
    assert json.loads(write("events", *results, **how).splitlines()[-1])["summary"] == said
    junit = read(write("junit", *results, **how))
    assert bool(junit.failures + junit.errors) is red
    assert any(command.name == "error" for command in commands_in(write("github", *results, **how))) is red
    page = write("markdown", *results, **how)
    assert page.startswith(f"## dvara-examples: {'not passed' if red else 'passed'}\n")
    assert f"Exit code {summary.exit_code.value}." in page
    assert f"exit code {summary.exit_code.value}</" in write("html", *results, **how)


@pytest.mark.parametrize("kind", ["junit", "markdown"])
def test_a_report_names_what_started_the_scripts(write: Write, kind: str) -> None:
    """A Java script built by JBang and one that this tool built itself may differ: every report says which it was."""
    result = make_result(variant_id="stream-basic[java]")
    assert result.transcript is not None
    run = replace(result.transcript.run, launcher="jbang")
    text = write(kind, replace(result, transcript=replace(result.transcript, run=run)))
    expected = {"junit": 'name="stream-basic[java].launcher" value="jbang"', "markdown": "Started by jbang (java)."}[kind]
    assert expected in text


def test_a_runtime_names_what_builds_its_scripts() -> None:
    """The first line of a session and the plan show it; a runtime that starts scripts itself has nothing to add."""
    java = Runtime("java", "21", Path("/jdk/bin/java"), "PATH", {"launcher": "built-in"})
    gateway = UrlGateway(Endpoint("http://127.0.0.1:1/v1", "key"), "somewhere")
    assert "java      21  PATH  /jdk/bin/java (built-in)" in list(plan_lines(Plan((), (java,)), gateway, {}))
    assert replace(java, details={}).built_by == ""
