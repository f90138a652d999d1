"""``docs check`` and ``docs sync``: which pages, how they stand, and what of them is to be written anew."""

import difflib
from collections.abc import Iterator, Sequence

from dvara_examples.manifest import Manifest, load_manifest
from dvara_examples.pages import Page
from dvara_examples.pages.find import find_pages
from dvara_examples.pages.sources import Sources
from dvara_examples.pages.standing import Standing, State, proved, stand
from dvara_examples.pages.sync import save, synced
from dvara_examples.run_folder import find_run
from dvara_examples.world import World

Checked = tuple[tuple[Page, tuple[Standing, ...]], ...]


def check(world: World, named: Sequence[str], results: str | None = None) -> Checked:
    """Return how everything on the pages stands; *results* names a stored run in which the examples must have passed.

    Raises ManifestError, PageError and TranscriptError.
    """
    manifest = load_manifest(world.manifest_path, world.root, display=world.cwd)
    found = stand_all(find_pages(named, manifest, world), manifest)
    return found if results is None else tuple(_with_results(found, world, results))


def stand_all(pages: Sequence[Page], manifest: Manifest) -> Checked:
    """Return how everything on *pages* stands, each script read once."""
    sources = Sources(manifest)
    return tuple((page, stand(page, sources)) for page in pages)


def _with_results(found: Checked, world: World, name: str) -> Iterator[tuple[Page, tuple[Standing, ...]]]:
    folder = find_run(world.runs_dir, name, world.cwd)
    outcomes = {run.variant_id: run.outcome.value for run in folder.read_summary() if run.outcome is not None}
    for page, standings in found:
        yield page, tuple(proved(s, outcomes, run_key(page, s, world), folder.path.name) for s in standings)


def run_key(page: Page, standing: Standing, world: World) -> str:
    """Return the id of the run that proves a fence: its example's own, or that of the page's code."""
    assert standing.variant is not None or standing.state not in (State.IN_STEP, State.OWN_CODE)
    if standing.variant is None or standing.state is State.IN_STEP:
        return standing.variant.id if standing.variant else ""
    return f"{page_id(page, world)}#{standing.variant.id}"


def page_id(page: Page, world: World) -> str:
    """Return the name of a page as results have it: seen from the root, with forward slashes."""
    return (page.path.relative_to(world.root) if page.path.is_relative_to(world.root) else page.path).as_posix()


def sync(world: World, named: Sequence[str], *, dry_run: bool = False) -> Iterator[tuple[Page, tuple[str, ...]]]:
    """Bring pages in step, and yield each with the unified diff of what changed in it (or would, in a *dry_run*).

    All are made before the first one is written. Raises ManifestError and PageError.
    """
    manifest = load_manifest(world.manifest_path, world.root, display=world.cwd)
    sources = Sources(manifest)
    made = [(page, synced(page, sources)) for page in find_pages(named, manifest, world)]
    for page, text in made:
        if text != page.text and not dry_run:
            save(page, text)
        before, after = page.text.splitlines(), text.splitlines()
        yield page, tuple(difflib.unified_diff(before, after, page.shown, page.shown, lineterm=""))
