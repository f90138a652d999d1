"""How the commands below ``docs`` hold a session over what pages print."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvara_examples.core.errors import ExitCode
    from dvara_examples.core.world import World
    from dvara_examples.docs_ci.run import Chosen
    from dvara_examples.records.run_folder import RunFolder
    from dvara_examples.reports._opening import ReportRequest
    from dvara_examples.session import Options


def run_chosen(
    world: "World", chosen: "Chosen", options: "Options", reports: "Sequence[ReportRequest]", *, verbose: bool
) -> "tuple[ExitCode, RunFolder]":
    """Run what was chosen and report it as any other session; return the exit code and the run's folder."""
    from dvara_examples.cli._compose import reporting, session_info
    from dvara_examples.docs_ci.run import open_chosen, write_scripts
    from dvara_examples.records.run_folder import RunFolder
    from dvara_examples.session import reminder, run_session

    with open_chosen(world, chosen, options) as opened:
        folder = RunFolder.create(world.runs_dir, world.clock.utc_now())
        session = write_scripts(opened, chosen, folder)
        if (warning := reminder(session, options)) is not None:
            world.stderr.write(f"{warning}\n")
        with reporting(world, session_info(session, folder), folder, reports, live=True, verbose=verbose) as reporters:
            summary = run_session(session, folder, reporters.reporters, options)
        return reporters.exit_code(summary), folder
