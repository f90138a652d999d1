"""What a session is about: the variants that were chosen, and what is known of them beyond the manifest."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest, Variant, manifest_of
from dvara_examples.records.results import SourceLine
from dvara_examples.selection.options import AS_PLANNED, Control, Selection
from dvara_examples.selection.select import select

Places = Mapping[str, tuple[SourceLine, ...]]
"""Where people read about each variant, by its id."""
FindPlaces = Callable[[Manifest, Sequence[Variant]], Places]


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """Code of a page that runs in the place of a script: its file's *name*, its *text*, and the words that run it *again*."""

    name: str
    text: str
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The *variants* of *manifest* to run; *places* and *printed* are by the variant's id.

    *remark* is what the user should know of how they were chosen, *manifest_sha256* the digest of the manifest's bytes.
    """

    manifest: Manifest
    variants: tuple[Variant, ...]
    places: Places = field(default_factory=dict)
    printed: Mapping[str, PrintedCode] = field(default_factory=dict)
    remark: str | None = None
    manifest_sha256: str = ""


def script_places(_manifest: Manifest, variants: Sequence[Variant]) -> Places:
    """Return the first line of each variant's script; pages are not looked at."""
    return {variant.id: (SourceLine(variant.relative, 1),) for variant in variants}


def choose_examples(
    world: World,
    wanted: Selection,
    control: Control = AS_PLANNED,
    only: frozenset[str] | None = None,
    find_places: FindPlaces = script_places,
) -> Chosen:
    """Load the manifest of *world* and select what is *wanted* of it. Raises DvaraExamplesError.

    *only* narrows the selection to the variants with these ids; *find_places* says where people read about a variant.
    """
    manifest = manifest_of(world)
    digest = hashlib.sha256(world.manifest_path.read_bytes()).hexdigest()
    remark = None
    if control.last_failed:
        from dvara_examples.session.last_failed import narrowed_to_last_failed

        variants, remark = narrowed_to_last_failed(world, manifest, wanted)
    else:
        variants = select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
    if only is not None:
        variants = tuple(variant for variant in variants if variant.id in only)
    return Chosen(manifest, variants, find_places(manifest, variants), remark=remark, manifest_sha256=digest)
