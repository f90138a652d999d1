"""A ``node_modules`` next to the scripts that links to the packages in the cache, so that Node.js finds them by itself.

It is a folder of links with its own ``.gitignore``: the usual ``node_modules/`` in a repository's ``.gitignore`` matches
only folders, not a link.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_MARK = ".gitignore"
_OURS = "# Links to packages of dvara-examples, in "


def link_packages(place: Path, target: Path) -> None:
    """Link *place*, a ``node_modules`` next to the scripts, to the packages in *target*.

    The user's own folder, one that links to another cache, and one that cannot be written are left alone:
    the scripts then need another way. A replaced folder is moved aside as a whole, because other runs may be reading it.
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
    """Return the folder of packages that *place* links to, or None if it is not ours."""
    if place.is_symlink():  # the form of earlier releases
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
