"""A late machine is neither held against an example, nor does it make one pass."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from dvara_examples.records.model import Ending, Limits
from dvara_examples.records.transcript import KnownFailure, Lateness, ProcessEnd, Transcript, joined
from dvara_examples.records.verdict import Outcome
from dvara_examples.session.judge import judge
from dvara_examples.session.lateness import LEAST_S, LatenessWitness
from tests.factories import make_exchange, make_transcript, numbered

WORDS = [(1.0, "one "), (1.2, "two "), (1.4, "three "), (1.6, "four "), (2.0, "five")]
"""Half of the text before the last piece has come at 1.4 s, 0.6 s before the last piece."""


@dataclass
class Clock:
    """A clock that stands still but for its jumps."""

    now_s: float = 100.0
    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def monotonic(self) -> float:
        """Return the time of the last jump."""
        self.asked.release()
        return self.now_s

    def utc_now(self) -> datetime:
        """Return some moment."""
        return datetime(2026, 1, 1, tzinfo=UTC)


def test_a_thread_that_wakes_too_late_says_by_how_much() -> None:
    """What is seen counts from the start of the run that asks, and only from there on."""
    clock = Clock()
    with LatenessWitness(clock) as witness:
        assert witness.since(100.0) == ()
        clock.now_s = 100.5
        (late,) = witness.since(99.0)
        assert late.at_s == pytest.approx(1.0, abs=0.03)
        assert late.for_s == pytest.approx(0.5, abs=0.03)
        assert [late.at_s for late in witness.since(100.25)] == [0.0]
        assert witness.since(100.25)[0].for_s == pytest.approx(0.25)
        assert witness.since(100.5) == ()


def test_a_little_late_is_not_noted() -> None:
    """Less than what any machine is late by explains nothing."""
    clock = Clock()
    with LatenessWitness(clock) as witness:
        clock.now_s += LEAST_S / 2
        assert witness.since(0.0) == ()


def test_what_was_late_is_still_known_afterwards() -> None:
    """The thread has noted it once it asks for the time again."""
    clock = Clock()
    with LatenessWitness(clock) as witness:
        clock.now_s = 101.0
        for _ in range(6):
            assert clock.asked.acquire(timeout=30)
        assert sum(late.for_s for late in witness.since(100.0)) == pytest.approx(1.0, abs=0.03)


def seen(
    printed: Sequence[tuple[float, str]], late: Sequence[tuple[float, float]], expect: dict[str, object], **more: object
) -> Transcript:
    """Return a run that was answered with WORDS and *printed* what it did, on a machine that was *late*."""
    exchange = make_exchange(WORDS, **more)  # type: ignore[arg-type]
    transcript = make_transcript(stdout=printed, exchanges=[exchange], expect=expect)
    return replace(transcript, late=tuple(Lateness(*each) for each in late))


BURST = [(2.05, "one two three four five")]


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        ((), "failed"),
        (((1.4, 0.59),), "failed"),
        (((1.4, 0.3), (1.71, 0.2)), "failed"),
        (((1.4, 0.6),), "errored"),
        (((1.0, 0.3), (1.5, 0.31)), "errored"),
        (((0.1, 0.9),), "failed"),
        (((2.0, 5.0),), "failed"),
    ],
)
def test_progressive(late: Sequence[tuple[float, float]], outcome: str) -> None:
    """Only a machine that was late for as long as the second half of the text took may have noted it late."""
    verdict = judge(seen(BURST, late, {"progressive": True}))
    assert str(verdict.outcome) == outcome
    assert verdict.uncertain is (outcome == "errored")
    if verdict.uncertain:
        assert verdict.reason.startswith("progressive: cannot tell: the machine was late by 6")


@pytest.mark.parametrize(
    ("expect", "enough", "too_little"),
    [
        ({"longest_gap_s": 0.3}, (1.7, 0.1), (1.7, 0.09)),
        ({"first_token_within_s": 0.5}, (0.5, 0.4), (0.5, 0.39)),
        ({"disconnects_within_s": 0.2}, (2.5, 0.3), (2.5, 0.29)),
    ],
)
def test_times_that_are_too_long(expect: dict[str, object], enough: tuple[float, float], too_little: tuple[float, float]) -> None:
    """Lateness has to make up for all that was too much, within what was measured."""
    more = {"ending": Ending.CLIENT_CLOSED, "ended_at_s": 2.5 + 0.00001, "finish_reason": "stop"}
    if "disconnects_within_s" in expect:
        more["ended_at_s"], enough, too_little = 2.5, (2.1, enough[1] + 0.0001), (2.1, too_little[1])
    assert judge(seen((), [too_little], expect, **more)).outcome is Outcome.FAILED
    verdict = judge(seen((), [(enough[0], enough[1] + 0.0001)], expect, **more))
    assert (verdict.outcome, verdict.uncertain) == (Outcome.ERRORED, True)
    assert judge(seen((), [(3.0, 9.0)], expect, **more)).outcome is Outcome.FAILED


def test_what_else_failed_still_fails() -> None:
    """A late machine excuses timing, and no answer that was cut or exit that was wrong."""
    verdict = judge(seen(BURST, [(1.0, 1.0)], {"progressive": True, "exit": 1, "requests": 1}))
    assert verdict.outcome is Outcome.FAILED
    assert [finding.key for finding in verdict.failures] == ["exit"]
    assert verdict.reason.startswith("progressive: cannot tell: the machine was late by ")


def test_a_late_machine_makes_nothing_pass() -> None:
    """Where all else holds, the run is an error, not a success."""
    verdict = judge(seen(BURST, [(1.0, 1.0)], {"progressive": True, "exit": 0, "requests": 1}))
    assert verdict.outcome is Outcome.ERRORED


def test_what_holds_is_not_doubted() -> None:
    """However late the machine was, what was printed in time was."""
    printed = [(1.01, "one "), (1.21, "two "), (1.41, "three "), (2.1, "four five")]
    assert judge(seen(printed, [(0.0, 9.0)], {"progressive": True})).outcome is Outcome.PASSED


@pytest.mark.parametrize(("late_s", "outcome"), [(1.9, Outcome.FAILED), (2.1, Outcome.ERRORED)])
def test_a_limit_on_a_machine_that_stood_still(late_s: float, outcome: Outcome) -> None:
    """A run that was ended after four seconds of silence, half of which the machine slept, says nothing."""
    end = ProcessEnd(None, signal="SIGTERM", limit="idle", duration_s=9.0, ended_at_s=9.0)
    transcript = make_transcript(
        process=end, exchanges=[make_exchange(ending=Ending.STALLED)], expect={"exit": 0, "ends": "done"}
    )
    run = replace(transcript.run, limits=Limits(60.0, 4.0))
    assert judge(replace(transcript, run=run, late=(Lateness(6.0, late_s),))).outcome is outcome
    first = replace(transcript, run=run, expect={**transcript.expect, "first_token_within_s": 0.1})
    assert judge(replace(first, late=(Lateness(0.1, 0.4), Lateness(6.0, late_s)))).outcome is outcome


def test_a_known_failure_is_known_on_a_late_machine_too() -> None:
    """It neither heals nor becomes an error where its timing cannot be told."""
    transcript = seen(BURST, [(1.0, 1.0)], {"progressive": True, "exit": 0})
    known = KnownFailure(("progressive",), "the SDK buffers")
    assert judge(replace(transcript, known_failure=known)).outcome is Outcome.PASSED


def test_another_doubt_beside_a_known_failure_is_no_success() -> None:
    """What is known to fail does not cover what cannot be told."""
    transcript = seen(BURST, [(1.0, 1.0)], {"progressive": True, "longest_gap_s": 0.3, "exit": 0})
    known = KnownFailure(("progressive",), "the SDK buffers")
    assert judge(replace(transcript, known_failure=known)).outcome is Outcome.ERRORED


@pytest.mark.parametrize(
    ("late", "once"),
    [
        ([(1.0, 0.5), (1.2, 0.1)], [(1.0, 0.5)]),
        ([(1.4, 0.4), (1.0, 0.5)], [(1.0, 0.8)]),
        ([(1.0, 0.5), (1.5, 0.5), (3.0, 1.0)], [(1.0, 1.0), (3.0, 1.0)]),
        ([], []),
    ],
)
def test_what_two_saw_counts_once(late: list[tuple[float, float]], once: list[tuple[float, float]]) -> None:
    """The tool and the example may have waited for the same others."""
    assert [(each.at_s, each.for_s) for each in joined(Lateness(*each) for each in late)] == once


def retried(late: tuple[float, float], expect: dict[str, object]) -> Outcome:
    """Return what becomes of a run that asked again 2.5 s after its first answer had ended, on a machine that was *late*."""
    exchanges = numbered(make_exchange(started_at_s=0.2, ended_at_s=1.0), make_exchange(started_at_s=3.5, ended_at_s=4.0))
    transcript = make_transcript(stdout=[(0.7, "Hello")], exchanges=exchanges, expect=expect)
    return judge(replace(transcript, late=(Lateness(*late),))).outcome


@pytest.mark.parametrize(
    ("bounds", "enough", "too_little", "elsewhere"),
    [
        ({"max": 2.0}, (2.0, 0.51), (2.0, 0.49), (0.4, 0.55)),
        ({"min": 3.0}, (0.4, 0.7), (0.4, 0.3), (2.0, 0.7)),
    ],
)
def test_a_pause_on_a_late_machine(
    bounds: dict[str, float], enough: tuple[float, float], too_little: tuple[float, float], elsewhere: tuple[float, float]
) -> None:
    """A late machine makes a pause longer, and one that notes the end before it late makes it shorter."""
    expect: dict[str, object] = {"retry_delays_s": [bounds]}
    assert retried(enough, expect) is Outcome.ERRORED
    assert retried(too_little, expect) is Outcome.FAILED
    assert retried(elsewhere, expect) is Outcome.FAILED


@pytest.mark.parametrize(
    ("moments", "late", "outcome"),
    [
        (["end 1", {"stdout": "Hello"}], (0.7, 0.29), Outcome.ERRORED),
        (["end 1", {"stdout": "Hello"}], (0.75, 0.2), Outcome.FAILED),
        (["end 1", {"stdout": "Hello"}], (1.1, 0.9), Outcome.FAILED),
        (["end 1", "request 1"], (0.2, 0.8), Outcome.FAILED),
    ],
)
def test_the_order_of_moments_on_a_late_machine(moments: list[object], late: tuple[float, float], outcome: Outcome) -> None:
    """Of two watchers one may have been woken late; what one watcher alone saw is in order."""
    assert retried(late, {"order": moments}) is outcome


@pytest.mark.parametrize(
    ("late", "outcome"), [((1.75, 0.25), Outcome.ERRORED), ((1.5, 0.375), Outcome.FAILED), ((2.0, 9.0), Outcome.FAILED)]
)
def test_a_pause_that_seems_too_short(late: tuple[float, float], outcome: Outcome) -> None:
    """It may have begun earlier where the machine was late to note the end before it, by as much as is missing."""
    again = make_exchange(started_at_s=2.25, ended_at_s=3.0)
    transcript = make_transcript(exchanges=numbered(make_exchange(), again), expect={"retry_delays_s": [{"min": 0.5}]})
    assert judge(replace(transcript, late=(Lateness(*late),))).outcome is outcome
