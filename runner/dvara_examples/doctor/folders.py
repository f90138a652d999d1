"""The two folders that are written: the cache, and the one for what runs leave."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.records.hints import disk_refused

_TRIED_BYTES = 1024 * 1024
_ROOMY_BYTES = 500 * 1024 * 1024
"""About what all three languages take, fetched and built, with what package managers keep for themselves."""


def check_folders(world: World) -> Iterator[Check]:
    """Yield whether cache and state can be written to, and how much room there is."""
    state = _tried("state", world.state_dir)
    cache = _tried("cache", world.cache_dir)
    if cache.state is CheckState.WRONG and state.state is not CheckState.WRONG and "is full" not in cache.text:
        cache = Check("cache", CheckState.NOTE, f"{cache.text}: {world.state_dir / 'cache'} takes its place", cache.hint)
    yield cache
    yield state


def _tried(topic: str, folder: Path) -> Check:
    """Write a megabyte into *folder*, or into the nearest one above it that is there, and take it away again."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there, buffering=0) as file:
            written = file.write(bytes(_TRIED_BYTES))
            if written < _TRIED_BYTES:
                file.write(bytes(_TRIED_BYTES - written))  # says why not all of it went
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Check.of(topic, CheckState.WRONG, disk_refused(folder, error))
    text = f"{folder}: can be written to, {free / 1e9:.1f} GB free"
    if topic == "cache" and free < _ROOMY_BYTES:
        return Check(
            topic, CheckState.NOTE, text, f"free some more: all languages together take up to {_ROOMY_BYTES / 1e6:.0f} MB"
        )
    return Check(topic, CheckState.OK, text)
