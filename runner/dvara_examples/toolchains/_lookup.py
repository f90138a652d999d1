"""Looking for programs where scripts are prepared and run: on this machine, or in another place."""

import shutil

from dvara_examples.core.world import World
from dvara_examples.toolchains import Missing


def which(name: str, world: World, path: str | None = None) -> str | None:
    """Return the first *name* that ``PATH`` (or *path*) leads to, or None; another place knows its own ``PATH`` only."""
    if world.place is not None:
        return world.place.which(name)
    return shutil.which(name, path=(world.env("PATH") or "") if path is None else path)


def missing_there(world: World, language: str, what: str, found: str = "") -> Missing:
    """Say that the place in which *language* is to run does not have *what*; *found* is what it has instead."""
    assert world.place is not None
    has = f"expected {what} in {world.place.name}, found {found or 'none'}"
    return Missing(language, has, f"name another image: --image {language}=NAME")
