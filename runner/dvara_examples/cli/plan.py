"""``dvara-examples plan``."""

from pathlib import Path

import click

from dvara_examples.cli._options import Planning, planning_options, selection_options
from dvara_examples.wanted import Selection


@click.command("plan")
@selection_options
@planning_options
def command(wanted: Selection, planning: Planning, manifest: Path | None) -> None:
    """Show what a run would do, without doing it: runtimes, gateway, runs, skips and their reasons.

    \b
    dvara-examples plan all
    dvara-examples plan -E 'tag(conformance) & language(node)'
    """
    from dvara_examples.cli._compose import compose_options
    from dvara_examples.cli._tables import plan_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.session import open_session

    world = build_world(manifest)
    with open_session(world, wanted, compose_options(world, planning)) as session:
        for line in plan_lines(session.plan, session.gateway):
            click.echo(line)
