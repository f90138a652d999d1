"""``dvara-examples report merge``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli import _completion
from dvara_examples.cli._options import manifest_option, report_option

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest


@click.command("merge")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", shell_complete=_completion.runs)
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR", help="Write the merged run to this new or empty folder.")
@click.option("--allow-partial", is_flag=True, help="Merge even if shards are missing.")
@report_option
@click.option("-v", "--verbose", is_flag=True, help="Show every finding.")
@manifest_option
def command(
    folders: tuple[str, ...],
    into: Path | None,
    allow_partial: bool,
    reports: "tuple[ReportRequest, ...]",
    verbose: bool,
    manifest: Path | None,
) -> int:
    """Merge the run folders of shards or sessions into one run.

    FOLDER is the folder of a run, or its id. All runs are judged again, parity covers all of them, and the exit code is that of
    a single run.

    \b
    dvara-examples report merge shard-*/ --into merged --report junit=report.xml
    """
    import shutil

    from dvara_examples.cli._compose import reporting, stored_info
    from dvara_examples.cli._world import build_world
    from dvara_examples.core.errors import ReportError
    from dvara_examples.records.run_folder import find_run
    from dvara_examples.session.merge import judge_merged, merge_runs

    world = build_world(manifest)
    found = [find_run(world.runs_dir, name, world.cwd) for name in folders]
    merged, remark = merge_runs(world, found, into, allow_partial=allow_partial)
    if remark:
        world.stderr.write(f"{remark}\n")
    try:
        with reporting(world, stored_info(merged, world), merged, reports, live=False, verbose=verbose) as opened:
            summary = judge_merged(merged, opened.reporters)
    except ReportError:
        shutil.rmtree(merged.path)  # lets the user merge again into the same folder
        raise
    world.stderr.write(f"merged into {world.shown(merged.path)}\n")
    return opened.exit_code(summary)
