"""Exit codes follow from outcomes."""

import pytest

from dvara_examples.errors import ExitCode
from dvara_examples.results import RunResult, Summary
from dvara_examples.verdict import Outcome, Verdict


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
