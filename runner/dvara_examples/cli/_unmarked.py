"""``docs run`` on pages without comments for this tool."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvara_examples.core.world import World
    from dvara_examples.session.choice import Chosen


def tried_pages(named: Sequence[str], world: "World") -> "Chosen | None":
    """Select what can be run on pages without comments, and print every guess; None if a page has comments, or none is named.

    Raises PageError, and NothingSelected if no fence can be run.
    """
    from dvara_examples.core.errors import NothingSelected, PageError
    from dvara_examples.docs_ci.find import load_pages
    from dvara_examples.docs_ci.unmarked import choose_unmarked, guess_lines, is_unmarked
    from dvara_examples.reports._wording import visible

    if not named:
        return None
    pages = load_pages(named, world)
    marked = [page for page in pages if not is_unmarked(page)]
    if marked:
        if world.manifest_path.is_file():
            return None
        cause = f"{marked[0].shown} names examples, but there is no manifest"
        raise PageError(cause, "change into its repository, or name the manifest with --manifest")
    tried = choose_unmarked(pages, world)
    for line in guess_lines(tried):
        world.stderr.write(f"{visible(line)}\n")
    if not tried.chosen.variants:
        raise NothingSelected("nothing to run: no fence of these pages asks a model", "mark what to run with comments")
    return tried.chosen
