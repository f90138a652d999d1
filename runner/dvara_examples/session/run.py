"""One session from end to end: ``run`` is its table of contents, for every command."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.signals import interruptible
from dvara_examples.core.world import World
from dvara_examples.gateways import LoggingGateway
from dvara_examples.records.results import Summary
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.reports import OpenReports, Reporter
from dvara_examples.session.choice import Chosen, PrintedCode
from dvara_examples.session.dispatcher import Dispatcher
from dvara_examples.session.lateness import LatenessWitness
from dvara_examples.session.plan import PlannedRun, Printed
from dvara_examples.session.prepare import Options, Session, about_session, open_session, planned_entries, remarks
from dvara_examples.session.starting import starting_order
from dvara_examples.session.workers import Workers

Reporting = Callable[[Session, RunFolder], AbstractContextManager[OpenReports]]
"""Opens the reports of a session, and closes them when it is over."""


def run(
    world: World, chosen: Chosen, options: Options, reporting: Reporting, folder: RunFolder | None = None
) -> tuple[ExitCode, RunFolder]:
    """Run the *chosen* variants, report them, and return the exit code and the folder with the transcripts.

    The folder is a new one among the stored runs unless one is given. Raises DvaraExamplesError if nothing can start;
    later problems become results.
    """
    with open_session(world, chosen, options) as session:
        stored = folder or RunFolder.create(world.runs_dir, world.clock.utc_now())
        session = _with_printed_code(session, chosen, stored)
        for remark in remarks(session, options):
            world.stderr.write(f"{remark}\n")
        with reporting(session, stored) as reports:
            summary = _run_plan(session, stored, reports.reporters, options)
        return reports.exit_code(summary), stored


def report_to(*reporters: Reporter) -> Reporting:
    """Return the reporting of a session to *reporters* only."""

    @contextmanager
    def reporting(_session: Session, _folder: RunFolder) -> Iterator[OpenReports]:
        yield OpenReports([*reporters])

    return reporting


def _with_printed_code(session: Session, chosen: Chosen, folder: RunFolder) -> Session:
    """Write the code of pages into *folder*, where users can look at it later, and return the session that runs it."""
    runs = tuple(_printed(run, chosen.printed.get(run.variant.id), folder) for run in session.plan.runs)
    return replace(session, plan=replace(session.plan, runs=runs))


def _printed(run: PlannedRun, code: PrintedCode | None, folder: RunFolder) -> PlannedRun:
    if code is None:
        return run
    file = _place(folder, run.variant.id) / code.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code.text, "utf-8", newline="")
    return replace(run, printed=Printed(file, code.again, code.any_key))


def _place(folder: RunFolder, run_id: str) -> Path:
    return folder.path / "printed" / re.sub(r"[^A-Za-z0-9._-]+", ".", run_id).strip(".")


def _run_plan(session: Session, folder: RunFolder, reporters: Sequence[Reporter], options: Options) -> Summary:
    """Run the whole plan, ``options.jobs`` at a time, and report in plan order.

    An interruption (SIGINT, SIGTERM) ends the children and keeps what there is.
    """
    plan, about, planned = session.plan, about_session(session), planned_entries(session.plan)
    folder.write_summary(about, planned, (), finished=False)
    if isinstance(session.gateway, LoggingGateway):
        session.gateway.keep_log_in(folder.path)
    dispatcher = Dispatcher(reporters)
    with interruptible(session.world.stop) as stop, LatenessWitness(session.world.clock) as late:
        workers = Workers(session, folder, dispatcher.put, options, late)
        try:
            _run_all(_in_order(plan.runs, options, session.world.cores), workers, dispatcher, options.jobs)
        finally:
            summary = Summary.of(
                dispatcher.reported,
                interrupted=stop.is_set(),
                allow_flaky=session.control.allow_flaky,
                part=plan.shard is not None,
            )
            try:
                folder.write_summary(about, planned, dispatcher.reported, finished=not summary.interrupted, summary=summary)
            finally:
                dispatcher.broadcast(lambda reporter: reporter.close(summary))
    return summary


def _in_order(runs: Sequence[PlannedRun], options: Options, cores: int) -> list[tuple[int, PlannedRun]]:
    """Return the runs with their places in the plan, in the order in which they start.

    One at a time, or where the first failure ends the session, they start as they are planned: that is what a user expects.
    """
    in_plan_order = options.jobs == 1 or options.control.fail_fast
    return list(enumerate(runs)) if in_plan_order else starting_order(runs, options.jobs, cores)


def _run_all(runs: Sequence[tuple[int, PlannedRun]], workers: Workers, dispatcher: Dispatcher, jobs: int) -> None:
    """Run everything; where the dispatcher gives up (a reporter's stream is gone, say), the workers soon end too."""
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="run") as pool:
        try:
            for index, run in runs:
                pool.submit(workers.work, index, run)
            while len(dispatcher.reported) < len(runs):
                dispatcher.process_next()
        except BaseException:
            workers.stop()
            dispatcher.close()
            raise
