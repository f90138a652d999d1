"""``dvara-examples run``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli._options import (
    Planning,
    Running,
    control_options,
    planning_options,
    report_option,
    running_options,
    selection_options,
)
from dvara_examples.wanted import Control, Selection

if TYPE_CHECKING:
    from dvara_examples.reports._opening import Request


@click.command("run")
@selection_options
@planning_options
@running_options
@control_options
@report_option
def command(
    wanted: Selection,
    planning: Planning,
    running: Running,
    control: Control,
    reports: "tuple[Request, ...]",
    manifest: Path | None,
) -> int:
    """Run examples and judge how they ended.

    SELECTOR is `all`, an id (stream-basic), a glob ('stream-*'), one variant ('stream-basic[node]') or a script's path.

    \b
    dvara-examples run all
    dvara-examples run stream-basic --language node --verbose
    dvara-examples run -E 'tag(smoke) & !language(java)'
    DVARA_URL=https://gw.example.com/v1 DVARA_API_KEY=gw_... dvara-examples run all
    """
    if control.last_failed and control.shard is not None:
        raise click.UsageError("--last-failed chooses by what is stored on this machine, so that no --shard can be cut from it")
    if wanted.empty and not control.last_failed:
        raise click.UsageError(
            "name what to run: all, an id, a glob, a script's path, --tag, --filter or --last-failed; "
            "`dvara-examples list` shows the ids"
        )
    from dvara_examples.cli._compose import compose_options, reporting, session_info
    from dvara_examples.cli._world import build_world
    from dvara_examples.run_folder import RunFolder
    from dvara_examples.session import open_session, reminder, run_session

    world = build_world(manifest, offline=running.offline)
    options = compose_options(world, planning, running, control)
    with open_session(world, wanted, options) as session:
        folder = RunFolder.create(world.runs_dir, world.clock.utc_now())
        for sentence in filter(None, (session.remark, reminder(session, options))):
            world.stderr.write(f"{sentence}\n")
        with reporting(world, session_info(session, folder), folder, reports, live=True, verbose=running.verbose) as opened:
            summary = run_session(session, folder, opened.reporters, options)
        return opened.exit_code(summary)
