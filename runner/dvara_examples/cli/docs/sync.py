"""``dvara-examples docs sync``."""

from pathlib import Path

import click

from dvara_examples.cli._options import manifest_option
from dvara_examples.cli._pages import pages_argument


@click.command("sync")
@pages_argument
@click.option("--dry-run", is_flag=True, help="Print what would change without changing it. Exits with 1 if anything would.")
@manifest_option
def command(pages: tuple[str, ...], dry_run: bool, manifest: Path | None) -> int:
    """Update the code in pages from the examples. Nothing else on a page changes.

    \b
    dvara-examples docs sync
    dvara-examples docs sync docs/guide.md --dry-run
    """
    from dvara_examples.cli._pages import say
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_ci.check import sync

    world, changed = build_world(manifest), 0
    for page, diff in sync(world, pages, dry_run=dry_run):
        changed += bool(diff)
        if diff:
            say(world, [*(diff if dry_run else ()), f"{'would change' if dry_run else 'changed':>12}  {page.shown}"])
    if not changed:
        say(world, ["every page is in step"])
    return 1 if changed and dry_run else 0
