"""The folders that are written to: the cache, the state folder, and that of temporary files."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dvara_examples.core.disk import kept_from_running
from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.records.hints import disk_refused, system_refused

_TRIED_BYTES = 1024 * 1024
_ROOMY_BYTES = 500 * 1024 * 1024
"""About what all three languages take, fetched and built, with what package managers keep for themselves."""


_NOEXEC = "is on a file system that lets nothing be executed (noexec), which Node.js and many packages need"
_NOEXEC_HINT = "let DVARA_EXAMPLES_CACHE name a folder on another file system"


def check_folders(world: World) -> Iterator[Check]:
    """Yield whether cache and state are writable, and their free space; for temporary files only problems."""
    try:
        tempfile.TemporaryFile().close()
    except OSError as error:
        yield Check.of("temporary", CheckState.WRONG, system_refused(error))
    state = _tried("state", world.state_dir)
    cache = _tried("cache", world.cache_dir)
    if cache.state is not CheckState.WRONG and kept_from_running(world.cache_dir):
        cache = Check("cache", CheckState.WRONG, f"{world.cache_dir}: {_NOEXEC}", _NOEXEC_HINT)
    spare = state.state is not CheckState.WRONG and not kept_from_running(world.state_dir)
    if cache.state is CheckState.WRONG and spare and "is full" not in cache.text:
        cache = Check("cache", CheckState.NOTE, f"{cache.text}: {world.state_dir / 'cache'} takes its place", cache.hint)
    yield cache
    yield state


def _look_below(folder: Path) -> None:
    """Raise PermissionError for a folder that runs write to and that belongs to another user, such as root."""
    layouts = _children(folder)
    kinds = [kind for layout in layouts for kind in _children(layout)]
    tools = [tool for kind in kinds if kind.name == "downloads" for tool in _children(kind)]
    for place in (*layouts, *kinds, *tools):
        if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"{os.strerror(errno.EACCES)}: {place}")


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK) else []


def _tried(topic: str, folder: Path) -> Check:
    """Write a megabyte into *folder*, or into its nearest existing parent, and remove it."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there, buffering=0) as file:
            _look_below(folder)
            written = file.write(bytes(_TRIED_BYTES))
            if written < _TRIED_BYTES:
                file.write(bytes(_TRIED_BYTES - written))  # says why not everything was written
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Check.of(topic, CheckState.WRONG, disk_refused(folder, error))
    text = f"{folder}: can be written to, {free / 1e9:.1f} GB free"
    if topic == "cache" and free < _ROOMY_BYTES:
        return Check(
            topic, CheckState.NOTE, text, f"free some more: all languages together take up to {_ROOMY_BYTES / 1e6:.0f} MB"
        )
    return Check(topic, CheckState.OK, text)
