"""Which undeclared packages scripts need: guessed from their imports."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvara_examples.scaffold.adopt.script import Surveyed
from dvara_examples.toolchains import load_toolchain


def guessed_packages(
    scripts: Sequence[Surveyed], declared: Mapping[Path, str], root: Path, base: Path
) -> dict[str, tuple[str, ...]]:
    """Return by language what *scripts* import, for those without a *declared* list.

    Lists are named by the script's file, relative to *root*. A Python project whose own package
    is imported is named by its folder, relative to *base*.
    """
    found: dict[str, tuple[str, ...]] = {}
    for script in scripts:
        reading = load_toolchain(script.language).spelling.reading
        listed = declared.get(script.file, "")
        own = [name for name in script.packages if listed and reading.provides(root / listed, name)]
        stated = bool(listed) and _states_packages(root / listed)
        if stated and not own:
            continue
        named = (
            reading.package_of(name) for name in script.packages if name not in own and not reading.beside(script.file, name)
        )
        others = [name for name in named if name is not None]
        if own:  # installed in place, with what its list names, where nothing else is wanted
            others = [name for name in others if not _lists(root / listed, name)]
            if not others and stated:
                continue
        project = [os.path.relpath((root / listed).parent, base).replace(os.sep, "/")] if own else []
        if project or others:
            found[script.language] = tuple(dict.fromkeys([*project, *others]))
    return found


def _states_packages(listing: Path) -> bool:
    """Tell whether a run takes packages from *listing*: a ``setup.py``, and settings of tools alone, have to be named."""
    if listing.name == "setup.py":
        return False
    return listing.name != "pyproject.toml" or _PROJECT.search(listing.read_text("utf-8", errors="replace")) is not None


_PROJECT = re.compile(r"^\[(?:project|tool\.poetry|dependency-groups)\b", re.MULTILINE)


def _lists(file: Path, package: str) -> bool:
    """Tell whether *file* names *package* somewhere."""
    spelled = re.escape(package).replace(r"\-", "[-_.]")
    return re.search(rf"[\"']{spelled}\b(?![-_.]\w)", file.read_text("utf-8", errors="replace"), re.IGNORECASE) is not None
