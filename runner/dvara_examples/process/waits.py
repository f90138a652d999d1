"""How long a run was ready but got no processor, because other programs had it.

Linux counts in nanoseconds how long each thread ran and how long it waited for its turn (``/proc/PID/task/TID/schedstat``,
sched-stats in the kernel's documentation). What a thread waited beyond all that the run itself computed meanwhile went to
others, so waits that a run caused itself do not count. A wait is booked when it ends, and may be noted one sample late. Systems
without these counters report nothing.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.clock import Timer
from dvara_examples.process.table import read_file, stat_fields
from dvara_examples.records.transcript import Lateness

TICK_S = 0.1
"""How often to look, in seconds."""
LEAST_S = 0.005
"""Less than this between two looks is usual, and is not noted."""
_CLOCK_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Count:
    """How long a thread or a whole process ran and waited, in nanoseconds."""

    ran_ns: int = 0
    waited_ns: int = 0


class ProcessorWaits:
    """Samples the threads of some processes, and notes what others took from them; for one thread at a time."""

    def __init__(self, timer: Timer, root: Path = Path("/proc")) -> None:
        self._timer = timer
        self._root = root
        self._looked_s = timer()
        self._processes: dict[str, _Count] = {}
        self._threads: dict[str, _Count] = {}
        self._seen: list[Lateness] = []

    def look(self, pids: Iterable[int]) -> None:
        """Note how long the processes *pids* have waited for others since the last sample."""
        pids, now_s = tuple(pids), self._timer()
        processes, threads = dict(self._count_processes(pids)), dict(self._count_threads(pids))
        in_threads, in_all = _changes(self._threads, threads), _changes(self._processes, processes)
        ran_ns = max(sum(each.ran_ns for each in in_threads), sum(each.ran_ns for each in in_all))  # a thread may have ended
        taken_ns = max((each.waited_ns - (ran_ns - each.ran_ns) for each in in_threads), default=0)
        taken_s = min(taken_ns / 1e9, now_s - self._looked_s)
        if taken_s >= LEAST_S:
            self._seen.append(Lateness(round(now_s - taken_s, 6), round(taken_s, 6)))
        self._looked_s, self._processes, self._threads = now_s, processes, threads

    def seen(self) -> tuple[Lateness, ...]:
        """Return when the run waited, on the timer."""
        return tuple(self._seen)

    def _count_processes(self, pids: Iterable[int]) -> Iterator[tuple[str, _Count]]:
        """Yield the computing time of each process, with its threads and ended children (proc(5), ``stat``, 14 to 17)."""
        for pid in pids:
            fields = stat_fields(read_file(f"{self._root}/{pid}/stat"))[11:15]
            with suppress(ValueError):
                yield str(pid), _Count(sum(map(int, fields)) * _CLOCK_TICK_NS)

    def _count_threads(self, pids: Iterable[int]) -> Iterator[tuple[str, _Count]]:
        for pid in pids:
            with suppress(OSError):  # it has ended
                for thread in os.listdir(f"{self._root}/{pid}/task"):  # noqa: PTH208 - a Path per thread is too dear
                    with suppress(ValueError):
                        ran, waited, _ = read_file(f"{self._root}/{pid}/task/{thread}/schedstat").split()
                        yield f"{pid}/{thread}", _Count(int(ran), int(waited))


def _changes(before: dict[str, _Count], now: dict[str, _Count]) -> list[_Count]:
    """Return the increase of each count; a new one began at zero."""
    pairs = ((count, before.get(name, _Count())) for name, count in now.items())
    return [_Count(count.ran_ns - old.ran_ns, count.waited_ns - old.waited_ns) for count, old in pairs]
