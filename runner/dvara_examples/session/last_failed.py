"""``--last-failed``: what did not pass in the latest stored run of the same manifest."""

from dataclasses import dataclass, replace

from dvara_examples.core.errors import NothingSelected, TranscriptError
from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest, Variant
from dvara_examples.records.run_folder import stored_folders
from dvara_examples.records.run_json import RunDocument, RunEntry
from dvara_examples.records.verdict import Outcome
from dvara_examples.selection.options import Selection
from dvara_examples.selection.select import select

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class _Last:
    """The latest stored run, and the ids of the variants that did not pass in it, in its order."""

    name: str
    failed: tuple[str, ...]


def narrowed_to_last_failed(world: World, manifest: Manifest, wanted: Selection) -> tuple[tuple[Variant, ...], str]:
    """Return the *wanted* variants that did not pass the last time, and a sentence that says so.

    If nothing failed, or nothing is stored yet, it is everything *wanted*. Raises NothingSelected if something
    failed, but nothing that is wanted.
    """
    last = _last(world)
    if last is None or not last.failed:
        variants = _selected(world, manifest, wanted)
        why = f"everything passed in {last.name}" if last else f"no run of {world.manifest_name} is stored yet"
        return variants, f"last failed: {why}; taking all {len(variants)} that are selected"
    named = wanted.selectors or ("*",)
    variants = tuple(v for v in _selected(world, manifest, replace(wanted, selectors=named)) if v.id in last.failed)
    if not variants:
        raise NothingSelected(
            f"nothing is left to run: what did not pass in {last.name} ({_listing(last.failed)}) is not in the selection"
        )
    return variants, f"last failed: taking what did not pass in {last.name}: {_listing([v.id for v in variants])}"


def _selected(world: World, manifest: Manifest, wanted: Selection) -> tuple[Variant, ...]:
    return select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)


def _last(world: World) -> _Last | None:
    """Find the latest run of this manifest; ignores folders that cannot be read, or do not name their manifest."""
    for folder in reversed(stored_folders(world.runs_dir)):
        try:
            document = folder.read()
        except TranscriptError:
            continue
        if document.about.manifest == world.manifest_name and not _of_pages_alone(document):
            return _Last(folder.path.name, tuple(dict.fromkeys(_failed(document))))
    return None


def _of_pages_alone(document: RunDocument) -> bool:
    """Tell whether a session ran only the code of pages, which says nothing about the examples' scripts."""
    return bool(document.runs) and all("#" in entry.id for entry in document.runs)


def _failed(document: RunDocument) -> list[str]:
    """Return the ids of variants that did not pass at once, and of those whose languages differed."""
    differ = set(document.disparities)
    flaky_is_red = not document.about.allow_flaky
    return [entry.id for entry in document.runs if _red(entry, flaky_is_red=flaky_is_red) or entry.id.partition("[")[0] in differ]


def _red(entry: RunEntry, *, flaky_is_red: bool) -> bool:
    match entry.outcome:
        case Outcome.PASSED:
            return bool(entry.earlier) and flaky_is_red
        case Outcome.SKIPPED:
            return entry.not_started
        case _:
            return True


def _listing(ids: "tuple[str, ...] | list[str]") -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return ", ".join(ids[:_MOST_NAMED]) + more
