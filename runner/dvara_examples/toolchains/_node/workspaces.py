"""Packages of one repository that depend on one another: a list takes them from their folders, not from the registry."""

import json
from collections.abc import Mapping
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._node import MEMBERS_OF_PNPM

_MOST_LEVELS = 8


def members_of(top: Path) -> set[Path]:
    """Return the folders of the workspace at *top*, without that itself; none if it has none."""
    patterns = _patterns(top)
    found = {path.parent for pattern in patterns for path in _matching(top, pattern)}
    out = {path.parent for pattern in patterns if pattern.startswith("!") for path in _matching(top, pattern[1:])}
    return found - out - {top}


def siblings_of(listing: Path, root: Path) -> Mapping[str, Path]:
    """Return the folder of each package that is in one workspace with the list, by its name; nothing if there is none."""
    for folder in (listing.parent, *listing.parent.parents):
        if not folder.is_relative_to(root):
            break
        members = members_of(folder)
        if members and (folder == listing.parent or listing.parent in members):
            return {name: member for member in sorted(members) if (name := _name(member))}
    return {}


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Return the lists of the members that fit *pattern*, those of installed packages left out."""
    if not pattern or pattern.startswith(("!", "/")) or ".." in pattern.split("/"):
        return []
    found = folder.glob(f"{pattern.removeprefix('./').rstrip('/')}/package.json")
    return [path for path in found if "node_modules" not in path.relative_to(folder).parts[:_MOST_LEVELS]]


def _patterns(folder: Path) -> list[str]:
    """Return the patterns of the folders that belong to the workspace of *folder*, in the words of npm, Yarn, Bun or pnpm."""
    try:
        found = json.loads((folder / "package.json").read_bytes()).get("workspaces")
    except (OSError, ValueError, AttributeError):
        found = None
    if isinstance(found, dict):  # Yarn's form
        found = found.get("packages")
    if not isinstance(found, list) and (folder / MEMBERS_OF_PNPM).is_file():
        found = _of_pnpm(folder / MEMBERS_OF_PNPM)
    return [str(pattern) for pattern in found] if isinstance(found, list) else []


def _of_pnpm(file: Path) -> object:
    import yaml  # only if needed: it is slow to import

    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ToolchainError(f"{file} cannot be read ({str(error).partition(chr(10))[0]})", "correct it") from None
    return content.get("packages") if isinstance(content, dict) else None


def _name(member: Path) -> str:
    try:
        return str(json.loads((member / "package.json").read_bytes()).get("name") or "")
    except (OSError, ValueError, AttributeError):
        return ""
