"""``dvara-examples judge``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli import _completion
from dvara_examples.cli._options import manifest_option, report_option

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest


@click.command("judge")
@click.argument("run", default="latest", shell_complete=_completion.runs)
@report_option
@click.option("-v", "--verbose", is_flag=True, help="Show every finding.")
@manifest_option
def command(run: str, reports: "tuple[ReportRequest, ...]", verbose: bool, manifest: Path | None) -> int:
    """Judge a stored run again without running it.

    RUN is `latest`, an id or its first characters, or a run folder.

    \b
    dvara-examples judge latest --verbose
    dvara-examples judge latest --report html=report.html
    """
    from dvara_examples.cli._compose import reporting, stored_info
    from dvara_examples.cli._world import build_world
    from dvara_examples.records.run_folder import find_run
    from dvara_examples.session.rejudge import judge_stored

    world = build_world(manifest)
    folder = find_run(world.runs_dir, run, world.cwd)
    with reporting(world, stored_info(folder, world), folder, reports, live=False, verbose=verbose) as opened:
        summary = judge_stored(world, str(folder.path), opened.reporters)
    return opened.exit_code(summary)
