"""Runs a whole plan, some of it side by side, and keeps what there is when it is interrupted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from dvara_examples.core.signals import interruptible
from dvara_examples.gateways import LoggingGateway
from dvara_examples.records.results import Summary
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.reports import Reporter
from dvara_examples.session.dispatcher import Dispatcher
from dvara_examples.session.lateness import LatenessWitness
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.prepare import Options, Session, about_session, planned_entries
from dvara_examples.session.starting import starting_order
from dvara_examples.session.workers import Workers


def run_plan(session: Session, folder: RunFolder, reporters: Sequence[Reporter], options: Options) -> Summary:
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
