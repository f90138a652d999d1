"""``dvara-examples docs gate``."""

from dataclasses import replace
from pathlib import Path

import click

from dvara_examples.cli._options import Planning, Running, manifest_option, planning_options, running_options
from dvara_examples.cli._pages import pages_argument


@click.command("gate")
@pages_argument
@planning_options
@running_options
@click.option(
    "--also", "also", multiple=True, type=click.Choice(("lowest", "latest")), help="Run with these releases, too; repeatable."
)
@manifest_option
def command(pages: tuple[str, ...], planning: Planning, running: Running, also: tuple[str, ...], manifest: Path | None) -> int:
    """Let a page pass only if every fence is in step and its example passes in this very run.

    \b
    dvara-examples docs gate
    dvara-examples docs gate docs/guide.md --also lowest --also latest
    """
    from dvara_examples.cli._compose import compose_options
    from dvara_examples.cli._page_runs import run_chosen
    from dvara_examples.cli._pages import page_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_gate import Gate

    world = build_world(manifest)
    gate = Gate(world, pages)
    chosen = gate.choose()
    for deps in dict.fromkeys((running.deps, *also)) if chosen.variants else ():
        if gate.interrupted:
            break
        options = compose_options(world, planning, replace(running, deps=deps))
        gate.held(*run_chosen(world, chosen, options, (), verbose=running.verbose), deps)
        click.echo("")
    for page, standings in gate.checked:
        for line in page_lines(page, standings, verbose=running.verbose):
            click.echo(line)
    for line in gate.lines():
        click.echo(line)
    return gate.exit_code
