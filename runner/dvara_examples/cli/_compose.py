"""Puts together what the commands hand to a session."""

from dvara_examples.allowance import Allowance
from dvara_examples.cli._options import Planning, Running
from dvara_examples.plan import MissingToolchain
from dvara_examples.reports.terminal import TerminalReport
from dvara_examples.run_folder import RunFolder
from dvara_examples.session import Options, Session
from dvara_examples.toolchains import Deps
from dvara_examples.world import World

NOT_RUNNING = Running(jobs=None, max_requests=None, max_tokens=None, deps=Deps.LOCKED, verbose=False)
"""What a command says that runs nothing."""


def compose_options(world: World, planning: Planning, running: Running = NOT_RUNNING) -> Options:
    """Fill in what the user left open: jobs from the cores, missing toolchains from CI."""
    asked = planning.missing_toolchain
    policy = MissingToolchain(asked) if asked else (MissingToolchain.ERROR if world.on_ci else MissingToolchain.SKIP)
    allowance = Allowance(running.max_requests, running.max_tokens)
    return Options(planning.gateway, running.jobs or world.cores, running.verbose, policy, allowance, Deps(running.deps))


def terminal_report(session: Session, folder: RunFolder, *, verbose: bool) -> TerminalReport:
    """Build the report for people, and write its first line."""
    from dvara_examples import __version__

    runs, world = session.plan.runs, session.world
    runtimes = ", ".join(f"{runtime.language} {runtime.version or runtime.origin}" for runtime in session.plan.runtimes)
    parts = [f"dvara-examples {__version__}", f"gateway {session.gateway.description}", runtimes or "no runtime"]
    if session.deps is not Deps.LOCKED:
        parts.append(f"{session.deps} dependencies")
    world.stdout.write(f"{' · '.join(parts)}\n")
    width = max(len(run.variant.id) for run in runs)
    return TerminalReport(world, total=len(runs), width=width, verbose=verbose, stored=folder.path)


def stored_report(world: World, *, verbose: bool) -> TerminalReport:
    """Build the report for a stored run, where nothing is live."""
    return TerminalReport(world, total=0, width=32, verbose=verbose)
