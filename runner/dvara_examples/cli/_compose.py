"""Puts together what the commands hand to a session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from dvara_examples import __version__
from dvara_examples.allowance import Allowance
from dvara_examples.cli._options import Planning, Running
from dvara_examples.clock import start_timer
from dvara_examples.errors import ReportError
from dvara_examples.plan import MissingToolchain
from dvara_examples.reports import SessionInfo
from dvara_examples.reports._opening import OpenReports, Request, open_reports
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


def session_info(session: Session, folder: RunFolder) -> SessionInfo:
    """Say what is known of a session before its first run."""
    world, plan = session.world, session.plan
    return SessionInfo(
        version=__version__,
        started_utc=world.clock.utc_now().isoformat(timespec="seconds"),
        gateway=session.gateway.description,
        deps=session.deps.value,
        runtimes=plan.runtimes,
        planned=tuple((run.variant.id, run.variant.language) for run in plan.runs),
        folder=world.shown(folder.path),
        elapsed=start_timer(world.clock),
    )


def stored_info(folder: RunFolder, world: World) -> SessionInfo:
    """Say what was known of the stored session in *folder* before its first run. Raises TranscriptError."""
    about = folder.read_about()
    return SessionInfo(
        version=__version__,
        started_utc=about.started_utc,
        gateway=about.gateway,
        deps=about.deps,
        runtimes=about.runtimes,
        planned=tuple((run.variant_id, run.language) for run in folder.read_summary()),
        folder=world.shown(folder.path),
        elapsed=start_timer(world.clock),
    )


@contextmanager
def reporting(
    world: World, about: SessionInfo, folder: RunFolder, requests: Sequence[Request], *, live: bool, verbose: bool
) -> Iterator[OpenReports]:
    """Open the report for people and those of *requests*, and say at the end which of them could not be written.

    Where one of them takes stdout, what is for people goes to stderr. A session that is not *live* was held before. Raises
    ReportError before anything has begun.
    """
    to_people = replace(world, stdout=world.stderr) if any(request.takes_stdout for request in requests) else world
    try:
        opening = open_reports(requests, about, folder.path, world.cwd, world.stdout)
        with opening as opened:
            opened.reporters.insert(0, _terminal_report(to_people, about, folder, live=live, verbose=verbose))
            yield opened
    except ReportError:
        with suppress(OSError):
            folder.path.rmdir()  # nothing has run: an empty folder would say otherwise
        raise
    for sentence, _ in opened.failures:
        world.stderr.write(f"error: {sentence}\n")


def _terminal_report(world: World, about: SessionInfo, folder: RunFolder, *, live: bool, verbose: bool) -> TerminalReport:
    """Build the report for people, and write its first line where runs are to come."""
    if not live:
        return TerminalReport(world, total=0, width=32, verbose=verbose)
    runtimes = ", ".join(f"{runtime.language} {runtime.version or runtime.origin}" for runtime in about.runtimes)
    parts = [f"dvara-examples {about.version}", f"gateway {about.gateway}", runtimes or "no runtime"]
    if about.deps != Deps.LOCKED:
        parts.append(f"{about.deps} dependencies")
    world.stdout.write(f"{' · '.join(parts)}\n")
    width = max(len(variant_id) for variant_id, _ in about.planned)
    return TerminalReport(world, total=len(about.planned), width=width, verbose=verbose, stored=folder.path)
