"""Whatever an example, a gateway or a manifest may hold, every report stays well-formed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dvara_examples.records.results import Preparing, RunResult, SourceLine, Summary
from dvara_examples.records.transcript import Output, OutputPiece
from dvara_examples.records.verdict import Finding, Outcome, Verdict, Witness
from dvara_examples.reports import SessionInfo, report_kinds, report_module
from dvara_examples.reports._schema import events_schema, report_schema
from dvara_examples.reports._target import file_target, stdout_target
from dvara_examples.reports._workflow import escape_workflow_commands
from dvara_examples.toolchains import Runtime
from tests.factories import make_exchange, make_transcript
from tests.reports.actions_runner import commands_in
from tests.reports.test_junit import read
from tests.reports.test_markdown import OURS, Page

NASTY = (
    *("]]>", "<![CDATA[", "\x1b[31m", "##[error]x", "\n::error::x", "```", "~~~", "|", "<script>", "</details>", "&amp;", "@you"),
    *("\u202e", "\r", "\0", "\ufeff", "\ufffe", "\ud800", "\udfff", "%0A", "\u2028", "\x85", "\U0001f600", "\\", "\n\n", "    "),
)
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec=None)), st.just("word")), max_size=6).map("".join)
names = texts.map(lambda text: text or "x")
numbers = st.floats(0, 1e9)
places = st.builds(SourceLine, names, st.integers(1, 10**6))
findings = st.builds(Finding, names, st.sampled_from(Witness), st.booleans(), texts, texts, texts, texts)
verdicts = st.builds(Verdict, st.sampled_from(Outcome), st.lists(findings, max_size=2).map(tuple), texts)


@st.composite
def outputs(draw: st.DrawFn) -> Output:
    """Draw what a pipe got: any bytes, some of them text, some of it not kept."""
    data = draw(st.one_of(st.binary(max_size=60), texts.map(lambda text: text.encode("utf-8", "surrogatepass"))))
    tail = draw(st.binary(max_size=9))
    return Output((OutputPiece(0.5, data),), len(data) + (1000 if tail else 0), tail)


@st.composite
def results(draw: st.DrawFn, *, nested: bool = True) -> RunResult:
    """Draw a result of any outcome, with or without a transcript and earlier attempts."""
    exchange = make_exchange(draw(texts), error=draw(st.none() | texts), notes=(draw(texts),))
    transcript = replace(make_transcript(exchanges=[exchange]), stdout=draw(outputs()), stderr=draw(outputs()))
    return RunResult(
        variant_id=draw(names),
        language=draw(names),
        verdict=draw(verdicts),
        transcript=draw(st.sampled_from([None, transcript])),
        internal=draw(st.booleans()),
        interrupted=draw(st.booleans()),
        title=draw(texts),
        places=tuple(draw(st.lists(places, max_size=2))),
        repetition=draw(st.none() | st.integers(1, 9)),
        earlier=tuple(draw(st.lists(results(nested=False), max_size=2))) if nested else (),
    )


def whole_json(text: str) -> None:
    """Read a document."""
    Draft202012Validator(report_schema()).validate(json.loads(text))


def whole_lines(text: str) -> None:
    """Read a line per event."""
    for line in text.split("\n")[:-1]:
        Draft202012Validator(events_schema()).validate(json.loads(line))


def whole_junit(text: str) -> None:
    """Read it as Jenkins does."""
    read(text)


def only_our_markup(text: str) -> None:
    """Render it, and find no element that is not ours."""
    assert set(Page(text).tags) <= OURS


def only_annotations(text: str) -> None:
    """Read it as the runner does: a command per line, and none but annotations."""
    found = commands_in(text)
    assert len(found) == text.count("\n") <= 11
    assert {command.name for command in found} <= {"error", "warning", "notice"}


CHECKS: Mapping[str, Callable[[str], None]] = {
    "json": whole_json,
    "events": whole_lines,
    "junit": whole_junit,
    "markdown": only_our_markup,
    "github": only_annotations,
}


@pytest.mark.parametrize("kind", [kind for kind in report_kinds() if kind in CHECKS])
@given(st.lists(results(), max_size=3), texts, st.booleans())
@settings(max_examples=30)
def test_every_report_stays_well_formed(kind: str, found: list[RunResult], text: str, interrupted: bool) -> None:
    """A program that is not ours reads what is written, for any content; and on stdout no line of it is smuggled."""
    runtime = Runtime(text, text, Path("/x"), text)
    planned = tuple((result.variant_id, result.language) for result in found)
    info = SessionInfo("0.1.0", "2026-11-22T20:00:00+00:00", text, text, (runtime,), planned, text)
    out = StringIO()
    with TemporaryDirectory() as folder, file_target(Path(folder, "out")) as target:
        on_stdout = stdout_target(escape_workflow_commands(out))
        for where in (target, on_stdout):
            reporter = report_module(kind).open_report(info, where)
            reporter.event(Preparing(text))
            for result in found:
                reporter.result(result)
            reporter.close(Summary.of(found, interrupted=interrupted))
        CHECKS[kind](Path(folder, "out").read_bytes().decode())
    assert commands_in(out.getvalue()) == []
