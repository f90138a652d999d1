"""``dvara-examples init``."""

import os
from pathlib import Path

import click

from dvara_examples.cli._options import gateway_option, own_manifest_option


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", metavar="[FOLDER]")
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

    where = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link out of the folder
    world = build_world(manifest, may_be_new=True, start=where)
    return adopt(world, InitOrder(where, run_them, dry_run, verbose, gateway))
