"""The result of an installation: which release of every package, and when it was chosen."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.records.locked import not_locked
from dvara_examples.toolchains import Declared
from dvara_examples.toolchains._cache import kept_folder

FILE = "resolved.json"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The *versions* of all packages of one folder of the cache, and the day (UTC) on which they were chosen."""

    day: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def of(self, names: Collection[str]) -> dict[str, str]:
        """Return the versions of the packages requested by name."""
        return {name: self.versions[name] for name in names if name in self.versions}

    @property
    def all(self) -> dict[str, str]:
        """The versions of all packages."""
        return dict(self.versions)

    def remark(self, declared: Declared, world: World) -> str:
        """Say where the dependencies are stated, and if they are not locked, when they were resolved."""
        return in_words(declared, world, self.day)


def in_words(declared: Declared, world: World, day: str = "") -> str:
    """Say where dependencies are stated, whether they are locked, and if not, on which *day* they were resolved."""
    if not declared.kind:
        return ""
    if declared.words:
        return declared.words
    if declared.file is not None:
        place = _seen_from(world.root, declared.file) + (f"[{','.join(declared.parts)}]" if declared.parts else "")
    else:
        place = f"packages ({', '.join(declared.packages) or 'none'})"
    if declared.lock is not None:
        place += f" with {_seen_from(world.root, declared.lock)}"
    if declared.project is not None:
        place += f" and the package in {declared.project.relative_to(world.root).as_posix()}"
    return place if declared.locked else not_locked(place, day)


def _seen_from(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)


def write_resolved(folder: Path, versions: Mapping[str, str], world: World) -> None:
    """Record what was installed into *folder* today."""
    content = {"day": f"{world.clock.utc_now():%Y-%m-%d}", "versions": dict(sorted(versions.items()))}
    (folder / FILE).write_text(json.dumps(content), "utf-8")


def day_in(kind: str, key: str, world: World) -> str:
    """Return the day on which the packages in a folder of the cache were chosen; nothing if they are not there yet."""
    folder = kept_folder(world, kind, key)
    return "" if folder is None else read_resolved(folder).day


def read_resolved(folder: Path) -> Resolved:
    """Return what was installed into *folder*; nothing for a folder of an older release."""
    try:
        content = json.loads((folder / FILE).read_text("utf-8"))
        return Resolved(content["day"], content["versions"])
    except (OSError, ValueError, KeyError, TypeError):
        return Resolved()
