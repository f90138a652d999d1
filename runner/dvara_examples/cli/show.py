"""``dvara-examples show``."""

from pathlib import Path

import click

from dvara_examples.cli._options import manifest_option


@click.command("show")
@click.argument("selector", metavar="ID")
@manifest_option
def command(selector: str, manifest: Path | None) -> None:
    """Show one example: what it needs, what the embedded gateway answers, what is expected, and its scripts."""
    from dvara_examples.cli._tables import show_lines
    from dvara_examples.cli._world import build_world
    from dvara_examples.manifest import load_manifest
    from dvara_examples.select import select

    world = build_world(manifest)
    loaded = load_manifest(world.manifest_path, world.root, display=world.cwd)
    for line in show_lines(loaded, select(loaded, (selector,), (), (), world.cwd)):
        click.echo(line)
