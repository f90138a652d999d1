"""What the file system under a folder allows."""

import os
from pathlib import Path


def kept_from_running(place: Path) -> bool:
    """Tell whether *place*, or the nearest folder above it that is there, is mounted so that nothing in it can be executed."""
    try:
        there = next((folder for folder in (place, *place.parents) if folder.exists()), None)
        return there is not None and bool(os.statvfs(there).f_flag & getattr(os, "ST_NOEXEC", 0))
    except OSError:
        return False
