"""What people see."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.records.model import Ending
from dvara_examples.records.results import Preparing, RunFinished, RunPrinted, RunResult, RunStarted, Summary
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.reports.terminal import TerminalReport
from dvara_examples.session.judge import judge
from tests.factories import make_exchange, make_transcript

SECRET = "gw_0123456789abcdef0123"
HERE = Path("/here")


class Screen:
    """A world with streams that can be read, and a report that writes to them."""

    def __init__(self, environ: Mapping[str, str] | None = None, *, verbose: bool = False) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.world = World(environ or {}, HERE, HERE, HERE, HERE, HERE, self.out, self.err)
        self.report = TerminalReport(self.world, total=2, width=20, verbose=verbose)

    def close(self, *results: RunResult, interrupted: bool = False) -> str:
        """Hand over *results*, close, and return all that stdout got."""
        for result in results:
            self.report.result(result)
        self.report.close(Summary.of(results, interrupted=interrupted))
        return self.out.getvalue()


def result_of(transcript: Transcript) -> RunResult:
    """Judge *transcript* and wrap the verdict."""
    return RunResult(transcript.run.variant_id, transcript.run.language, judge(transcript), transcript, Path("/runs/x.jsonl"))


PASSED = result_of(make_transcript(stdout="Hello world", exchanges=[make_exchange()], expect={"exit": 0}))
FAILED = result_of(
    make_transcript(
        variant_id="stream-basic[node]",
        stdout="Hello wor\n",
        stderr="oops\n",
        exchanges=[make_exchange("Hello wor", ending=Ending.TRUNCATED, error="FIN before the last chunk")],
        expect={"exit": "nonzero", "ends": "truncated"},
    )
)


def test_the_summary_repeats_only_what_did_not_pass() -> None:
    """A passed run has its line and no more; a failed one has expected, seen, both timelines and a command."""
    text = Screen().close(PASSED, FAILED)
    assert "passed  stream-basic[python]" in text
    assert "FAILED  stream-basic[node]" in text
    _, _, summary = text.partition("FAILED stream-basic[node]\n")
    assert "stream-basic[python]" not in summary
    for part in (
        "a non-zero exit code",
        "exit code 0",
        "request 1: POST /v1/chat/completions → 200",
        "truncated (FIN before the last chunk)",
        "Hello wor",
        "oops",
        "dvara-examples run 'stream-basic[node]'",
        "/runs/x.jsonl",
        "2 runs: 1 passed, 1 failed, 0 errored, 0 skipped",
    ):
        assert part in summary, f"{part!r} is missing in\n{summary}"


def test_files_are_named_as_seen_from_here() -> None:
    """A path below the working folder is told without it, any other whole."""
    world = Screen().world
    assert world.shown(HERE / "runs" / "x.jsonl") == "runs/x.jsonl"
    assert world.shown(Path("/elsewhere/x.jsonl")) == "/elsewhere/x.jsonl"


def test_a_pipe_gets_plain_lines() -> None:
    """No escape sequence and no carriage return reaches what is no terminal."""
    screen = Screen()
    screen.report.event(RunStarted("stream-basic[python]", 0.0))
    screen.report.event(Preparing("fetching"))
    text = screen.close(PASSED)
    assert "\x1b" not in text
    assert "\r" not in text
    assert "preparing  fetching" in screen.err.getvalue()


@pytest.mark.parametrize("environ", [{"FORCE_COLOR": "1"}, {"FORCE_COLOR": "0"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}])
def test_a_file_gets_no_cursor_movements(environ: dict[str, str]) -> None:
    """Colour may be forced into a file; there is no cursor in it to move, and without colour no escape sequence at all."""
    screen = Screen({**environ, "TERM": "xterm"})
    screen.report.event(RunStarted("stream-basic[python]", 0.0))
    screen.report.tick()
    text = screen.close(PASSED, FAILED)
    assert not re.search(r"\x1b\[[0-9;?]*[^m0-9;?]|\r", text)
    assert ("\x1b" in text) is (environ == {"FORCE_COLOR": "1"})


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "false"}, False),
    ],
)
def test_colour_follows_the_usual_variables(environ: dict[str, str], coloured: bool) -> None:
    """NO_COLOR outweighs FORCE_COLOR, and an empty variable counts as unset."""
    text = Screen({**environ, "CI": "1", "TERM": "xterm"}).close(FAILED)
    assert ("\x1b[1;31m" in text) is coloured


def test_reasons_stand_in_the_line() -> None:
    """A skip and an error say why at once."""
    skipped = RunResult("a[java]", "java", Verdict(Outcome.SKIPPED, reason="no JDK 21 or newer was found"))
    errored = RunResult("b[java]", "java", Verdict(Outcome.ERRORED, reason="Broken.java does not compile:\nline 3"))
    text = Screen().close(skipped, errored)
    assert "skipped  a[java]" in text
    assert "no JDK 21 or newer was found" in text
    assert "line 3" in text


def test_a_known_failure_is_told_where_the_run_passes() -> None:
    """The line of a run that passed although something failed says why; the summary has nothing more to say of it."""
    known = replace(FAILED, verdict=replace(FAILED.verdict, outcome=Outcome.PASSED, reason="known failure: not skipped"))
    text = Screen().close(known)
    assert re.search(r"passed  stream-basic\[node\] .*  known failure: not skipped\n", text)
    assert "FAILED" not in text


def test_one_reason_for_many_runs_is_told_once() -> None:
    """Six runs that lack the same JDK are one remark in the summary, with all their names."""
    reason = "JDK 21 or newer is needed, found 17.0.15 at /usr/lib/jvm/java-17; install one and set JAVA_HOME, or name its folder"
    skipped = [RunResult(f"{name}[java]", "java", Verdict(Outcome.SKIPPED, reason=reason)) for name in "abc"]
    text = Screen().close(*skipped)
    assert text.count(reason) == 1
    assert "skipped a[java], b[java], c[java]\n" in text
    assert text.count("  JDK 21 or newer is needed, found 17.0.15 at /usr/lib/jvm/java-17; ...") == 3


def test_output_is_shown_line_by_line_and_without_secrets() -> None:
    """Pieces of two runs do not mix within a line, and a key that arrives in two pieces is masked."""
    screen = Screen({"DVARA_API_KEY": SECRET}, verbose=True)
    for event in (
        RunPrinted("a[node]", "stdout", b"first half, "),
        RunPrinted("b[node]", "stdout", b"other\n"),
        RunPrinted("a[node]", "stdout", f"second half, key {SECRET[:9]}".encode()),
        RunPrinted("a[node]", "stdout", f"{SECRET[9:]}\n\xe4 no newline".encode()),
        RunFinished("a[node]", Outcome.PASSED),
    ):
        screen.report.event(event)
    lines = [line.split("│ ")[1] for line in screen.out.getvalue().splitlines()]
    assert lines == ["other", f"first half, second half, key {'*' * len(SECRET)}", "\xe4 no newline"]


def test_what_an_example_writes_cannot_steer_the_terminal() -> None:
    """Escape sequences are shown as text."""
    screen = Screen(verbose=True)
    screen.report.event(RunPrinted("a[node]", "stdout", b"\x1b[2Jwiped\x07\n"))
    assert "\\x1b[2Jwiped\\x07" in screen.out.getvalue()
    evil = result_of(make_transcript(stdout="\x1b[2Jwiped\n", expect={"exit": 3}))
    assert "\x1b" not in screen.close(evil)


def test_an_interruption_is_told() -> None:
    """The last lines say that there would have been more."""
    assert "interrupted; what had ended is kept" in Screen().close(PASSED, interrupted=True)


def test_a_broken_parity_stands_above_the_sum() -> None:
    """What no single run can show is told in a line of its own."""
    python = replace(make_transcript(stdout="Hello"), scripted=True)
    node = replace(make_transcript(variant_id="stream-basic[node]"), scripted=True)
    lines = Screen().close(result_of(python), result_of(node)).splitlines()
    assert lines[-2] == "parity  stream-basic: python printed text, node printed nothing"
    assert lines[-1].startswith("2 runs: 2 passed")


def test_what_belongs_to_no_request_is_shown_beside_the_wire() -> None:
    """Where every connection was refused there is no request to show, and the note says why."""
    note = "fault: refuse: connection 1 was reset before it was read"
    failed = result_of(replace(make_transcript(expect={"requests": 1}), notes=(note,)))
    assert f"  wire      {note}\n" in Screen().close(failed)
