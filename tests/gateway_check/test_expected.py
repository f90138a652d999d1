"""The file of known behaviour, and the reports."""

import json
import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from dvara_examples.cli import cli
from dvara_examples.gateway_check.cases import all_cases
from dvara_examples.gateway_check.check import CaseResult, Checked
from dvara_examples.gateway_check.expected import ExpectationFileError, changes, read_expected, write_expected
from dvara_examples.gateway_check.recording import EffectKind, GatewayEffect
from dvara_examples.gateway_check.tables import report, table

CASES = {case.id: case for case in all_cases()}
CHECKED = Checked(
    (
        CaseResult(CASES["cut"], (GatewayEffect(EffectKind.HIDDEN, "a | b <c>"),)),
        CaseResult(CASES["whole"], (GatewayEffect(EffectKind.CHANGED, "other ids"), GatewayEffect(EffectKind.RETRIED, "2"))),
    )
)


def test_what_was_written_is_met() -> None:
    """A file written from a check finds no change in the same check."""
    assert tuple(changes(CHECKED, read_expected(write_expected(CHECKED), "f"))) == ()


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ({"cut": ["hidden"], "whole": ["changed"]}, ["whole: expected changed, found changed and retried"]),
        ({"cut": ["reported"], "whole": ["retried", "changed"]}, ["cut: expected reported, found hidden"]),
        ({"whole": ["retried", "changed"]}, ["cut: expected nothing, found hidden"]),
    ],
)
def test_other_behaviour_is_a_change(cases: Mapping[str, list[str]], told: list[str]) -> None:
    """Worse, better or new: whoever wrote the file decides."""
    expected = read_expected(json.dumps({"version": 1, "cases": cases}), "f")
    assert [str(change) for change in changes(CHECKED, expected)] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 2\ncases: {}", "version"),
        ("version: 1\ncases: {cut: [hiden]}", "did you mean 'hidden'"),
        ("version: 1\ncase: {}", "did you mean 'cases'"),
        ("[", "found while parsing"),
        ("", "expected a mapping, found nothing"),
    ],
)
def test_a_wrong_file_is_named(text: str, told: str) -> None:
    """The sentence names the file and what is accepted."""
    with pytest.raises(ExpectationFileError, match=f"known.yaml.*{told}"):
        read_expected(text, "known.yaml")


def test_the_table_has_the_worst_first() -> None:
    """People read the top of a table."""
    lines = list(table(CHECKED))
    assert lines[0].split()[:2] == ["hidden", "cut"]
    assert lines[-1] == "1 hidden · 1 changed"


def test_reports_can_be_read_by_programs() -> None:
    """JSON and JUnit are well-formed, and what is hidden is a failure."""
    document = json.loads(report("json", CHECKED, None, "a relay"))
    assert [case["effects"][0]["kind"] for case in document["cases"]] == ["hidden", "changed"]
    root = ET.fromstring(report("junit", CHECKED, None, "a relay"))  # noqa: S314 - our own
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == ["cut"]
    assert "a \\| b &lt;c>" in report("markdown", CHECKED, None, "a relay")
    assert report("github", CHECKED, (), "a relay") == ""


def test_the_page_needs_nothing_else_and_says_what_is_wrong_first() -> None:
    """The HTML report names the gateway and the verdict, has the worst case first, and escapes what gateways wrote."""
    page = report("html", CHECKED, None, "command:<relay>")
    assert "1 hidden of 2 cases" in page
    assert "command:&lt;relay&gt;" in page
    assert page.index('<details class="run failed">') < page.index('<details class="run errored">')
    assert "a | b &lt;c&gt;" in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert "the behaviour is as expected" in report("html", CHECKED, (), "a relay").lower()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--case", "nothing"], "--list shows them"),
        (["--case", "silence-70s"], "add --slow"),
        (["--header", "x"], "expected NAME:VALUE"),
        (["--report", "pdf"], "expected one of github, html, json, junit, markdown"),
        (["--gateway", "podman:x"], "expected command:NAME or docker:NAME"),
    ],
)
def test_wrong_options_are_usage_errors(args: list[str], told: str) -> None:
    """Exit 2 with a sentence, before anything is opened."""
    result = CliRunner().invoke(cli, ["check-gateway", *args])
    assert result.exit_code == 2
    assert told in result.output


def test_every_case_is_listed() -> None:
    """Whoever writes an expectation file needs the ids."""
    listed = CliRunner().invoke(cli, ["check-gateway", "--list"]).output
    assert [case_id for case_id in CASES if f"\n{case_id} " not in f"\n{listed}"] == []
