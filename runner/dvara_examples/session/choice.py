"""What a session is about: the selected variants, and what is known about them beyond the manifest."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from dvara_examples.core.errors import DvaraExamplesError
from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest, Variant, manifest_of
from dvara_examples.records.results import SourceLine
from dvara_examples.selection.options import AS_PLANNED, Control, Selection
from dvara_examples.selection.select import select

Places = Mapping[str, tuple[SourceLine, ...]]
"""Where people read about each variant, by its id."""
FindPlaces = Callable[[Manifest, Sequence[Variant]], Places]


def not_looked_up() -> Places:
    """Return no places."""
    return {}


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """Code of a page that runs instead of a script: its file's *name*, its *text*, and the arguments to run it *again*.

    With *any_key*, the key in it is accepted as the key of the run.
    """

    name: str
    text: str
    again: tuple[str, ...]
    any_key: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The *variants* of *manifest* to run; *printed* is by the variant's id.

    *find_places* looks up where people read about them, which means reading pages, so it is called once, by the first run
    that did not pass; for passed runs only if *places_of_passed* is set.
    *remark* is what the user should know about the selection, *manifest_sha256* the digest of the manifest's bytes.
    """

    manifest: Manifest
    variants: tuple[Variant, ...]
    find_places: Callable[[], Places] = not_looked_up
    places_of_passed: bool = True
    printed: Mapping[str, PrintedCode] = field(default_factory=dict)
    remark: str | None = None
    manifest_sha256: str = ""


def script_places(_manifest: Manifest, variants: Sequence[Variant]) -> Places:
    """Return the first line of each variant's script, without looking at pages."""
    return {variant.id: (SourceLine(variant.relative, 1),) for variant in variants}


class PlacesOnDemand:
    """Looks up the places of *chosen* variants on demand; thread-safe."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._lock = threading.Lock()
        self._found: Places | None = None

    def of(self, variant_id: str, *, passed: bool) -> tuple[SourceLine, ...]:
        """Return the places of a variant whose run *passed* or did not; none if they are not needed."""
        if passed and not self._chosen.places_of_passed:
            return ()
        with self._lock:
            if self._found is None:
                self._found = self._look_up()
        return self._found.get(variant_id, ())

    def _look_up(self) -> Places:
        try:
            return self._chosen.find_places()
        except (DvaraExamplesError, OSError, ValueError):  # a verdict matters more than where people read about it
            return {}


def choose_examples(
    world: World,
    wanted: Selection,
    control: Control = AS_PLANNED,
    only: frozenset[str] | None = None,
    find_places: FindPlaces = script_places,
    *,
    places_of_passed: bool = True,
    remember: bool = False,
) -> Chosen:
    """Load the manifest of *world* and select the *wanted* variants. Raises DvaraExamplesError.

    *only* narrows the selection to the variants with these ids; *find_places* says where people read about a variant;
    for passed runs only if *places_of_passed* is set. With *remember*, the next command does not check a valid manifest
    again as a whole.
    """
    manifest = manifest_of(world, remember=remember)
    digest = hashlib.sha256(world.manifest_path.read_bytes()).hexdigest()
    remark = None
    if control.last_failed:
        from dvara_examples.session.last_failed import narrowed_to_last_failed

        variants, remark = narrowed_to_last_failed(world, manifest, wanted)
    else:
        variants = select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
    if only is not None:
        variants = tuple(variant for variant in variants if variant.id in only)
    find = partial(find_places, manifest, variants)
    return Chosen(manifest, variants, find, places_of_passed, remark=remark, manifest_sha256=digest)
