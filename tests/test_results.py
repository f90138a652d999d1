"""Exit codes follow from outcomes."""

from dataclasses import replace

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.verdict import Outcome, Verdict
from tests.factories import make_transcript


def results(*outcomes: Outcome) -> list[RunResult]:
    """Build one result per outcome."""
    return [RunResult(f"x{i}[node]", "node", Verdict(outcome)) for i, outcome in enumerate(outcomes)]


P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((P,), ExitCode.OK),
        ((P, S), ExitCode.OK),
        ((P, F), ExitCode.FAILED),
        ((P, E), ExitCode.NOT_RUN),
        ((F, E), ExitCode.FAILED),
        ((S, S), ExitCode.NOTHING_SELECTED),
        ((), ExitCode.NOTHING_SELECTED),
    ],
)
def test_the_exit_code_follows_from_the_outcomes(outcomes: tuple[Outcome, ...], code: ExitCode) -> None:
    """A failed expectation outweighs what could not run, and a session in which nothing ran is no success."""
    assert Summary.of(results(*outcomes)).exit_code is code


def test_an_interruption_and_a_fault_of_the_program_go_before_all() -> None:
    """130 and 5 are told even when all that ended has passed."""
    assert Summary.of(results(P), interrupted=True).exit_code is ExitCode.INTERRUPTED
    internal = [*results(F), RunResult("y[node]", "node", Verdict(E), internal=True)]
    assert Summary.of(internal).exit_code is ExitCode.INTERNAL


def test_the_summary_counts_every_outcome() -> None:
    """All four counts stand in the line, also those of nought."""
    assert str(Summary.of(results(P, P, F))) == "3 runs: 2 passed, 1 failed, 0 errored, 0 skipped"
    assert str(Summary.of(results(S))) == "1 run: 0 passed, 0 failed, 0 errored, 1 skipped"


def test_a_flaky_run_is_red_unless_it_is_allowed() -> None:
    """It counts as passed, is counted among them, and decides about the exit code."""
    failed, passed = results(F, P)
    flaky = replace(passed, earlier=(failed,))
    assert flaky.flaky
    assert Summary.of([flaky]).exit_code is ExitCode.FAILED
    assert Summary.of([flaky], allow_flaky=True).exit_code is ExitCode.OK
    assert str(Summary.of([flaky, passed])) == "2 runs: 2 passed (1 flaky), 0 failed, 0 errored, 0 skipped"
    assert not replace(failed, earlier=(failed,)).flaky


def test_runs_that_were_not_started_are_told_from_other_skips() -> None:
    """They are skipped, and the sum says how many of those would have started."""
    failed, skipped, other = results(F, S, S)
    summary = Summary.of([failed, replace(skipped, not_started=True), other])
    assert str(summary) == "3 runs: 0 passed, 1 failed, 0 errored, 2 skipped (1 not started)"
    assert summary.exit_code is ExitCode.FAILED


def test_a_shard_in_which_nothing_ran_is_no_finding() -> None:
    """Whether anything ran at all, only all shards together can tell."""
    assert Summary.of(results(S), part=True).exit_code is ExitCode.OK
    assert Summary.of([], part=True).exit_code is ExitCode.OK
    assert Summary.of(results(F), part=True).exit_code is ExitCode.FAILED


def test_repetitions_are_counted_per_variant() -> None:
    """So many of so many; what was skipped is no repetition."""
    made = [replace(each, variant_id="x[node]", repetition=n) for n, each in enumerate(results(P, F, P, S), 1)]
    assert [result.run_id for result in made][:2] == ["x[node] #1", "x[node] #2"]
    assert [str(repeated) for repeated in Summary.of(made).repeated] == ["x[node]: 2 of 3 passed"]


def test_parity_holds_between_languages_not_between_repetitions() -> None:
    """The first run of a language is compared with the first of the others; a run that changes is flakiness, and told as that."""

    def run(language: str, repetition: int, text: str) -> RunResult:
        seen = replace(make_transcript(variant_id=f"x[{language}]", stdout=text), scripted=True)
        return RunResult(f"x[{language}]", language, Verdict(P), seen, repetition=repetition)

    changing = [run("node", 1, "text"), run("java", 1, "text"), run("node", 2, ""), run("java", 2, "")]
    assert Summary.of(changing).disparities == ()
    differing = [run("node", 1, "text"), run("java", 1, ""), run("node", 2, "text"), run("java", 2, "")]
    assert [str(each) for each in Summary.of(differing).disparities] == ["x: node printed text, java printed nothing"]
