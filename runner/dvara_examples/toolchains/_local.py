"""Folders and archives of this machine that a list names as packages: whether they have changed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PASSED_OVER = {"node_modules", "__pycache__", "build", "venv"}
_MOST_FILES = 5000


def state_of(place: Path) -> Iterator[str]:
    """Yield what changes when a package in *place*, a folder or an archive, changes: names, sizes and times of its files."""
    paths = [place] if place.is_file() else _below(place)
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            yield f"{path}:{status.st_size}:{status.st_mtime_ns}"


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    waiting = [folder]
    while waiting and len(found) < _MOST_FILES:
        with suppress(OSError):
            for path in sorted(waiting.pop().iterdir()):
                if path.name.startswith(".") or path.name in _PASSED_OVER or path.name.endswith(".egg-info"):
                    continue
                if path.is_dir() and not path.is_symlink():
                    waiting.append(path)
                else:
                    found.append(path)
    return found
