"""``docs check --suggest``: comments to paste that connect a page's untested fences with examples."""

import difflib
from collections.abc import Iterator, Sequence

from dvara_examples.docs_ci.fence_status import FenceState, FenceStatus, comment
from dvara_examples.docs_ci.guesses import Guesses, placeholders
from dvara_examples.docs_ci.page import Page, Snippet
from dvara_examples.docs_ci.sources import Sources, Unknown, default_region
from dvara_examples.scaffold.adopt import signs

_LIKE = 0.6
"""How much of a fence and a region must be the same for the one to be taken for the other."""


def suggestions(page: Page, statuses: Sequence[FenceStatus], sources: Sources) -> Iterator[tuple[int, str, str]]:
    """Yield a line of *page*, the comment to write above it, and why."""
    untested = [s.snippet for s in statuses if s.state is FenceState.UNTESTED and s.snippet is not None]
    guesses = Guesses()
    for snippet in untested:
        text = "\n".join(snippet.fence.lines)
        found = _most_alike(snippet, sources)
        if found is not None:
            words, share = found
            yield snippet.line, comment(f"example: {words}", page), f"{share:.0%} of it is the same"
        elif signs.SPEAKS.search(text) or signs.ASKS.search(text):
            placeholders(text, snippet.line + 1, guesses)
            yield (
                snippet.line,
                comment(f"run-as: {_any_example(snippet, sources)}", page),
                "it asks a model, and no example is like it",
            )
        else:
            yield snippet.line, comment("untested: REASON", page), "nothing that asks a model was found in it"
    pairs = [f'"{text}" = {variable}' for text, variable in guesses.pairs.items() if '"' not in text]
    pairs += [f"env {name} = {ours}" for name, ours in guesses.variables.items()]
    if pairs and not (page.placeholders or page.variables):
        yield 1, comment(f"placeholders: {', '.join(pairs)}", page), "for the page, anywhere in it"


def _most_alike(snippet: Snippet, sources: Sources) -> tuple[str, float] | None:
    """Return the example and region that *snippet* shows most of, and the share of both that is the same."""
    best: tuple[str, float] | None = None
    for example in sources.manifest.examples:
        for variant in example.variants:
            if variant.language != snippet.language:
                continue
            try:
                regions = sources.regions(variant)
            except Unknown:
                continue
            for name, region in regions.items():
                share = difflib.SequenceMatcher(None, snippet.fence.lines, region.lines, autojunk=False).ratio()
                if share >= _LIKE and (best is None or share > best[1]):
                    words = example.id if name == default_region(example.id) else f"{example.id} region: {name}"
                    best = (words, share)
    return best


def _any_example(snippet: Snippet, sources: Sources) -> str:
    """Return an example in the snippet's language, for its answers and expectations."""
    fitting = (
        e.id for e in sources.manifest.examples if not e.opt_in and any(v.language == snippet.language for v in e.variants)
    )
    return next(fitting, "ID")
