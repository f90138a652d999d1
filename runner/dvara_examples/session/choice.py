"""What a session is about: the variants that were chosen, and what is known of them beyond the manifest."""

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
    """Code of a page that runs in the place of a script: its file's *name*, its *text*, and the words that run it *again*.

    With *any_key*, the key that stands in it is taken for the key of the run.
    """

    name: str
    text: str
    again: tuple[str, ...]
    any_key: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The *variants* of *manifest* to run; *printed* is by the variant's id.

    *find_places* looks up where people read about them: pages have to be read for that, so it is asked once, by the first run
    that did not pass, and of passed ones only where *places_of_passed* is set.
    *remark* is what the user should know of how they were chosen, *manifest_sha256* the digest of the manifest's bytes.
    """

    manifest: Manifest
    variants: tuple[Variant, ...]
    find_places: Callable[[], Places] = not_looked_up
    places_of_passed: bool = True
    printed: Mapping[str, PrintedCode] = field(default_factory=dict)
    remark: str | None = None
    manifest_sha256: str = ""


def script_places(_manifest: Manifest, variants: Sequence[Variant]) -> Places:
    """Return the first line of each variant's script; pages are not looked at."""
    return {variant.id: (SourceLine(variant.relative, 1),) for variant in variants}


class PlacesOnDemand:
    """Looks up the places of what was *chosen* when they are first asked for; thread-safe."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._lock = threading.Lock()
        self._found: Places | None = None

    def of(self, variant_id: str, *, passed: bool) -> tuple[SourceLine, ...]:
        """Return the places of a variant whose run *passed* or did not; none where they are not needed."""
        if passed and not self._chosen.places_of_passed:
            return ()
        with self._lock:
            if self._found is None:
                self._found = self._look_up()
        return self._found.get(variant_id, ())

    def _look_up(self) -> Places:
        try:
            return self._chosen.find_places()
        except (DvaraExamplesError, OSError, ValueError):  # a verdict is worth more than where people read about it
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
    """Load the manifest of *world* and select what is *wanted* of it. Raises DvaraExamplesError.

    *only* narrows the selection to the variants with these ids; *find_places* says where people read about a variant,
    of passed runs only where *places_of_passed* is set. With *remember* a good manifest is not checked again as a whole by the
    next command.
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
