"""``dvara-examples plan``."""

from pathlib import Path

import click

from dvara_examples.cli._options import planning_options, selection_options


@click.command("plan")
@selection_options
@planning_options
def command(
    selectors: tuple[str, ...],
    languages: tuple[str, ...],
    tags: tuple[str, ...],
    manifest: Path | None,
    gateway: str,
    missing_toolchain: str | None,
) -> None:
    """Show what a run would do, without doing it: runtimes, gateway, runs, skips and their reasons."""
    from dvara_examples.cli._compose import compose_options
    from dvara_examples.cli._tables import plan_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.session import Selection, open_session

    world = build_world(manifest)
    options = compose_options(world, gateway, missing_toolchain, None, verbose=False)
    with open_session(world, Selection(selectors, languages, tags), options) as session:
        for line in plan_lines(session.plan, session.gateway):
            click.echo(line)
