"""What the commands below ``docs`` have in common: their argument, and the lines that tell how pages stand."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dvara_examples.pages import Page
    from dvara_examples.pages.standing import Standing

pages_argument = click.argument("pages", nargs=-1, metavar="[PAGES]...")


def page_lines(page: "Page", standings: "Sequence[Standing]", *, verbose: bool) -> Iterator[str]:
    """Yield a line for each fence that needs attention (with *verbose*: for all), its diff below it, and the page's sum."""
    for standing in standings:
        if standing.good and not verbose:
            continue
        state = standing.state.value if standing.good else standing.state.value.upper()
        said = f": {standing.sentence}" if standing.sentence else ""
        yield f"{state:>10}  {page.shown}:{standing.line}  {standing.what}{said}"
        yield from (f"            {line}" for line in standing.diff)


def sum_line(found: "Sequence[tuple[Page, Sequence[Standing]]]") -> str:
    """Say how many fences of how many pages stand how."""
    from collections import Counter

    counted = Counter(standing.state for _, standings in found for standing in standings)
    pages = "1 page" if len(found) == 1 else f"{len(found)} pages"
    return f"{pages}: " + (", ".join(f"{counted[state]} {state}" for state in counted) or "nothing that this tool looks after")
