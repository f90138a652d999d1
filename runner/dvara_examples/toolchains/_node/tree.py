"""A copy of the parts of a repository that a package manager needs, so that it changes nothing in the repository."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.toolchains._local import state_of
from dvara_examples.toolchains._node import MEMBERS_OF_PNPM
from dvara_examples.toolchains._node.declare import read_listing
from dvara_examples.toolchains._node.local import local_folders, needed_siblings
from dvara_examples.toolchains._node.workspaces import members_of

_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", MEMBERS_OF_PNPM, ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js")
_FOLDERS = ("patches", ".yarn/patches", ".yarn/plugins")
_SECRET = (".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml")
_NOT_COPIED = shutil.ignore_patterns("node_modules", ".*")


@dataclass(frozen=True, slots=True)
class Tree:
    """The *listing*, the folder *home* that the manager works in, and all that it has to see: *files* and whole *folders*.

    *packages* are those of the folders and archives that hold packages.
    """

    listing: Path
    home: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    siblings: Mapping[str, Path]
    packages: tuple[Path, ...] = ()

    @property
    def top(self) -> Path:
        """The folder that holds everything; paths stay as they are below it."""
        return Path(os.path.commonpath([self.home, self.listing.parent, *(file.parent for file in self.files), *self.folders]))

    def state(self) -> Iterator[bytes]:
        """Yield what tells the tree from another one, and from an earlier state of itself."""
        for file in self.files:
            yield f"{file.relative_to(self.top)}".encode()
            yield file.read_bytes()
        for folder in self.folders:
            yield from (line.encode() for line in state_of(folder))

    def copy(self, folder: Path) -> Path:
        """Copy everything into *folder*, and return where *home* is there."""
        for place in self.folders:
            target = folder / place.relative_to(self.top)
            if place.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place, target)
            else:
                shutil.copytree(place, target, symlinks=True, ignore=_NOT_COPIED, dirs_exist_ok=True)
        for file in self.files:
            target = folder / file.relative_to(self.top)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
        return folder / self.home.relative_to(self.top)

    def within(self, copied: Path) -> Path:
        """Return where the folder of the listing lies in a copy whose home is *copied*."""
        return Path(os.path.normpath(copied / os.path.relpath(self.listing.parent, self.home)))

    def forget_secrets(self, folder: Path) -> None:
        """Remove settings that may hold a token from a copy."""
        for file in self.files:
            if file.name in _SECRET:
                (folder / file.relative_to(self.top)).unlink(missing_ok=True)


def tree_of(listing: Path, home: Path, lock: Path | None) -> Tree:
    """Return what a manager has to see of the workspace at *home* to install the packages of *listing*, one of its members."""
    members = members_of(home)
    lists = [folder / "package.json" for folder in sorted({home, listing.parent, *members})]
    named = {name: path.parent for path in lists if (name := _name(path))}
    folders: dict[Path, None] = {}
    waiting, seen = [listing], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        data = path.read_bytes()
        needed = [place for place in needed_siblings(data, named).values() if place not in (home, listing.parent)]
        local = [place for _, place in local_folders(data, path) if place.exists()]
        folders |= dict.fromkeys([*needed, *local])
        waiting += [place / "package.json" for place in (*needed, *local)]
    settings = [base / name for base in sorted({home, listing.parent}) for name in _SETTINGS]
    files = [path for path in (*lists, *settings, *([lock] if lock else [])) if path.is_file()]
    whole = [home / name for name in _FOLDERS if (home / name).is_dir()]
    return Tree(listing, home, tuple(files), (*folders, *whole), named, tuple(folders))


def source_folders(listing: Path, root: Path) -> tuple[Path, ...]:
    """Return the folders of the repository from which *listing* gets packages. Raises ToolchainError."""
    home = listing.parent
    top = next(
        (up for up in (home, *home.parents) if up.is_relative_to(root) and home in (up, *members_of(up)) and members_of(up)), home
    )
    found = (folder for folder in tree_of(listing, top, None).packages if folder.is_dir())
    return tuple(folder for folder in found if folder.is_relative_to(root))


def _name(listing: Path) -> str:
    return str(read_listing(listing).get("name") or "") if listing.is_file() else ""
