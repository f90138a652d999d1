"""How many runs start at once, how many overlap, and which of them start first.

Only the start of a run needs a core: an interpreter or a JVM loads for most of a second before it sends its first request.
While the answer streams, the run hardly does anything. So there are as many slots for starting as cores, a run leaves
its slot with its first request, and more runs than cores may be active.
"""

import itertools
import math
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from dvara_examples.core.clock import Clock
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.stream_script import stream_script
from dvara_examples.session.plan import PlannedRun

RUNS_PER_CORE = 6
"""With answers of one or two seconds, and starts of half a second, more than this are hardly ever under way."""

RUN_BYTES = 256 * 1024 * 1024
"""The memory that one run is counted with: a JVM with an SDK holds about 150 MB."""

START_LIMIT_S = 5.0
"""A run without any request counts as started after this time; it may never make one."""

RETRY_S = 1.0
"""About how long clients wait before they repeat a request."""

START_S = 1.5
"""About how long a run keeps a core busy, from its start to its end; libraries that are large take longer."""

LONG_WAIT_S = 10.0
"""A run that waits so long does next to nothing in the meantime."""

_TICK_S = 0.1


def most_at_once(cores: int, memory_bytes: int | None) -> int:
    """Return how many runs may be active at once on this machine; *memory_bytes* is what is free, None if unknown."""
    fitting = RUNS_PER_CORE * cores
    return fitting if memory_bytes is None else max(1, min(fitting, memory_bytes // RUN_BYTES))


def starting_order(runs: Sequence[PlannedRun], jobs: int, cores: int) -> list[tuple[int, PlannedRun]]:
    """Return *runs* with their places in the plan, in the order in which *jobs* at a time start: the longest answers first.

    Runs that wait for silent answers are spread among the others, so that the cores have something to do meanwhile. As many
    of them wait at once as are needed to finish them together with the others.
    """
    timed = [(_answer_time_s(run), (place, run)) for place, run in sorted(enumerate(runs), key=lambda p: -_answer_time_s(p[1]))]
    waiting = deque((wait_s, placed) for wait_s, placed in timed if wait_s >= LONG_WAIT_S)
    others = deque(placed for wait_s, placed in timed if wait_s < LONG_WAIT_S)
    busy_s = len(runs) * START_S / cores
    most = max(math.ceil(jobs / 2), math.ceil(sum(wait_s for wait_s, _ in waiting) / max(busy_s, START_S)))
    order, now_s, over_at_s = [], 0.0, list[float]()
    while waiting or others:
        over_at_s = [at_s for at_s in over_at_s if at_s > now_s]
        if waiting and (len(over_at_s) < most or not others):
            wait_s, placed = waiting.popleft()
            over_at_s.append(now_s + wait_s)
        else:
            placed = others.popleft()
        order.append(placed)
        now_s += START_S / cores
    return order


def _answer_time_s(run: PlannedRun) -> float:
    """Return about how long the scripted answers of *run* take to stream, with their silences and the pauses between requests.

    An endless silence lasts until the run's limit, or until the client gives up somewhat earlier.
    """
    answers, faults = run.example.answers, run.example.faults
    boards = (stream_script(parse_answer(answer)) for answer in answers)
    requests = max(len(answers), len(faults), 1)
    streaming_s = sum(frame.delay_s for board in boards for frame in board.frames)
    return streaming_s + RETRY_S * (requests - 1) + sum(_silence_s(fault, run) for fault in faults)


def _silence_s(fault: object, run: PlannedRun) -> float:
    """Return how long *fault*, as in the manifest, keeps the connection silent."""
    stall = fault.get("stall") if isinstance(fault, Mapping) else None
    if not isinstance(stall, Mapping):
        return 0.0
    return float(stall.get("for_s", run.variant.limits.idle_s))


class StartingSlots:
    """Lets a number of runs start at once; the others wait. Thread-safe."""

    def __init__(self, slots: int, clock: Clock, limit_s: float = START_LIMIT_S) -> None:
        self._slots = slots
        self._clock = clock
        self._limit_s = limit_s
        self._changed = threading.Condition()
        self._starting: dict[int, float] = {}  # a ticket, and the latest time at which its run counts as started
        self._tickets = itertools.count()

    @contextmanager
    def starting(self, stop: threading.Event) -> Iterator["Started"]:
        """Wait for a slot, and keep it until the block ends, the yielded function is called, or the limit has passed.

        Setting *stop* ends the wait.
        """
        leave = partial(self._leave, self._enter(stop))
        try:
            yield leave
        finally:
            leave()

    def _enter(self, stop: threading.Event) -> int:
        with self._changed:
            while not stop.is_set() and self._full():
                self._changed.wait(_TICK_S)
            ticket = next(self._tickets)
            self._starting[ticket] = self._clock.monotonic() + self._limit_s
            return ticket

    def _full(self) -> bool:
        now_s = self._clock.monotonic()
        return sum(until_s > now_s for until_s in self._starting.values()) >= self._slots

    def _leave(self, ticket: int) -> None:
        with self._changed:
            if self._starting.pop(ticket, None) is not None:
                self._changed.notify()


Started = partial[None]
"""Tells that a run has started; calling it again does nothing."""
