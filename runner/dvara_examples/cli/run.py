"""``dvara-examples run``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli._options import (
    Placing,
    Planning,
    Running,
    control_options,
    place_options,
    planning_options,
    report_option,
    running_options,
    selection_options,
)
from dvara_examples.selection.options import Control, Selection

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest


@click.command("run")
@selection_options
@planning_options
@running_options
@place_options
@control_options
@report_option
@click.option("--watch", is_flag=True, help="Rerun what each saved file affects, until Ctrl-C.")
def command(
    wanted: Selection,
    planning: Planning,
    running: Running,
    placing: Placing,
    control: Control,
    reports: "tuple[ReportRequest, ...]",
    watch: bool,
    manifest: Path | None,
) -> int:
    """Run examples and judge how they ended.

    SELECTOR is `all`, an id (stream-basic), a glob ('stream-*'), one variant ('stream-basic[node]') or a script's path.

    \b
    dvara-examples run all
    dvara-examples run stream-basic --language node --verbose
    dvara-examples run -E 'tag(smoke) & !language(java)'
    DVARA_URL=https://gw.example.com DVARA_API_KEY=gw_... dvara-examples run all
    """
    _check(wanted, control, watch=watch)
    from dvara_examples.cli._compose import compose_options, run_and_report
    from dvara_examples.cli._places import placed
    from dvara_examples.cli._world import build_world

    with placed(build_world(manifest, offline=running.offline), placing) as world:
        options = compose_options(world, planning, running, control)
        if not watch:
            return run_and_report(world, wanted, options, reports)
        from dvara_examples.session.watch import watch_runs

        watch_runs(world, wanted, lambda round_world, only: run_and_report(round_world, wanted, options, reports, only))
    return 0


def _check(wanted: Selection, control: Control, *, watch: bool) -> None:
    if control.last_failed and control.shard is not None:
        raise click.UsageError("--last-failed depends on the runs stored on this machine, so it cannot be combined with --shard")
    if watch and (control.last_failed or control.shard is not None):
        raise click.UsageError("--watch selects by saved files, and cannot be combined with --last-failed or --shard")
    if wanted.empty and not control.last_failed:
        raise click.UsageError(
            "name what to run: all, an id, a glob, a script's path, --tag, --filter or --last-failed; "
            "`dvara-examples list` shows the ids"
        )
