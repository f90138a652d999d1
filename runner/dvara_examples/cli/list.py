"""``dvara-examples list``."""

from pathlib import Path

import click

from dvara_examples.cli._options import selection_options
from dvara_examples.selection.options import Selection


@click.command("list")
@selection_options
def command(wanted: Selection, manifest: Path | None) -> None:
    """List the examples: id, languages, title and tags.

    \b
    dvara-examples list
    dvara-examples list --tag conformance --language java
    """
    from dvara_examples.cli._tables import left_out_line, list_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.manifest.listing import listing_of
    from dvara_examples.selection.select import select

    world = build_world(manifest)
    loaded = listing_of(world)
    chosen = select(loaded, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
    for line in list_lines(loaded, chosen):
        click.echo(line)
    if not (wanted.selectors or wanted.tags or wanted.filters) and (left_out := left_out_line(loaded)):
        click.echo(left_out, err=True)
