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

    Exits with 1 if a comment names an example, a language or a region that does not exist.

    \b
    dvara-examples docs sync
    dvara-examples docs sync docs/guide.md --dry-run
    """
    from dvara_examples.cli._pages import page_lines, say
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_ci.check import sync

    world, changed, unknown = build_world(manifest), False, list[str]()
    for each in sync(world, pages, dry_run=dry_run):
        unknown += page_lines(each.page, each.unknown, verbose=False)
        if each.diff:
            changed = True
            say(world, [*(each.diff if dry_run else ()), f"{'would change' if dry_run else 'changed':>12}  {each.page.shown}"])
    say(world, unknown if changed or unknown else ["every page is in step"])
    return 1 if unknown or (changed and dry_run) else 0
