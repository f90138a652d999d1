"""``dvara-examples init``."""

import os
from pathlib import Path

import click

from dvara_examples.cli._options import gateway_option, own_manifest_option


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=".", metavar="[FOLDER]")
@click.option("--run", "run_them", is_flag=True, help="Run every new script once and record its expectations.")
@click.option("--dry-run", is_flag=True, help="Print what would be written without writing it.")
@click.option("-v", "--verbose", is_flag=True, help="List every file that was left out.")
@gateway_option
@own_manifest_option
def command(folder: Path, run_them: bool, dry_run: bool, verbose: bool, gateway: str, manifest: Path | None) -> int:
    """Write a manifest for the scripts of a repository.

    Finds the scripts that call a model, in all languages, and groups those that do the same thing into one example. Adds new
    scripts to an existing manifest, and leaves the rest unchanged. Says what it left out and why. Changes no script.

    \b
    dvara-examples init
    dvara-examples init examples --run
    """
    if run_them and dry_run:
        raise click.UsageError("--run writes what it sees, and --dry-run writes nothing; give one of them")
    from dvara_examples.cli._adopting import InitOrder, adopt
    from dvara_examples.cli._world import build_world

    where = _found(folder)
    world = build_world(manifest, may_be_new=True, start=where)
    return adopt(world, InitOrder(where, run_them, dry_run, verbose, gateway))


def _found(named: Path) -> Path:
    """Return the folder *named*, seen from here or from a folder above in the same repository. Raises click.BadParameter."""
    from dvara_examples.cli._world import nearest_clone

    here = Path(os.path.abspath(named))  # noqa: PTH100 - resolve() would follow a link out of the folder
    if here.is_file():
        raise click.BadParameter(f"{str(named)!r} is a file; to add one script: dvara-examples record FILE --write ID")
    if here.exists() or named.is_absolute():
        places = [here]
    else:
        cwd = Path.cwd()
        clone = nearest_clone(cwd) or cwd
        places = [place / named for place in (cwd, *cwd.parents) if place.is_relative_to(clone)]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise click.BadParameter(f"expected a folder, found nothing at {str(named)!r}")
    return Path(os.path.abspath(found))  # noqa: PTH100
