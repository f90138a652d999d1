"""``run all`` against a shell loop that starts the same example commands one after the other on the same answers.

It also stands against its lower bound: the larger of the commands' processor time, divided by the cores, and the longest command.
Both sides find warm caches. The loop talks to the stand-in directly, in a process of its own, without tap and verdict.
"""

import os
import resource
import shlex
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench._timing import time_once, time_pairs
from dvara_examples.cli._world import build_world
from dvara_examples.process import child_environment
from dvara_examples.selection.options import Selection
from dvara_examples.session import Options, Session, choose_examples, open_session
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.toolchain_setup import Preparation
from dvara_examples.toolchains import load_toolchain


def main() -> None:
    """Print the ratio."""
    world = build_world()
    tool = str(Path(sys.executable).with_name("dvara-examples"))
    with (
        open_session(world, choose_examples(world, Selection(("all",))), Options(gateway="embedded")) as session,
        ExitStack() as held,
        tempfile.TemporaryDirectory() as folder,
    ):
        toolchains = {runtime.language: load_toolchain(runtime.language) for runtime in session.plan.runtimes}
        preparation = Preparation(toolchains, world, lambda _: None)

        def write_loop() -> list[str]:
            """Write the loop with keys of its own, as a script of answers is used up by a run."""
            script = Path(folder, "loop.sh")
            script.write_text("\n".join(_line(session, run, preparation, held) for run in session.plan.to_start))
            return ["sh", str(script)]

        env = {**os.environ, "DVARA_URL": ""}
        bound_s, why = _bound(
            [["sh", "-c", _line(session, run, preparation, held)] for run in session.plan.to_start], world.cores, env
        )
        figures = time_pairs([tool, "run", "all"], write_loop, pairs=3, env=env)
        print(f"run all      {figures}   goal ≤ 0.60   ({len(session.plan.to_start)} runs, {world.cores} cores)")
        ratio = statistics.median(figures.first) / bound_s
        print(f"             ÷ its lower bound, {bound_s:.2f} s ({why}): {ratio:.2f}   goal ≤ 1.25")


def _bound(commands: Sequence[Sequence[str]], cores: int, env: Mapping[str, str]) -> tuple[float, str]:
    """Run each command by itself; return the least seconds that all of them can take, and what decides about it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    longest_s = max(time_once(command, env) for command in commands)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    shared_s = cpu_s / cores
    return (shared_s, f"{cpu_s:.1f} s of processor time") if shared_s > longest_s else (longest_s, "the longest command")


def _line(session: Session, run: PlannedRun, preparation: Preparation, held: ExitStack) -> str:
    """Return one line of the loop; it may fail without ending the loop, as in a shell."""
    command = preparation.command(run)
    endpoint = held.enter_context(session.gateway.endpoint(run.example.answers))
    own = {"DVARA_URL": endpoint.base_url, "DVARA_API_KEY": endpoint.key}
    env = child_environment(session.world.environ, {**command.env, **run.variant.env, **own})
    words = ["env", "-i", *(f"{key}={value}" for key, value in env.items()), *command.argv]
    return f"{shlex.join(words)} || true"


if __name__ == "__main__":
    main()
