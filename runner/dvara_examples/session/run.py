"""One session from end to end: ``run`` is its table of contents, whichever command it is for."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.world import World
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.reports import OpenReports, Reporter
from dvara_examples.session.choice import Chosen, PrintedCode
from dvara_examples.session.plan import PlannedRun, Printed
from dvara_examples.session.prepare import Options, Session, open_session, remarks
from dvara_examples.session.run_plan import run_plan

Reporting = Callable[[Session, RunFolder], AbstractContextManager[OpenReports]]
"""Opens the reports of a session, and closes them when it is over."""


def run(
    world: World, chosen: Chosen, options: Options, reporting: Reporting, folder: RunFolder | None = None
) -> tuple[ExitCode, RunFolder]:
    """Run what was *chosen*, report it, and return the exit code and the folder with the transcripts.

    The folder is a new one among the stored runs unless one is given. Raises DvaraExamplesError where nothing can start;
    what goes wrong later becomes a result.
    """
    with open_session(world, chosen, options) as session:
        stored = folder or RunFolder.create(world.runs_dir, world.clock.utc_now())
        session = _with_printed_code(session, chosen, stored)
        for remark in remarks(session, options):
            world.stderr.write(f"{remark}\n")
        with reporting(session, stored) as reports:
            summary = run_plan(session, stored, reports.reporters, options)
        return reports.exit_code(summary), stored


def report_to(*reporters: Reporter) -> Reporting:
    """Return how a session reports to *reporters* alone."""

    @contextmanager
    def reporting(_session: Session, _folder: RunFolder) -> Iterator[OpenReports]:
        yield OpenReports([*reporters])

    return reporting


def _with_printed_code(session: Session, chosen: Chosen, folder: RunFolder) -> Session:
    """Write the code of pages into *folder*, where it can be looked at later, and return the session that runs it."""
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
