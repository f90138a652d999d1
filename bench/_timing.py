"""Paired timings: two commands in turn, so that a machine that speeds up or slows down does not favour either."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paired:
    """Seconds of both commands, run by run."""

    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios, first ÷ second."""
        return statistics.median(a / b for a, b in zip(self.first, self.second, strict=True))

    def __str__(self) -> str:
        a, b = statistics.median(self.first), statistics.median(self.second)
        return f"{a:8.3f} s ÷ {b:8.3f} s = {self.ratio:5.2f}   (medians of {len(self.first)} pairs)"


Command = Sequence[str] | Callable[[], Sequence[str]]
"""A command line, or a function that makes one again before each run, uncounted."""


def time_pairs(first: Command, second: Command, *, pairs: int, env: Mapping[str, str], warm_ups: int = 1) -> Paired:
    """Run both commands in turn, *warm_ups* times uncounted, then *pairs* times."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(-warm_ups, pairs):
        for command, times in zip((first, second), took, strict=True):
            seconds = time_once(command() if callable(command) else command, env)
            if number >= 0:
                times.append(seconds)
    return Paired(tuple(took[0]), tuple(took[1]))


def time_once(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Run *command* to its end and return the seconds it took; it must succeed."""
    began_s = time.perf_counter()
    done = subprocess.run(command, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    took_s = time.perf_counter() - began_s
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    return took_s
