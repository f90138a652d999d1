"""Finds the lock file for a ``package.json``: npm's, pnpm's, Yarn's or Bun's, next to it or at the top of its workspace."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._node import LOCKS, MANAGERS
from dvara_examples.toolchains._node.local import KINDS, entries
from dvara_examples.toolchains._node.workspaces import members_of

_PNPM_8, _PNPM = ("6.",), ("9.",)
YARN_FORMAT = "10"
"""The format that the pinned Yarn writes; it reads the older ones."""
_ELSEWHERE = re.compile(
    r"^(?:workspace|file|link|portal|patch|catalog|exec|https?|git\S*|github|ssh):|^[\w.-]+/[\w.-]+$|^\.{0,2}/"
)


@dataclass(frozen=True, slots=True)
class NodeLock:
    """A lock *file*, and the *manager* that reads it: a folder of ``managers``, or npm."""

    file: Path
    manager: str

    @property
    def home(self) -> Path:
        """The folder of the lock: that of the list, or the top of its workspace."""
        return self.file.parent


def lock_of(listing: Path, root: Path) -> Path | None:
    """Return the lock file for *listing*, or None. One next to it takes precedence, npm's before others.

    If a folder holds locks of several managers, ``packageManager`` of its list decides.
    """
    for folder in (listing.parent, *listing.parent.parents):
        if not folder.is_relative_to(root):
            break
        found = _in_folder(folder)
        if found is not None and (folder == listing.parent or listing.parent in members_of(folder)):
            return found
    return None


def _in_folder(folder: Path) -> Path | None:
    there = [folder / name for name in LOCKS if (folder / name).is_file()]
    if len(there) > 1:
        wanted = MANAGERS.get(_package_manager(folder), ())
        there.sort(key=lambda path: path.name not in wanted)
    return there[0] if there else None


def _package_manager(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_bytes()).get("packageManager", "")).partition("@")[0]
    except (OSError, ValueError, AttributeError):
        return ""


def read_lock(file: Path) -> NodeLock:
    """Tell which manager reads the lock *file*. Raises ToolchainError if no known one does."""
    if file.name in MANAGERS["npm"]:
        return NodeLock(file, "npm")
    if file.name in MANAGERS["bun"]:
        return NodeLock(file, "bun")
    text = read_text(file)
    if file.name == "yarn.lock":
        if "# yarn lockfile v1" in text[:500]:
            return NodeLock(file, "yarn-1")
        if re.search(r"^__metadata:\s*$", text, re.MULTILINE):
            return NodeLock(file, "yarn")
        raise ToolchainError(f"{file} is not a lock file of Yarn", "write it again with `yarn install`")
    version = re.search(r"^lockfileVersion:\s*['\"]?([\d.]+)", text, re.MULTILINE)
    if version is None:
        raise ToolchainError(f"{file} is not a lock file of pnpm", "write it again with `pnpm install --lockfile-only`")
    if version[1].startswith(_PNPM):
        return NodeLock(file, "pnpm")
    if version[1].startswith(_PNPM_8):
        return NodeLock(file, "pnpm-8")
    raise ToolchainError(
        f"{file} has the format {version[1]}, and pnpm's formats 6 and 9 are read", "write it again with pnpm 8 or newer"
    )


def read_text(file: Path) -> str:
    """Return the text of a lock. Raises ToolchainError if it cannot be read."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToolchainError(f"{file} cannot be read ({getattr(error, 'strerror', None) or error})", "correct it") from None


def check_yarn(lock: Path, listing: Path, elsewhere: Mapping[str, Path]) -> None:
    """Refuse a ``yarn.lock`` that lacks a package of *listing*: Yarn accepts it, or cannot tell it from an old one.

    *elsewhere* are packages that come from the workspace. Raises ToolchainError.
    """
    text = read_text(lock)
    held = {key.strip().strip('"') for line in re.findall(r"^(\S.*):$", text, re.MULTILINE) for key in line.strip('"').split(",")}
    content = json.loads(listing.read_bytes())
    overridden = {
        name.rpartition("/")[2] for name in entries(json.loads((lock.parent / "package.json").read_bytes()), "resolutions")
    }
    for name, spec in asked_for(content):
        if name in elsewhere or name in overridden or _ELSEWHERE.match(spec):
            continue
        if not {f"{name}@{spec}", f"{name}@npm:{spec}"} & held:
            raise ToolchainError(
                f"{lock} does not match {listing}: it has no {name}@{spec}", "bring it up to date with `yarn install`"
            )


def asked_for(content: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield name and range of each package that a list requests."""
    for kind in KINDS:
        for name, spec in entries(content, kind).items():
            yield name, str(spec)
