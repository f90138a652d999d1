"""Runs a whole plan, some of it side by side, and keeps what there is when it is interrupted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from dvara_examples.core.signals import interruptible
from dvara_examples.records.results import Summary
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.reports import Reporter
from dvara_examples.session.dispatcher import Dispatcher
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.prepare import Options, Session, about_session, planned_entries
from dvara_examples.session.workers import Workers


def run_session(session: Session, folder: RunFolder, reporters: Sequence[Reporter], options: Options) -> Summary:
    """Run the whole plan, ``options.jobs`` at a time, and report in plan order.

    An interruption (SIGINT, SIGTERM) ends the children and keeps what there is.
    """
    plan, about, planned = session.plan, about_session(session), planned_entries(session.plan)
    folder.write_summary(about, planned, (), finished=False)
    desk = Dispatcher(reporters)
    workers = Workers(session, folder, desk.post, options)
    with interruptible(session.world.stop) as stop:
        try:
            _run_all(plan.runs, workers, desk, options.jobs)
        finally:
            summary = Summary.of(
                desk.reported,
                interrupted=stop.is_set(),
                allow_flaky=session.control.allow_flaky,
                part=plan.shard is not None,
            )
            try:
                folder.write_summary(about, planned, desk.reported, finished=not summary.interrupted, summary=summary)
            finally:
                desk.tell(lambda reporter: reporter.close(summary))
    return summary


def _run_all(runs: Sequence[PlannedRun], workers: Workers, desk: Dispatcher, jobs: int) -> None:
    """Run everything; where the desk gives up (a reporter's stream is gone, say), the workers soon end too."""
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="run") as pool:
        try:
            for index, run in enumerate(runs):
                pool.submit(workers.work, index, run)
            while len(desk.reported) < len(runs):
                desk.take()
        except BaseException:
            workers.stop()
            desk.close()
            raise
