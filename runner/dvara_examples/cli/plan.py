"""``dvara-examples plan``."""

from contextlib import ExitStack
from pathlib import Path

import click

from dvara_examples.cli._options import Placing, Planning, control_options, place_options, planning_options, selection_options
from dvara_examples.selection.options import Control, Selection


@click.command("plan")
@selection_options
@planning_options
@place_options
@control_options
def command(wanted: Selection, planning: Planning, placing: Placing, control: Control, manifest: Path | None) -> None:
    """Print what a run would do: runtimes, gateway, runs, and skips with their reasons.

    \b
    dvara-examples plan all
    dvara-examples plan -E 'tag(conformance) & language(node)'
    dvara-examples plan all --shard 2/4
    """
    from dvara_examples.cli._compose import compose_options
    from dvara_examples.cli._places import placed
    from dvara_examples.cli._tables import plan_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.session import choose_examples, open_session
    from dvara_examples.session.toolchain_setup import declared_in_words

    with ExitStack() as opened:
        world = opened.enter_context(placed(build_world(manifest), placing))
        options = compose_options(world, planning, control=control)
        session = opened.enter_context(open_session(world, choose_examples(world, wanted, control), options))
        if session.remark is not None:
            click.echo(session.remark, err=True)
        click.echo(f"manifest  {world.shown(world.manifest_path)}")
        for line in plan_lines(session.plan, session.gateway, declared_in_words(session.plan, world)):
            click.echo(line)
