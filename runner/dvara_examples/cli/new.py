"""``dvara-examples new``."""

from pathlib import Path

import click

from dvara_examples.cli._options import own_manifest_option


@click.command("new")
@click.argument("example_id", metavar="ID")
@click.option("--title", metavar="TEXT", help="Title, in one line.  [default: made from the id]")
@click.option("-l", "--language", "languages", multiple=True, metavar="LANGUAGE", help="Only this language. Repeatable.")
@click.option("--from", "source", metavar="ID", help="Copy this example, yours or a shipped one.")
@own_manifest_option
def command(example_id: str, title: str | None, languages: tuple[str, ...], source: str | None, manifest: Path | None) -> None:
    """Create an example: a working script per language, and its entry in the manifest.

    If there is no manifest, creates one in examples/ of this folder, with the package lists. Writes everything or nothing.

    \b
    dvara-examples new my-idea
    dvara-examples new my-idea -l python --from stream-json-schema
    """
    from dvara_examples.cli._world import build_world, shipped_examples
    from dvara_examples.scaffold.new import NewExample, create_example

    world = build_world(manifest, may_be_new=True)
    made = create_example(NewExample(example_id, title, languages, source), world, shipped_examples())
    for path in made.files:
        click.echo(f"wrote {world.shown(path)}")
    for remark in made.remarks:
        click.echo(f"note: {remark}", err=True)
    click.echo(f"next: dvara-examples run {example_id} --verbose")
