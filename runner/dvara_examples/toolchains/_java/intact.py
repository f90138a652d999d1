"""Folders of the cache that are checked again before use: deleted or truncated files are rebuilt.

The cache's own marker says that a folder *was* whole; disks fill up, and people tidy. A damaged folder is left as
it is, because another run may be using it, and a new one is built next to it, which also works for a read-only cache.
"""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._cache import cached_folder, kept_folder

_INVENTORY = "inventory.json"
_ATTEMPTS = 8


def intact_folder(
    world: World,
    kind: str,
    key: str,
    build: Callable[[Path], None],
    is_good: Callable[[Path], bool] = Path.is_dir,
) -> Path:
    """Return the folder that *build* fills, with every file present in full length.

    *is_good* may check more: a folder for which it returns False counts as damaged.

    Raises ToolchainError as the cache does, and if eight such folders are damaged.
    """

    def build_and_list(folder: Path) -> None:
        build(folder)
        sizes = {file.relative_to(folder).as_posix(): file.stat().st_size for file in folder.rglob("*") if file.is_file()}
        (folder / _INVENTORY).write_text(json.dumps(sizes), "utf-8")

    for attempt in range(_ATTEMPTS):
        folder = cached_folder(world, kind, f"{key}-{attempt}", build_and_list)
        if _is_intact(folder) and is_good(folder):
            return folder
    raise ToolchainError(f"the folder {folder.parent.parent} is damaged again and again", "remove it and run again")


def kept_intact(world: World, kind: str, key: str) -> Path | None:
    """Return the folder for *kind* and *key* in which every file is present in its full length, or None; builds nothing."""
    kept = (kept_folder(world, kind, f"{key}-{attempt}") for attempt in range(_ATTEMPTS))
    for folder in itertools.takewhile(lambda found: found is not None, kept):
        if folder is not None and _is_intact(folder):
            return folder
    return None


def _is_intact(folder: Path) -> bool:
    """Say whether *folder* still holds every file of its inventory in full length."""
    try:
        sizes = json.loads((folder / _INVENTORY).read_text("utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False
