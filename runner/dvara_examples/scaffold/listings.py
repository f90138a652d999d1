"""What a language needs next to its scripts: the list of its packages, and its lock file."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dvara_examples.toolchains import load_toolchain

_IMPORTED = re.compile(r'^\s*(?:import|from)\s+(\w+)|\bfrom\s+"([^".][^"]*)"', re.MULTILINE)
_OF_OURS = (b"`make lock` pins it in", b"pinned in")


def listings_for(language: str, folder: Path, root: Path, script: str, shipped: Path) -> tuple[Mapping[Path, bytes], str]:
    """Return the files to write next to *script* in *folder*, and a remark if that is impossible.

    A list in *folder* or above it, up to *root*, is enough if it names the packages that the script imports. *shipped* is the
    folder of the shipped examples.
    """
    names = load_toolchain(language).lists
    if not names:
        return {}, ""
    wanted = {part for pair in _IMPORTED.findall(script) for part in pair if part}
    ours = (shipped / language / names[0]).read_text("utf-8")
    found = next((place / name for place in _up(folder, root) for name in names if (place / name).is_file()), None)
    if found is not None:
        written = found.read_text("utf-8", errors="replace")
        lacks = sorted(name for name in wanted if _names(ours, name) and not _names(written, name))
        if not lacks:
            return {}, ""
        if found.parent == folder:
            return {}, f"{found} does not list {', '.join(lacks)}, which the new script imports: add it there"
    there = [name for name in names if (shipped / language / name).is_file()]
    copied = {folder / name: (shipped / language / name).read_bytes().replace(*_OF_OURS) for name in there}
    return {path: data for path, data in copied.items() if not path.exists()}, ""


def _names(listing: str, package: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", listing) is not None


def _up(folder: Path, root: Path) -> Iterator[Path]:
    """Yield *folder* and those above it, up to *root*."""
    yield from (place for place in (folder, *folder.parents) if place.is_relative_to(root))
