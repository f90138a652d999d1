"""``docs check`` and ``docs sync``: which pages, their state, and what to update."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dvara_examples.core.world import World
from dvara_examples.docs_ci.fence_status import FenceState, FenceStatus, check_page, proved
from dvara_examples.docs_ci.find import find_pages
from dvara_examples.docs_ci.page import Page, read_page
from dvara_examples.docs_ci.printed import printed_scripts
from dvara_examples.docs_ci.sources import Sources
from dvara_examples.docs_ci.suggest import suggestions
from dvara_examples.docs_ci.sync import save, synced
from dvara_examples.manifest import Manifest, manifest_of
from dvara_examples.records.run_folder import RunFolder, find_run
from dvara_examples.records.verdict import Outcome

Checked = tuple[tuple[Page, tuple[FenceStatus, ...]], ...]


def check(world: World, named: Sequence[str], results: str | None = None) -> Checked:
    """Return the state of everything on the pages; *results* names a stored run in which the examples must have passed.

    Raises ManifestError, PageError and TranscriptError.
    """
    manifest = manifest_of(world)
    found = check_pages(find_pages(named, manifest, world), manifest)
    return found if results is None else tuple(_with_results(found, manifest, world, results))


def check_pages(pages: Sequence[Page], manifest: Manifest) -> Checked:
    """Return the state of everything on *pages*, reading each script once."""
    sources = Sources(manifest)
    return tuple((page, check_page(page, sources)) for page in pages)


def _with_results(found: Checked, manifest: Manifest, world: World, name: str) -> Iterator[tuple[Page, tuple[FenceStatus, ...]]]:
    folder, sources = find_run(world.runs_dir, name, world.cwd), Sources(manifest)
    outcomes = outcomes_of(folder)
    for page, statuses in found:
        yield page, with_outcomes(page, statuses, sources, world, outcomes, folder.path.name)


def outcomes_of(folder: RunFolder) -> Mapping[str, str]:
    """Return the outcome of each variant in a stored run; the worst counts if there are several. Raises TranscriptError."""
    worst: dict[str, str] = {}
    for run in folder.read_summary():
        if run.outcome is not None and worst.get(run.variant_id, Outcome.PASSED) == Outcome.PASSED:
            worst[run.variant_id] = run.outcome.value
    return worst


def with_outcomes(
    page: Page, statuses: Sequence[FenceStatus], sources: Sources, world: World, outcomes: Mapping[str, str], run: str
) -> tuple[FenceStatus, ...]:
    """Return how *statuses* are, seen with the *outcomes* of *run*: of each fence's example, or of the page's own code."""
    own = {}
    if any(status.state is FenceState.STANDALONE for status in statuses):
        scripts = printed_scripts(page, page_id(page, world), sources, strict=False)
        own = {line: script.variant_id for script in scripts if script.own for line in script.lines}
    return tuple(proved(s, outcomes, own.get(s.line) or (s.variant.id if s.variant else ""), run) for s in statuses)


def suggested(found: Checked, world: World) -> Iterator[str]:
    """Yield, for people, the comments that would connect untested fences with examples."""
    sources = Sources(manifest_of(world))
    for page, statuses in found:
        for line, comment, why in suggestions(page, statuses, sources):
            yield f"suggest  {page.shown}:{line}  {comment}  ({why})"


def page_id(page: Page, world: World) -> str:
    """Return the name of a page as results use it: relative to the root, with forward slashes."""
    return (page.path.relative_to(world.root) if page.path.is_relative_to(world.root) else page.path).as_posix()


@dataclass(frozen=True, slots=True)
class Synced:
    """An updated *page*: the unified *diff* of its changes (done or planned), and the comments that name *unknown*."""

    page: Page
    diff: tuple[str, ...]
    unknown: tuple[FenceStatus, ...]


def sync(world: World, named: Sequence[str], *, dry_run: bool = False) -> Iterator[Synced]:
    """Update the pages, and yield the result for each; a *dry_run* writes nothing.

    All updates are computed before the first one is written. Raises ManifestError and PageError.
    """
    manifest = manifest_of(world)
    sources = Sources(manifest)
    made = [(page, synced(page, sources)) for page in find_pages(named, manifest, world)]
    for page, text in made:
        now = page
        if text != page.text and not dry_run:
            save(page, text)
            now = read_page(page.path, page.shown, text, has_bom=page.has_bom, mdx=page.mdx)
        before, after = page.text.splitlines(), text.splitlines()
        unknown = tuple(each for each in check_page(now, sources) if each.state is FenceState.UNKNOWN)
        yield Synced(now, tuple(difflib.unified_diff(before, after, page.shown, page.shown, lineterm="")), unknown)
