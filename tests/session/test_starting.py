"""Slots for runs that start."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dvara_examples.manifest import Example, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.starting import RUN_BYTES, RUNS_PER_CORE, StartingSlots, most_at_once, starting_order

LIMIT_S = 5.0
ORIGIN = Origin("manifest.yaml", 1, 1)
PATIENCE_S = 20.0


class SteppedClock:
    """A clock that stands still until it is moved, and counts how often it was asked."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.asked = threading.Semaphore(0)

    def monotonic(self) -> float:
        """Return the time that was set."""
        self.asked.release()
        return self.now_s

    def utc_now(self) -> datetime:
        """Return a fixed moment."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    def wait_until_asked(self, times: int) -> None:
        """Return when the clock has been asked *times* more."""
        for _ in range(times):
            assert self.asked.acquire(timeout=PATIENCE_S)


class Waiting:
    """A thread that wants to start; *entered* is set once it may."""

    def __init__(self, slots: StartingSlots, stop: threading.Event) -> None:
        self.entered = threading.Event()
        self._slots, self._stop = slots, stop
        self._thread = threading.Thread(target=self._start, daemon=True)
        self._thread.start()

    def _start(self) -> None:
        with self._slots.starting(self._stop):
            self.entered.set()

    def wait_until_entered(self) -> None:
        """Return when it may start."""
        assert self.entered.wait(PATIENCE_S)


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands still."""
    return SteppedClock()


@pytest.fixture
def slots(clock: SteppedClock) -> StartingSlots:
    """One slot."""
    return StartingSlots(1, clock, LIMIT_S)


def test_a_taken_slot_makes_others_wait_until_the_block_ends(slots: StartingSlots, clock: SteppedClock) -> None:
    """A second run does not start while the first one is starting, and starts when that has ended."""
    stop = threading.Event()
    with slots.starting(stop):
        waiting = Waiting(slots, stop)
        clock.wait_until_asked(5)
        assert not waiting.entered.is_set()
    waiting.wait_until_entered()


def test_a_run_that_has_started_makes_room(slots: StartingSlots) -> None:
    """A second run starts once the first one has told that it has, though its block goes on."""
    stop = threading.Event()
    with slots.starting(stop) as started:
        started()
        Waiting(slots, stop).wait_until_entered()


def test_telling_it_twice_makes_room_once(slots: StartingSlots, clock: SteppedClock) -> None:
    """A second request of one run does not let two others start."""
    stop = threading.Event()
    with slots.starting(stop) as started:
        started()
        with slots.starting(stop):
            started()
            waiting = Waiting(slots, stop)
            clock.wait_until_asked(6)
            assert not waiting.entered.is_set()
        waiting.wait_until_entered()


def test_after_the_limit_a_run_counts_as_started(slots: StartingSlots, clock: SteppedClock) -> None:
    """A run that never tells that it has started holds its slot until the limit, and not a moment longer."""
    stop = threading.Event()
    with slots.starting(stop):
        clock.now_s += LIMIT_S - 0.01
        waiting = Waiting(slots, stop)
        clock.wait_until_asked(5)
        assert not waiting.entered.is_set()
        clock.now_s += 0.01
        waiting.wait_until_entered()


def test_a_stop_ends_the_wait(slots: StartingSlots, clock: SteppedClock) -> None:
    """Whoever waits for a slot goes on when the session is stopped."""
    stop = threading.Event()
    with slots.starting(stop):
        waiting = Waiting(slots, stop)
        clock.wait_until_asked(5)
        stop.set()
        waiting.wait_until_entered()


def test_as_many_start_at_once_as_there_are_slots(clock: SteppedClock) -> None:
    """Two slots let two runs start, and a third waits."""
    slots, stop = StartingSlots(2, clock, LIMIT_S), threading.Event()
    with slots.starting(stop), slots.starting(stop):
        waiting = Waiting(slots, stop)
        clock.wait_until_asked(8)
        assert not waiting.entered.is_set()
    waiting.wait_until_entered()


@pytest.mark.parametrize(
    ("cores", "memory_bytes", "runs"),
    [
        (2, None, 2 * RUNS_PER_CORE),
        (2, 100 * RUN_BYTES, 2 * RUNS_PER_CORE),
        (2, 5 * RUN_BYTES, 5),
        (2, 5 * RUN_BYTES - 1, 4),
        (8, 0, 1),
    ],
)
def test_cores_and_memory_bound_the_runs(cores: int, memory_bytes: int | None, runs: int) -> None:
    """As many runs are under way as the cores carry and the memory holds, and always one."""
    assert most_at_once(cores, memory_bytes) == runs


def planned(id_: str, faults: tuple[object, ...] = (), answers: tuple[object, ...] = ()) -> PlannedRun:
    """Plan one run whose limit on silence is 45 s."""
    limits = Limits(idle_s=45)
    variant = Variant(id_, "node", Path("/x/demo.mjs"), "demo.mjs", (), {}, limits, {}, None, None, ORIGIN)
    return PlannedRun(variant, Example(id_, id_, (), (), answers, {}, limits, (variant,), ORIGIN, faults=faults), None)


def test_runs_that_wait_for_a_silent_answer_begin_first() -> None:
    """A silence lasts as long as its fault says, or until the run's own limit; pauses between requests come after both."""
    runs = [
        planned("plain"),
        planned("twice", faults=({"comments": ["before"]}, {"comments": ["before"]})),
        planned("short", faults=({"stall": {"after_events": 2, "for_s": 3}},)),
        planned("slow", answers=({"text": "a b c d e", "piece_delay_s": 1},)),
        planned("silent", faults=({"stall": {"after_events": 2}},)),
    ]
    assert started(runs) == ["silent", "slow", "short", "twice", "plain"]


def started(runs: list[PlannedRun], jobs: int = 4) -> list[str]:
    """Return the ids of *runs* in the order in which they start, *jobs* at a time on two cores."""
    return [run.example.id for _, run in starting_order(runs, jobs, 2)]


def test_runs_that_wait_long_are_spread_among_the_others() -> None:
    """Half of the jobs at most wait at once; the next ones begin when, by estimate, the first are over."""
    silent = [planned(f"silent-{n}", faults=({"stall": {"after_events": 2, "for_s": 15}},)) for n in range(4)]
    order = started([*silent, *(planned(f"plain-{n}") for n in range(100))])
    assert [order.index(f"silent-{n}") for n in range(4)] == [0, 1, 20, 21]
    assert sorted(order) == sorted(f"plain-{n}" for n in range(100)) + [f"silent-{n}" for n in range(4)]


def test_where_most_runs_wait_they_wait_side_by_side() -> None:
    """Spread too thinly they would last longer than all the others together."""
    silent = [planned(f"silent-{n}", faults=({"stall": {"after_events": 2}},)) for n in range(6)]
    assert started([*silent, planned("plain")])[:6] == [f"silent-{n}" for n in range(6)]
