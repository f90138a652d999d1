"""``dvara-examples docs check``."""

from pathlib import Path

import click

from dvara_examples.cli import _completion
from dvara_examples.cli._options import manifest_option
from dvara_examples.cli._pages import pages_argument


@click.command("check")
@pages_argument
@click.option(
    "--results",
    metavar="RUN",
    shell_complete=_completion.runs,
    help="Also require that the examples passed in this run: `latest`, an id or a folder.",
)
@click.option("--report", type=click.Choice(("github",)), help="Also write annotations for GitHub Actions.")
@click.option("--suggest", is_flag=True, help="Print the comments that connect untested fences to examples.")
@click.option("-v", "--verbose", is_flag=True, help="Also list the fences that are up to date.")
@manifest_option
def command(
    pages: tuple[str, ...], results: str | None, report: str | None, suggest: bool, verbose: bool, manifest: Path | None
) -> int:
    """Check that pages show the current code of the examples, and find untested code.

    \b
    dvara-examples docs check
    dvara-examples docs check docs/guide.md --results latest
    """
    from dvara_examples.cli._pages import annotate, page_lines, say, sum_line
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_ci.check import check
    from dvara_examples.docs_ci.not_read import not_read

    world = build_world(manifest)
    found = check(world, pages, results)
    for page, statuses in found:
        say(world, page_lines(page, statuses, verbose=verbose))
    say(world, not_read(found, pages, world))
    say(world, [f"{sum_line(found)} · {world.shown(world.manifest_path)}"])
    if suggest:
        from dvara_examples.docs_ci.check import suggested

        say(world, suggested(found, world))
    if report:
        annotate(world, found)
    return 0 if all(status.good for _, statuses in found for status in statuses) else 1
