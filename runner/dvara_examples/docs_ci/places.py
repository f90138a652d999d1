"""Where people read about a variant: its script, with the first line of its region, and the pages that show it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.directives import Shows
from dvara_examples.docs_ci.sources import Sources, Unknown, default_region
from dvara_examples.manifest import Manifest, Variant
from dvara_examples.records.results import SourceLine

if TYPE_CHECKING:
    from dvara_examples.docs_ci.page import Page


def find_places(
    manifest: Manifest, variants: Sequence[Variant], pages: "Sequence[Page] | None" = None
) -> dict[str, tuple[SourceLine, ...]]:
    """Return the places of each of *variants* by its id; *pages* are those of the manifest by default.

    A broken page or script is ignored here, because it must not prevent a run.
    """
    sources = Sources(manifest)
    shown = _shown(manifest, sources, _readable(manifest) if pages is None else pages)
    return {variant.id: (_script(variant, sources), *shown.get(variant.id, ())) for variant in variants}


def _script(variant: Variant, sources: Sources) -> SourceLine:
    line = 1
    with suppress(Unknown):
        region = sources.regions(variant).get(default_region(variant.example_id))
        line = region.first_line if region else 1
    return SourceLine(variant.relative, line)


def _shown(manifest: Manifest, sources: Sources, pages: "Sequence[Page]") -> Mapping[str, Sequence[SourceLine]]:
    found: defaultdict[str, list[SourceLine]] = defaultdict(list)
    for page in pages:
        name = (page.path.relative_to(manifest.root) if page.path.is_relative_to(manifest.root) else page.path).as_posix()
        for snippet in page.snippets:
            if isinstance(snippet.about, Shows):
                with suppress(Unknown):
                    found[sources.variant(snippet.about, snippet.language)[1].id].append(SourceLine(name, snippet.line))
    return found


def _readable(manifest: Manifest) -> "list[Page]":
    """Read the manifest's pages, except those that name no example."""
    if not manifest.docs:
        return []
    from dvara_examples.docs_ci.find import declared  # parses Markdown only if there are fences
    from dvara_examples.docs_ci.page import load_page

    pages = []
    for path in declared(manifest):
        with suppress(PageError, OSError):
            if b"example:" in path.read_bytes():
                pages.append(load_page(path, path.name))
    return pages
