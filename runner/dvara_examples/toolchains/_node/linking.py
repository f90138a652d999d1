"""A ``node_modules`` next to the scripts that leads to the packages in the cache, so that Node.js finds them by itself.

It is a folder of links with a ``.gitignore`` of its own: the usual ``node_modules/`` in a repository's ``.gitignore`` means
folders alone, and would let a link through.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_MARK = ".gitignore"
_OURS = "# Links to packages of dvara-examples, in "


def link_packages(place: Path, target: Path) -> None:
    """Let *place*, a ``node_modules`` next to the scripts, lead to the packages in *target*.

    A folder of the user's own, and one that leads to another cache, are left alone, and so is a folder that cannot be written:
    the scripts then need another way. What is replaced is moved aside as a whole, as other runs may be reading it.
    """
    now = linked_to(place)
    if now is not None:
        of_this_cache = now.is_relative_to(target.parents[2])
        if now == target or (now.exists() and not of_this_cache):
            return
    elif place.exists():
        return
    draft = place.with_name(f".{place.name}.{os.urandom(4).hex()}")
    try:
        _fill(draft, target)
        if now is not None:
            _move_away(place)
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)


def linked_to(place: Path) -> Path | None:
    """Return the folder of packages that *place* leads to, or None if it is nothing of ours."""
    if place.is_symlink():  # as earlier releases had it
        return Path(os.path.realpath(place))
    try:
        text = (place / _MARK).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    mark = next((line for line in text.splitlines() if line.startswith(_OURS)), None)
    return Path(mark.removeprefix(_OURS)) if mark else None


def _fill(folder: Path, target: Path) -> None:
    folder.mkdir()
    (folder / _MARK).write_text(f"{_OURS}{target}\n*\n", "utf-8")
    for package in sorted(target.iterdir()):
        if package.is_dir() and not package.name.startswith("."):
            (folder / package.name).symlink_to(package, target_is_directory=True)


def _move_away(place: Path) -> None:
    if place.is_symlink():
        place.unlink()
        return
    old = place.with_name(f".{place.name}.{os.urandom(4).hex()}")
    place.rename(old)
    with suppress(OSError):
        shutil.rmtree(old)
