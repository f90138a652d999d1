"""``dvara-examples docs check``."""

from pathlib import Path

import click

from dvara_examples.cli._options import manifest_option
from dvara_examples.cli._pages import pages_argument


@click.command("check")
@pages_argument
@click.option(
    "--results", metavar="RUN", help="Ask this stored run too whether the examples passed: `latest`, an id, or a folder."
)
@click.option("-v", "--verbose", is_flag=True, help="Show the fences that are in step, too.")
@manifest_option
def command(pages: tuple[str, ...], results: str | None, verbose: bool, manifest: Path | None) -> int:
    """Say for each fence whether it still shows its example, and where code is that nothing tests.

    \b
    dvara-examples docs check
    dvara-examples docs check docs/guide.md --results latest
    """
    from dvara_examples.cli._pages import page_lines, sum_line
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_check import check

    found = check(build_world(manifest), pages, results)
    for page, standings in found:
        for line in page_lines(page, standings, verbose=verbose):
            click.echo(line)
    click.echo(sum_line(found))
    return 0 if all(standing.good for _, standings in found for standing in standings) else 1
