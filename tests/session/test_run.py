"""The life of a session: order, failures, retries, interruption."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.records.budget import RAISE_IT, Budget
from dvara_examples.selection.options import Control
from tests.session.conftest import REQUEST, Recorder, Repository, wait_for_file, write_file

MakeRepository = Callable[[int], Repository]


def test_results_come_in_plan_order_whatever_ends_first(make_repository: MakeRepository, tmp_path: Path) -> None:
    """A run that ends before an earlier one of the plan is reported after it."""
    repository, done = make_repository(2), tmp_path / "done"
    repository.add("first", wait_for_file([done]))
    repository.add("second", "")
    seen = repository.run(Recorder(on_finish=lambda _: done.touch()), jobs=2)
    assert seen.finished == ["second[python]", "first[python]"]
    assert seen.outcomes() == [("first", "passed"), ("second", "passed")]


def test_one_at_a_time_they_start_as_planned(make_repository: MakeRepository) -> None:
    """With one job, runs start in plan order, however long their answers are."""
    repository = make_repository(2)
    repository.add("brief", REQUEST)
    repository.add("lengthy", REQUEST, "    answers: [{text: a b c, piece_delay_s: 0.1}]\n    needs: [scripted]\n")
    assert repository.run(Recorder(), jobs=1).started == ["brief[python]", "lengthy[python]"]


def test_side_by_side_long_answers_start_first(make_repository: MakeRepository) -> None:
    """With several jobs and one slot to start in, the run with the longest answer starts first."""
    repository = make_repository(1)
    repository.add("brief", REQUEST)
    repository.add("lengthy", REQUEST, "    answers: [{text: a b c, piece_delay_s: 0.1}]\n    needs: [scripted]\n")
    seen = repository.run(Recorder(), jobs=2)
    assert seen.started == ["lengthy[python]", "brief[python]"]
    assert [name for name, _ in seen.outcomes()] == ["brief", "lengthy"]


def test_a_run_that_streams_makes_room_for_the_next(make_repository: MakeRepository, tmp_path: Path) -> None:
    """On one core, three runs are under way at once, as each has made its request before the next starts."""
    repository = make_repository(1)
    marks = [tmp_path / f"asked-{number}" for number in range(3)]
    for number, mark in enumerate(marks):
        repository.add(f"run-{number}", REQUEST + write_file(mark) + wait_for_file(marks))
    seen = repository.run(Recorder(), jobs=3)
    assert [outcome for _, outcome in seen.outcomes()] == ["passed"] * 3


def test_jobs_bound_all_runs_that_are_under_way(make_repository: MakeRepository) -> None:
    """With two jobs, never more than two runs are under way, though each leaves its slot for starting with its request."""
    repository = make_repository(4)
    for number in range(8):
        repository.add(f"run-{number}", REQUEST)
    seen = repository.run(Recorder(), jobs=2)
    assert seen.most_at_once == 2
    assert [outcome for _, outcome in seen.outcomes()] == ["passed"] * 8


def test_fail_fast_starts_nothing_after_the_first_failure(make_repository: MakeRepository) -> None:
    """After a failure the rest is skipped, each with the name of the run that ended the session."""
    repository = make_repository(2)
    repository.add("good", "")
    repository.add("bad", "raise SystemExit(1)")
    repository.add("late", "")
    seen = repository.run(Recorder(), jobs=1, control=Control(fail_fast=True))
    assert seen.started == ["good[python]", "bad[python]"]
    assert seen.outcomes() == [("good", "passed"), ("bad", "failed"), ("late", "skipped")]
    late = seen.results[-1]
    assert late.not_started
    assert "bad[python] failed" in late.verdict.reason


def test_without_fail_fast_a_failure_stops_nothing(make_repository: MakeRepository) -> None:
    """A failure alone keeps no other run from starting."""
    repository = make_repository(2)
    repository.add("bad", "raise SystemExit(1)")
    repository.add("late", "")
    assert repository.run(Recorder(), jobs=1).outcomes() == [("bad", "failed"), ("late", "passed")]


def test_a_retry_that_passes_makes_a_flaky_result(make_repository: MakeRepository, tmp_path: Path) -> None:
    """A run that fails at first and passes then is flaky, keeps its first result, and is not tried a third time."""
    repository, mark = make_repository(2), tmp_path / "tried"
    repository.add("shaky", shaky(mark))
    seen = repository.run(Recorder(), jobs=2, control=Control(retries=2))
    (result,) = seen.results
    assert seen.started == ["shaky[python]"] * 2
    assert result.flaky
    assert [str(earlier.verdict.outcome) for earlier in result.earlier] == ["failed"]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_run_that_keeps_failing_is_tried_so_many_times_more(make_repository: MakeRepository, retries: int) -> None:
    """A run that fails every time is started once, and once more per retry."""
    repository = make_repository(2)
    repository.add("bad", "raise SystemExit(1)")
    seen = repository.run(Recorder(), jobs=2, control=Control(retries=retries))
    (result,) = seen.results
    assert len(seen.started) == 1 + retries
    assert (str(result.verdict.outcome), len(result.earlier)) == ("failed", retries)


def shaky(mark: Path) -> str:
    """Return Python code that fails the first time and passes the next."""
    return f"import os, sys\nagain = os.path.exists({str(mark)!r})\n{write_file(mark)}sys.exit(not again)\n"


@pytest.mark.parametrize(("allow_flaky", "late"), [(False, "skipped"), (True, "passed")])
def test_fail_fast_ends_at_a_flaky_run_unless_those_are_allowed(
    make_repository: MakeRepository, tmp_path: Path, *, allow_flaky: bool, late: str
) -> None:
    """A run that passed at its second try is red by itself; the reason of those after it says so."""
    repository = make_repository(2)
    repository.add("shaky", shaky(tmp_path / "tried"))
    repository.add("late", "")
    control = Control(fail_fast=True, retries=1, allow_flaky=allow_flaky)
    seen = repository.run(Recorder(), jobs=1, control=control)
    assert seen.outcomes() == [("shaky", "passed"), ("late", late)]
    assert ("shaky[python] was flaky" in seen.results[-1].verdict.reason) is not allow_flaky
    assert seen.summary is not None
    assert seen.summary.exit_code is (ExitCode.OK if allow_flaky else ExitCode.FAILED)


def test_a_budget_that_is_spent_is_an_error_of_the_session(make_repository: MakeRepository) -> None:
    """The run whose request did not pass is no failure and is not tried again; those after it do not start."""
    repository = make_repository(2)
    repository.add("greedy", REQUEST + REQUEST)
    repository.add("late", REQUEST)
    seen = repository.run(Recorder(), jobs=1, control=Control(retries=2), budget=Budget(requests=1))
    assert seen.started == ["greedy[python]"]
    assert seen.outcomes() == [("greedy", "errored"), ("late", "errored")]
    greedy, late = seen.results
    assert greedy.transcript is not None
    assert (greedy.transcript.process.hint, greedy.problem) == (RAISE_IT, None)
    assert late.problem is not None
    assert (late.problem.cause.partition(":")[0], late.problem.hint) == ("not started", RAISE_IT)
    assert late.verdict.reason == str(late.problem)


def test_a_known_failure_that_has_healed_is_not_tried_again(make_repository: MakeRepository) -> None:
    """A retry that fails in the known way would hide it."""
    repository = make_repository(2)
    repository.add("healed", "")
    known = "{file: python/healed.py, known_failure: {finding: exit, because: it was lost, upstream: someone/sdk#1}}"
    repository.entries = [entry.replace("python/healed.py", known) for entry in repository.entries]
    seen = repository.run(Recorder(), jobs=1, control=Control(retries=2))
    assert (seen.started, seen.outcomes()) == (["healed[python]"], [("healed", "failed")])


def test_every_repetition_is_a_run_of_its_own(make_repository: MakeRepository, tmp_path: Path) -> None:
    """Each has its number, is tried again by itself, and is reported in order."""
    repository = make_repository(2)
    repository.add("shaky", shaky(tmp_path / "tried"))
    seen = repository.run(Recorder(), jobs=1, control=Control(repeat=2, retries=1))
    assert [(result.repetition, result.flaky) for result in seen.results] == [(1, True), (2, False)]
    assert seen.started == ["shaky[python]"] * 3


def test_a_stop_ends_what_runs_and_starts_nothing_more(make_repository: MakeRepository, tmp_path: Path) -> None:
    """After a stop, the run under way is ended, the next one never starts, and both are reported."""
    repository = make_repository(2)
    repository.add("endless", wait_for_file([tmp_path / "never"]))
    repository.add("late", "")
    seen = repository.run(Recorder(on_start=lambda _: repository.world.stop.set()), jobs=1)
    assert seen.started == ["endless[python]"]
    assert [result.interrupted for result in seen.results] == [True, True]
    assert seen.summary is not None
    assert seen.summary.interrupted


def test_a_reporter_that_breaks_ends_the_session(make_repository: MakeRepository, tmp_path: Path) -> None:
    """An exception of a reporter ends the runs and comes out."""

    def breaks(_: str) -> None:
        raise RuntimeError("no display")

    repository = make_repository(2)
    repository.add("endless", wait_for_file([tmp_path / "never"]))
    with pytest.raises(RuntimeError, match="no display"):
        repository.run(Recorder(on_start=breaks), jobs=1)
