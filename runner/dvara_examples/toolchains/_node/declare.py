"""Finds the place that states what a Node script depends on, the nearest first."""

import json
from collections.abc import Mapping
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Packages
from dvara_examples.toolchains._node import LOCK
from dvara_examples.toolchains._node.locks import lock_of

LISTED = "package.json"
NPM, PACKAGES = "npm", "packages"
"""The kinds: a ``package.json``, and the manifest's own list."""


def find_declared(script: Path, packages: Packages | None, world: World) -> Declared:
    """Return where the dependencies of *script* are stated. Raises ToolchainError if such a place cannot be read."""
    if packages is not None and not packages.fallback:
        return of_manifest(packages, world.root)
    near = (folder for folder in script.parents if folder.is_relative_to(world.root))
    listing = next((folder / LISTED for folder in near if (folder / LISTED).is_file()), None)
    if listing is not None:
        return of_file(listing, world.root)
    if packages is not None:
        return of_manifest(packages, world.root)
    shipped = world.root / "examples" / "node" / LISTED
    return of_file(shipped, world.root) if shipped.is_file() else Declared()


def of_manifest(packages: Packages, root: Path) -> Declared:
    """Return what the manifest itself states."""
    if packages.file is not None:
        return of_file(packages.file, root)
    return Declared(PACKAGES, None, packages.names, locked=not packages.names)


def of_file(listing: Path, root: Path) -> Declared:
    """Return what a ``package.json`` states."""
    lock = lock_of(listing, root)
    return Declared(NPM, listing, locked=lock is not None, lock=None if lock == listing.with_name(LOCK) else lock)


def read_listing(listing: Path) -> Mapping[str, object]:
    """Return the content of a ``package.json``. Raises ToolchainError if it is invalid."""
    try:
        content = json.loads(listing.read_bytes())
    except (ValueError, OSError):
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("dependencies", {}), dict):
        raise ToolchainError(f"{listing} is not a valid package.json", "correct it")
    return content


def names_asked_for(listing: Path) -> list[str]:
    """Return the names of the packages that a ``package.json`` requests."""
    dependencies = read_listing(listing).get("dependencies")
    return sorted(dependencies) if isinstance(dependencies, dict) else []
