"""``dvara-examples show``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli import _completion
from dvara_examples.cli._options import manifest_option

if TYPE_CHECKING:
    from dvara_examples.core.world import World


@click.command("show")
@click.argument("name", metavar="NAME", shell_complete=_completion.examples_and_runs)
@click.argument("variants", nargs=-1, metavar="[VARIANT]...", shell_complete=_completion.variants_of_run)
@click.option("--example/--run", "example", default=None, help="Say whether NAME is an example or a run, if it could be both.")
@click.option("-v", "--verbose", is_flag=True, help="Print every moment of a run in words.")
@manifest_option
def command(name: str, variants: tuple[str, ...], example: bool | None, verbose: bool, manifest: Path | None) -> None:
    """Show an example, or draw the timeline of a stored run.

    NAME is the id of an example, or a run: `latest`, its id, or its folder. VARIANT picks one variant of a run.

    \b
    dvara-examples show stream-reconnect
    dvara-examples show latest
    dvara-examples show latest 'stream-basic[node]' --verbose
    """
    from dvara_examples.cli._world import build_world

    world = build_world(manifest)
    if _is_run(world, name, example=False if variants else example):
        _show_run(world, name, variants, verbose=verbose)
    else:
        _show_example(world, name)


def _is_run(world: "World", name: str, *, example: bool | None) -> bool:
    """Tell whether *name* is a run. Report names that are ambiguous, and runs that do not exist."""
    from dvara_examples.core.errors import SelectionError, TranscriptError
    from dvara_examples.records.run_folder import find_run

    if example is not None:
        return not example
    try:
        find_run(world.runs_dir, name, world.cwd)
    except TranscriptError:
        if (name == "latest" or name[:1].isdigit()) and not _is_example(world, name):
            raise
        return False
    if _is_example(world, name):
        raise SelectionError(f"{name!r} is an example and a stored run", "add --example or --run")
    return True


def _is_example(world: "World", name: str) -> bool:
    """Tell whether *name* selects an example; a broken manifest has none."""
    from dvara_examples.core.errors import ManifestError, SelectionError
    from dvara_examples.manifest import manifest_of
    from dvara_examples.selection.select import select

    try:
        return bool(select(manifest_of(world), (name,), (), (), world.cwd))
    except (ManifestError, SelectionError):
        return False


def _show_example(world: "World", name: str) -> None:
    from dvara_examples.cli._tables import show_lines
    from dvara_examples.core.errors import SelectionError
    from dvara_examples.manifest import manifest_of
    from dvara_examples.selection.select import select

    loaded = manifest_of(world)
    try:
        variants = select(loaded, (name,), (), (), world.cwd)
    except SelectionError as error:
        found = error.diagnosis
        run = "a stored run is named `latest`, by its id or by its folder"
        raise SelectionError(found.cause, "; ".join(filter(None, (found.hint, run)))) from None
    for line in show_lines(loaded, variants):
        click.echo(line)


def _show_run(world: "World", name: str, variants: tuple[str, ...], *, verbose: bool) -> None:
    from dvara_examples.cli._stories import tell_run
    from dvara_examples.core.values import did_you_mean
    from dvara_examples.records.run_folder import find_run
    from dvara_examples.session.rejudge import stored_results

    folder = find_run(world.runs_dir, name, world.cwd)
    document = folder.read()
    known = [entry.id for entry in document.runs]
    for variant in variants:
        if variant not in known:
            raise click.UsageError(f"{variant!r} is not in the run {folder.path.name}; {did_you_mean(variant, known)}")
    chosen = [entry for entry in document.runs if not variants or entry.id in variants]
    tell_run(world, folder, stored_results(chosen, folder), verbose=verbose)
