"""What the commands below ``docs`` share: their argument, and the lines about the state of pages."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from dvara_examples.cli import _completion

if TYPE_CHECKING:
    from dvara_examples.core.world import World
    from dvara_examples.docs_ci.fence_status import FenceStatus
    from dvara_examples.docs_ci.page import Page

    Checked = Sequence[tuple[Page, Sequence[FenceStatus]]]

_MOST = 10
"""What GitHub shows of one kind of annotation per step."""

pages_argument = click.argument("pages", nargs=-1, metavar="[PAGES]...", shell_complete=_completion.files)


def say(world: "World", lines: Iterable[str]) -> None:
    """Write *lines* from pages, escaped so that no terminal or CI runner takes them for commands."""
    from dvara_examples.reports._wording import visible

    for line in lines:
        world.stdout.write(f"{visible(line)}\n")


def page_lines(page: "Page", statuses: "Sequence[FenceStatus]", *, verbose: bool) -> Iterator[str]:
    """Yield a line for each fence that needs attention (with *verbose*: for all), followed by its diff."""
    for status in statuses:
        if status.good and not verbose:
            continue
        state = status.state.value if status.good else status.state.value.upper()
        said = f": {status.sentence}" if status.sentence else ""
        yield f"{state:>10}  {page.shown}:{status.line}  {status.what}{said}"
        yield from (f"            {line}" for line in status.diff)


def annotate(world: "World", found: "Checked") -> None:
    """Write problems as annotations for GitHub Actions on the pages' lines: at most ten, then the number of the rest."""
    from dvara_examples.cli._compose import within
    from dvara_examples.docs_ci.check import page_id
    from dvara_examples.reports._wording import visible
    from dvara_examples.reports._workflow import escape_data, escape_property, unmuzzled

    runner = unmuzzled(world.stdout)
    wrong = [(page, status) for page, statuses in found for status in statuses if not status.good]
    for page, status in wrong[:_MOST]:
        file = page_id(page, world)
        file = file if file.startswith("/") else within(world) + file
        place = f"file={escape_property(visible(file))},line={status.line}"
        title = escape_property(visible(f"{status.state}: {status.what}"))
        text = escape_data(visible("\n".join([status.sentence, *status.diff])[:2_000]))
        runner.write(f"::error {place},title={title}::{text}\n")
    if len(wrong) > _MOST:
        runner.write(f"::notice title=pages::and {len(wrong) - _MOST} more; the log of this step lists all of them\n")


def sum_line(found: "Checked") -> str:
    """Summarise how many fences of how many pages are in which state."""
    from collections import Counter

    counted = Counter(status.state for _, statuses in found for status in statuses)
    pages = "1 page" if len(found) == 1 else f"{len(found)} pages"
    return f"{pages}: " + (", ".join(f"{counted[state]} {state}" for state in counted) or "nothing that this tool looks after")
