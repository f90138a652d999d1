"""``docs run`` on pages that say nothing to this tool."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvara_examples.core.world import World
    from dvara_examples.session.choice import Chosen


def tried_pages(named: Sequence[str], world: "World") -> "Chosen | None":
    """Choose what can be tried of pages without comments, and tell every guess; None where a page has comments, or none is named.

    Raises PageError, and NothingSelected where no fence can be tried.
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
        cause = f"{marked[0].shown} names examples, and there is no manifest that has them"
        raise PageError(cause, "change into its repository, or name the manifest with --manifest")
    tried = choose_unmarked(pages, world)
    for line in guess_lines(tried):
        world.stderr.write(f"{visible(line)}\n")
    if not tried.chosen.variants:
        raise NothingSelected("nothing to run: no fence of these pages asks a model by itself", "mark what to run with comments")
    return tried.chosen
