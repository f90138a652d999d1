"""The content of `list`, cached: if nothing has changed since the last time, the manifest is not even read.

It is in the cache, with the size and last change of every file and folder that it depends on: the manifest, what it
names, and the modules that decide what a manifest may say.
"""

import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dvara_examples.core.world import World

if TYPE_CHECKING:
    from dvara_examples.manifest.model import Manifest

_PACKAGE = Path(__file__).resolve().parents[1]
_DECIDING = ("core", "embedded_gateway", "expectations", "faults", "gateways", "manifest", "records", "toolchains", "wire")
_FOLDER = "listings"
_SETTLED_NS = 2_000_000_000
"""What has changed this short a time ago may change again without a new time; such a state is not kept."""

State = dict[str, list[int]]
"""Size, inode and time of the last change of files and folders, by their paths."""


class ListedVariant(NamedTuple):
    """The script of one example in one language; *relative* is relative to *root*, with forward slashes."""

    example_id: str
    language: str
    relative: str
    root: Path

    @property
    def id(self) -> str:
        """The full id: ``stream-basic[node]``."""
        return f"{self.example_id}[{self.language}]"

    @property
    def file(self) -> Path:
        """The script's absolute path."""
        return self.root / self.relative


class ListedExample(NamedTuple):
    """One example, without its answers and expectations."""

    id: str
    title: str
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    opt_in: bool
    variants: tuple[ListedVariant, ...]


class Listing(NamedTuple):
    """The examples of a manifest, and the *notes* from reading it."""

    root: Path
    examples: tuple[ListedExample, ...]
    notes: tuple[str, ...]

    @property
    def variants(self) -> tuple[ListedVariant, ...]:
        """Every variant, in the order of the manifest."""
        return tuple(variant for example in self.examples for variant in example.variants)


def listing_of(world: World) -> Listing:
    """Return the examples of *world*'s manifest, and show the user its notes. Raises ManifestError."""
    began_ns = int(world.clock.utc_now().timestamp() * 1e9)
    file = world.cache_dir / _FOLDER / f"{zlib.crc32(os.fsencode(world.manifest_path)):08x}.json"
    kept = _kept(file, world)
    if kept is not None:
        for note in kept.notes:
            world.stderr.write(f"note: {note}\n")
        return kept
    from dvara_examples.manifest.loader import manifest_of

    manifest = manifest_of(world, remember=True)
    _keep(file, manifest, world, began_ns)
    return _listing(world.root, _rows(manifest), manifest.notes)


def _rows(manifest: "Manifest") -> list[list[object]]:
    """Return each example as plain values."""
    return [
        [e.id, e.title, e.tags, e.needs, e.opt_in, [(variant.language, variant.relative) for variant in e.variants]]
        for e in manifest.examples
    ]


def _listing(root: Path, rows: list[list[object]], notes: tuple[str, ...]) -> Listing:
    return Listing(root, tuple(_example(root, *row) for row in rows), notes)  # type: ignore[arg-type]


def _example(
    root: Path, name: str, title: str, tags: list[str], needs: list[str], opt_in: bool, scripts: list[tuple[str, str]]
) -> ListedExample:
    variants = tuple(ListedVariant(name, language, relative, root) for language, relative in scripts)
    return ListedExample(name, title, tuple(tags), tuple(needs), opt_in, variants)


def _kept(file: Path, world: World) -> Listing | None:
    """Return the content of *file*, if it is for exactly this place and nothing has changed since."""
    try:
        found = json.loads(file.read_bytes())
        state: State = found["state"]
        if found["place"] != _place(world) or any(_state_of(path) != seen for path, seen in state.items()):
            return None
        return _listing(world.root, found["examples"], tuple(found["notes"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(file: Path, manifest: "Manifest", world: World, began_ns: int) -> None:
    """Write what was read since *began_ns* to *file*, unless it may have changed meanwhile, or the folder is not writable."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    with contextlib.suppress(OSError):
        state = {path: _state_of(path) for path in (*map(str, manifest.sources), *_deciding())}
        if any(changed_ns > began_ns - _SETTLED_NS for _, _, changed_ns in state.values()):
            return
        content = {"place": _place(world), "state": state, "notes": manifest.notes, "examples": _rows(manifest)}
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(content), "ascii")
        beside.replace(file)


def _place(world: World) -> list[str | None]:
    """Return what else the result depends on: the location of the modules, and the current folder."""
    return [*map(str, (_PACKAGE, world.manifest_path, world.root, world.cwd)), world.env("DVARA_EXAMPLES_LANGUAGES")]


def _state_of(path: str) -> list[int]:
    found = os.stat(path)  # noqa: PTH116 - some two hundred at each start
    return [found.st_size, found.st_ino, found.st_ctime_ns]


def _deciding() -> Iterator[str]:
    """Yield the modules of this tool that decide what a manifest may say."""
    for name in _DECIDING:
        for folder, _, files in os.walk(_PACKAGE / name):
            yield from (os.path.join(folder, file) for file in files if file.endswith(".py"))  # noqa: PTH118 - as above
