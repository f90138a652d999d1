"""``dvara-examples record``."""

from pathlib import Path

import click

from dvara_examples.cli._options import gateway_option, own_manifest_option


@click.command("record")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--write", "example_id", metavar="ID", help="Add the entry to the manifest under this id.")
@click.option("--title", metavar="TEXT", help="Title, in one line.  [default: made from the id]")
@gateway_option
@own_manifest_option
def command(file: Path, example_id: str | None, title: str | None, gateway: str, manifest: Path | None) -> int:
    """Run a script once and write its manifest entry from what happened.

    The entry goes to stdout, or with --write into the manifest. It asserts what stays the same in every run, never times. What it
    leaves out is listed on stderr.

    \b
    dvara-examples record my_script.py
    dvara-examples record examples/python/my_idea.py --write my-idea
    """
    from dvara_examples.cli._recording import Wish, record_and_show
    from dvara_examples.cli._world import build_world

    return record_and_show(build_world(manifest, may_be_new=True), Wish(file, example_id, title, gateway))
