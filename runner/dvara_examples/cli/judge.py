"""``dvara-examples judge``."""

from pathlib import Path

import click

from dvara_examples.cli._options import manifest_option


@click.command("judge")
@click.argument("run", default="latest")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding.")
@manifest_option
def command(run: str, verbose: bool, manifest: Path | None) -> int:
    """Judge the stored transcripts of RUN again, without running anything.

    RUN is `latest`, the id of a run (or the beginning of it), or a folder that a run has written.
    """
    from dvara_examples.cli._compose import stored_report
    from dvara_examples.cli._world import build_world
    from dvara_examples.session import judge_stored

    world = build_world(manifest)
    return judge_stored(world, run, [stored_report(world, verbose=verbose)]).exit_code
