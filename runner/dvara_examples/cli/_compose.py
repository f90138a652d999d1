"""Builds from the command line what a session needs."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples import __version__
from dvara_examples.cli._options import Planning, Running
from dvara_examples.cli._world import nearest_clone
from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import ExitCode, ReportError
from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest, Variant
from dvara_examples.records.budget import Budget
from dvara_examples.records.results import shown_id
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.reports import OpenReports, SessionInfo
from dvara_examples.reports.terminal import TerminalReport
from dvara_examples.selection.options import AS_PLANNED, Control, Selection
from dvara_examples.session import Options, Session, choose_examples, gateway_kind, run
from dvara_examples.session.choice import Places
from dvara_examples.session.plan import MissingToolchain
from dvara_examples.session.run import Reporting
from dvara_examples.session.starting import most_at_once
from dvara_examples.toolchains import Deps

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest

NOT_RUNNING = Running(jobs=None, max_requests=None, max_tokens=None, deps=Deps.LOCKED, offline=False, verbose=False)
"""What a command says that runs nothing."""


def compose_options(world: World, planning: Planning, running: Running = NOT_RUNNING, control: Control = AS_PLANNED) -> Options:
    """Fill in defaults: jobs from the cores, missing toolchains from CI."""
    asked = planning.missing_toolchain
    policy = MissingToolchain(asked) if asked else (MissingToolchain.ERROR if world.on_ci else MissingToolchain.SKIP)
    budget = Budget(running.max_requests, running.max_tokens)
    jobs, deps = running.jobs or _jobs(world, planning.gateway), Deps(running.deps)
    return Options(planning.gateway, jobs, running.verbose, policy, budget, deps, control)


def _jobs(world: World, gateway: str) -> int:
    """Return how many runs may overlap: as many as this machine can handle, and one per core on another gateway.

    A remote gateway may limit the rate of requests, which is not the example's fault.
    """
    embedded = gateway_kind(gateway, world) == "embedded"
    return most_at_once(world.cores, world.memory_bytes) if embedded else world.cores


def run_and_report(
    world: World,
    wanted: Selection,
    options: Options,
    requests: "Sequence[ReportRequest]",
    only: frozenset[str] | None = None,
) -> ExitCode:
    """Run the *wanted* examples, from the selection to the last report, and return the exit code."""
    told_elsewhere = bool(requests) or world.on_ci or options.control.shard is not None
    chosen = choose_examples(world, wanted, options.control, only, _find_places, places_of_passed=told_elsewhere, remember=True)
    return run(world, chosen, options, reporting_to(world, requests, verbose=options.live_output))[0]


def _find_places(manifest: Manifest, variants: Sequence[Variant]) -> Places:
    from dvara_examples.docs_ci.places import find_places  # reads pages, which takes longer than the rest of the start

    return find_places(manifest, variants)


def reporting_to(world: World, requests: "Sequence[ReportRequest]", *, verbose: bool) -> Reporting:
    """Return the reporting of a session: to the terminal, and to *requests*."""

    def opening(session: Session, folder: RunFolder) -> AbstractContextManager[OpenReports]:
        return reporting(world, session_info(session, folder), folder, requests, live=True, verbose=verbose)

    return opening


def session_info(session: Session, folder: RunFolder) -> SessionInfo:
    """Describe a session before its first run."""
    world, plan = session.world, session.plan
    return SessionInfo(
        version=__version__,
        started_utc=session.started_utc,
        gateway=session.gateway.description,
        deps=session.deps.value,
        runtimes=plan.runtimes,
        planned=tuple((run.id, run.variant.language) for run in plan.runs),
        folder=world.shown(folder.path),
        elapsed=start_timer(world.clock),
        shard=str(plan.shard) if plan.shard else None,
        manifest=world.manifest_name if world.manifest_path.is_file() else "",
        within=within(world),
    )


def stored_info(folder: RunFolder, world: World) -> SessionInfo:
    """Describe the stored session in *folder* as before its first run. Raises TranscriptError."""
    about, document = folder.read_about(), folder.read()
    shard = document.about.shard
    return SessionInfo(
        version=__version__,
        started_utc=about.started_utc,
        gateway=about.gateway,
        deps=about.deps,
        runtimes=about.runtimes,
        planned=tuple((shown_id(run.id, run.repetition), run.language) for run in document.runs),
        folder=world.shown(folder.path),
        elapsed=start_timer(world.clock),
        shard=f"{shard.index}/{shard.of}" if shard else None,
        manifest=document.about.manifest,
        within=within(world),
    )


def within(world: World) -> str:
    """Return the root relative to the repository around it: the workspace of the CI, else the nearest clone."""
    folders = (world.root, *world.root.parents)
    workspace = world.env("GITHUB_WORKSPACE")
    top = Path(workspace).resolve() if workspace else None
    if top is None or top not in folders:
        top = nearest_clone(world.root) or world.root
    inner = world.root.relative_to(top).as_posix()
    return "" if inner == "." else f"{inner}/"


@contextmanager
def reporting(
    world: World, about: SessionInfo, folder: RunFolder, requests: "Sequence[ReportRequest]", *, live: bool, verbose: bool
) -> Iterator[OpenReports]:
    """Open the terminal report and *requests*, and report at the end which of them could not be written.

    If one of them uses stdout, the terminal report goes to stderr. A session that is not *live* is a stored one. Raises
    ReportError before anything starts.
    """
    to_people = replace(world, stdout=world.stderr) if any(request.takes_stdout for request in requests) else world
    if not requests:
        yield OpenReports([_terminal_report(to_people, about, folder, live=live, verbose=verbose)])
        return
    from dvara_examples.reports._opening import Surroundings, open_reports
    from dvara_examples.reports._workflow import unmuzzled

    shared = world.env("GITHUB_STEP_SUMMARY")
    around = Surroundings(
        folder.path, world.cwd, world.stdout, unmuzzled(world.stdout), Path(shared).resolve() if shared else None
    )
    try:
        with open_reports(requests, about, around) as opened:
            opened.reporters.insert(0, _terminal_report(to_people, about, folder, live=live, verbose=verbose))
            yield opened
    except ReportError:
        with suppress(OSError):
            folder.path.rmdir()  # nothing has run, so leave no empty folder
        raise
    for sentence, _ in opened.failures:
        world.stderr.write(f"error: {sentence}\n")


def _terminal_report(world: World, about: SessionInfo, folder: RunFolder, *, live: bool, verbose: bool) -> TerminalReport:
    """Build the terminal report, and write its first line if runs will follow."""
    if not live:
        return TerminalReport(world, total=0, width=32, verbose=verbose)
    runtimes = ", ".join(f"{one.language} {one.version or one.origin}{one.built_by}" for one in about.runtimes)
    parts = [
        f"dvara-examples {about.version}",
        world.shown(world.manifest_path) if world.manifest_path.is_file() else "no manifest",
        f"gateway {about.gateway}",
        runtimes or "no runtime",
    ]
    if about.deps != Deps.LOCKED:
        parts.append(f"{about.deps} dependencies")
    if about.shard is not None:
        parts.append(f"shard {about.shard}")
    world.stdout.write(f"{' · '.join(parts)}\n")
    width = max((len(run_id) for run_id, _ in about.planned), default=0)
    return TerminalReport(world, total=len(about.planned), width=width, verbose=verbose, stored=folder.path)
