"""``run all`` and ``run --tag conformance`` against their lower bounds, with warm caches.

No scheduler can be faster than the larger of two figures: the processor time of the examples divided by the cores, and the
longest run. For ``run all`` both are measured with one run at a time. With the conformance runs that would take ten minutes;
theirs are those of the measured session itself. The processor time of this tool is no part of the bound.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.records.run_folder import load_transcript, stored_folders

SESSION = """
import atexit, resource, sys
from dvara_examples.cli import main
def tell():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(*(usage.ru_utime + usage.ru_stime for usage in used), file=sys.stderr)
atexit.register(tell)
sys.argv[0] = "dvara-examples"
main()
"""
SESSIONS = 3
CONFORMANCE = ("--tag", "conformance")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one session took, in seconds: *own_s* and *examples_s* of processor time, and the *longest_s* of its runs."""

    wall_s: float
    own_s: float
    examples_s: float
    longest_s: float
    runs: int

    def bound_s(self, cores: int) -> float:
        """Return the least seconds that these runs can take."""
        return max(self.examples_s / cores, self.longest_s)

    def why(self, cores: int) -> str:
        """Say what decides about the bound."""
        shared = self.examples_s / cores >= self.longest_s
        return f"{self.examples_s:.1f} s of processor time ÷ {cores} cores" if shared else "the longest run"


def measure(*words: str) -> Measured:
    """Run one session of the examples that come with the tool; all must pass."""
    with tempfile.TemporaryDirectory() as state:
        env = {**os.environ, "DVARA_URL": "", "DVARA_EXAMPLES_STATE": state}
        began_s = time.perf_counter()
        command = [sys.executable, "-c", SESSION, "run", *words]
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        wall_s = time.perf_counter() - began_s
        if done.returncode != 0:
            raise SystemExit(f"run {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        own_s, examples_s = map(float, done.stderr.splitlines()[-1].split())
        (folder,) = stored_folders(Path(state, "runs"))
        transcripts = [load_transcript(stored) for stored in folder.read_summary()]
        took = [transcript.process.duration_s for transcript in transcripts if transcript is not None]
    return Measured(wall_s, own_s, examples_s, max(took), len(took))


def main() -> None:
    """Print both ratios."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    measure("all")
    alone = measure("all", "--jobs", "1")
    sessions = [measure("all") for _ in range(SESSIONS)]
    _show("run all", alone, sessions, 1.25, cores)
    session = measure(*CONFORMANCE)
    _show("conformance", session, [session], 1.15, cores)
    total_s = session.own_s + session.examples_s
    print(f"             {total_s:.0f} s of processor time, {total_s / session.runs:.2f} s a run   goal ≤ 0.51")


def _show(what: str, bounding: Measured, sessions: list[Measured], goal: float, cores: int) -> None:
    wall_s, own_s = (statistics.median(times) for times in ((s.wall_s for s in sessions), (s.own_s for s in sessions)))
    bound_s = bounding.bound_s(cores)
    print(f"{what:<12} {wall_s:8.2f} s ÷ {bound_s:8.2f} s = {wall_s / bound_s:5.2f}   goal ≤ {goal}   ({bounding.runs} runs)")
    print(f"             bound by {bounding.why(cores)}; this tool itself: {own_s / bounding.runs * 1000:.0f} ms a run")


if __name__ == "__main__":
    main()
