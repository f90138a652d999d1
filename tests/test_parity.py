"""What is said of an example that does not do the same in every language."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.records.model import Ending
from dvara_examples.records.parity import parity
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.transcript import Exchange, KnownFailure, ProcessEnd, Transcript
from dvara_examples.session.judge import judge
from tests.factories import make_exchange, make_transcript, numbered

ONE = (make_exchange(),)


def ran(
    language: str, *, exit_code: int = 0, stdout: str = "Hello", exchanges: Sequence[Exchange] = ONE, example: str = "x"
) -> Transcript:
    """Return a run of one language at a gateway whose answers are scripted."""
    end = ProcessEnd(exit_code, duration_s=1.0, ended_at_s=1.0)
    seen = make_transcript(variant_id=f"{example}[{language}]", stdout=stdout, exchanges=exchanges, process=end)
    return replace(seen, scripted=True)


CUT = (make_exchange(ending=Ending.TRUNCATED),)
TWICE = numbered(make_exchange(ending=Ending.TRUNCATED), make_exchange())


def test_languages_that_do_the_same_are_not_mentioned() -> None:
    """The text may differ, and so may the number of a failure; a line end alone is no text."""
    assert parity([ran("python"), ran("node", stdout="hello\n"), ran("java")]) == ()
    assert parity([ran("python", stdout=""), ran("java", stdout="\n")]) == ()
    assert parity([ran("python", exit_code=1), ran("java", exit_code=2)]) == ()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (ran("node", exit_code=1), ["x: python exit 0, node exit 1, java exit 0"]),
        (ran("node", stdout=""), ["x: python printed text, node printed nothing, java printed text"]),
        (ran("node", exchanges=CUT), ["x: python ends done, node ends truncated, java ends done"]),
        (
            ran("node", exchanges=TWICE),
            [
                "x: python 1 request, node 2 requests, java 1 request",
                "x: python ends done, node ends truncated then done, java ends done",
            ],
        ),
        (
            replace(ran("node"), process=ProcessEnd(None, signal="SIGSEGV")),
            ["x: python exit 0, node SIGSEGV, java exit 0"],
        ),
    ],
)
def test_each_difference_is_a_line_with_all_languages(other: Transcript, told: list[str]) -> None:
    """Exit, requests, endings and output are compared, and a line says what each language did."""
    assert [str(disparity) for disparity in parity([ran("python"), other, ran("java")])] == told


def test_examples_are_compared_among_themselves() -> None:
    """Two examples may do different things, and the one that differs within itself is named."""
    runs = [ran("python"), ran("python", exit_code=1, example="y"), ran("node"), ran("node", example="y")]
    assert [str(disparity) for disparity in parity(runs)] == ["y: python exit 1, node exit 0"]


@pytest.mark.parametrize(
    "left_out",
    [
        replace(ran("node", exit_code=1), scripted=False),
        replace(ran("node", exit_code=1), known_failure=KnownFailure(("exit",), "the SDK is to blame")),
        replace(ran("node"), process=ProcessEnd(1, error="the bound of 3 requests is reached")),
        replace(ran("node"), process=ProcessEnd(130, interrupted=True)),
    ],
)
def test_runs_that_prove_nothing_are_left_out(left_out: Transcript) -> None:
    """Another wire, a known failure, a run that was errored or interrupted: none of them breaks parity."""
    assert parity([ran("python"), left_out, ran("java")]) == ()


def test_an_override_frees_its_language_and_nothing_else() -> None:
    """A language whose own ``exit`` is overridden is not compared in that; the others are, and it is in all else."""
    node = replace(ran("node", exit_code=1, stdout=""), overrides=("exit",))
    told = [str(disparity) for disparity in parity([ran("python"), node, ran("java", exit_code=3)])]
    assert told == [
        "x: python exit 0, java exit 3",
        "x: python printed text, node printed nothing, java printed text",
    ]


def test_a_broken_parity_fails_a_session_in_which_every_run_passed() -> None:
    """An expectation that is wide enough for both behaviours does not hide the difference from the exit code."""
    runs = [replace(ran(language, exit_code=code), expect={"requests": 1}) for language, code in (("node", 0), ("java", 1))]
    results = [RunResult(run.run.variant_id, run.run.language, judge(run), run) for run in runs]
    assert {result.verdict.outcome for result in results} == {"passed"}
    assert Summary.of(results).exit_code is ExitCode.FAILED
    assert Summary.of(results[:1]).exit_code is ExitCode.OK
