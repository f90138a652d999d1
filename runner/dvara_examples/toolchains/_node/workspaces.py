"""Packages that lie in one repository and name one another: a list takes them from their folders, not from the registry."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

MEMBERS_OF_PNPM = "pnpm-workspace.yaml"
_MOST_LEVELS = 8


def siblings_of(listing: Path, root: Path) -> Mapping[str, Path]:
    """Return the folder of each package that is in one workspace with the list, by its name; nothing where there is none."""
    for folder in listing.parent.parents:
        if not folder.is_relative_to(root):
            break
        patterns = _patterns(folder)
        if not patterns:
            continue
        members = {path.parent for pattern in patterns for path in _matching(folder, pattern)}
        if listing.parent in members:
            return {name: member for member in sorted(members) if (name := _name(member))}
    return {}


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Return the lists of the members that fit *pattern*, those of installed packages left out."""
    if pattern.startswith(("!", "/")) or ".." in pattern.split("/"):
        return []
    found = folder.glob(f"{pattern.rstrip('/')}/package.json")
    return [path for path in found if "node_modules" not in path.relative_to(folder).parts[:_MOST_LEVELS]]


def _patterns(folder: Path) -> list[str]:
    """Return the patterns of the folders that belong to the workspace of *folder*, in the words of npm, Yarn, Bun or pnpm."""
    try:
        found = json.loads((folder / "package.json").read_bytes()).get("workspaces")
    except (OSError, ValueError, AttributeError):
        found = None
    if isinstance(found, dict):  # as Yarn has it
        found = found.get("packages")
    if isinstance(found, list):
        return [str(pattern) for pattern in found]
    try:
        text = (folder / MEMBERS_OF_PNPM).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    listed = re.search(r"^packages:\s*\n((?:\s*-.*\n?|\s*#.*\n|\s*\n)*)", text, re.MULTILINE)
    return re.findall(r"^\s*-\s*[\"']?([^\"'\s#]+)", listed[1], re.MULTILINE) if listed else []


def _name(member: Path) -> str:
    try:
        return str(json.loads((member / "package.json").read_bytes()).get("name") or "")
    except (OSError, ValueError, AttributeError):
        return ""
