"""Fills a folder with the packages that are declared, with npm."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Deps, Runtime
from dvara_examples.toolchains._cache import downloads_folder
from dvara_examples.toolchains._install import install, install_environment, today
from dvara_examples.toolchains._local import state_of
from dvara_examples.toolchains._node.declare import LISTED, LOCK, NPM, names_asked_for, read_listing
from dvara_examples.toolchains._node.local import check_local, local_folders, moved, needed_siblings, with_siblings
from dvara_examples.toolchains._node.workspaces import siblings_of
from dvara_examples.toolchains._resolved import write_resolved

FLOORS = "lowest"
"""The folder beside the list that holds a list and a lock file for the floors."""
SETTINGS = ".npmrc"
_ARCHIVES = (".tgz", ".gz", ".tar")
"""A lock tells these from others by their content."""
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_BARE = json.dumps({"private": True, "type": "module"}).encode()


@dataclass(frozen=True, slots=True)
class WantedPackages:
    """A set of packages: the files to start from, npm's words that install it, its name, and what tells it from other sets.

    *home* is the folder that its paths are seen from, *siblings* are the packages that come from the same workspace.
    """

    files: Mapping[str, bytes]
    words: tuple[str, ...]
    what: str
    identity: tuple[bytes, ...]
    home: Path | None = None
    siblings: Mapping[str, Path] = field(default_factory=dict)


def wanted_set(declared: Declared, deps: Deps, runtime: Runtime, world: World) -> WantedPackages:
    """Return the set of packages that *deps* means for what is *declared*. Raises ToolchainError where there is none."""
    if declared.kind == NPM:
        assert declared.file is not None
        return _of_listing(declared.file.parent, declared.locked, deps, runtime, world)
    if deps is Deps.LOWEST:
        raise ToolchainError("the manifest lists packages for Node without a lock, so --deps lowest has no meaning; run without")
    settings = _settings(world.manifest_path.parent)
    return _named(declared.packages, ", ".join(declared.packages), settings, deps, runtime, world)


def _of_listing(listing: Path, locked: bool, deps: Deps, runtime: Runtime, world: World) -> WantedPackages:
    settings = _settings(listing)
    if deps is Deps.LATEST:
        names = names_asked_for(listing / LISTED)
        return _named(names, f"the newest {', '.join(names)}", settings, deps, runtime, world)
    pinned = listing / FLOORS if deps is Deps.LOWEST else listing
    if not (pinned / LISTED).is_file():
        raise ToolchainError(f"{pinned / LISTED} is not there, and says what --deps {deps} means; add it, or run without --deps")
    if locked or deps is Deps.LOWEST:
        locked_packages(pinned)
        read_listing(pinned / LISTED)
        files = {name: (pinned / name).read_bytes() for name in (LISTED, LOCK)} | settings
        identity = (*files.values(), *_local_state(files[LISTED], pinned))
        return WantedPackages(files, ("ci",), f"the packages of {pinned / LOCK}", identity, pinned)
    read_listing(listing / LISTED)
    listed = (listing / LISTED).read_bytes()
    files = {LISTED: listed} | settings
    siblings = needed_siblings(listed, siblings_of(listing / LISTED, world.root))
    states = (line.encode() for place in siblings.values() for line in state_of(place))
    identity = (b"not locked", *files.values(), runtime.version.encode(), *_local_state(listed, listing), *states)
    return WantedPackages(files, ("install",), f"the packages of {listing / LISTED}", identity, listing, siblings)


def _local_state(listed: bytes, listing: Path) -> list[bytes]:
    """Return what tells the state of the folders that the list takes packages from, and of where it lies itself."""
    folders = [place for _, place in local_folders(listed, listing / LISTED) if place.suffix not in _ARCHIVES]
    return [str(listing).encode(), *(line.encode() for place in folders for line in state_of(place))] if folders else []


def pinned_packages(folder: Path, what: str) -> WantedPackages:
    """Return what the list and the lock file in *folder* pin; *what* is how it is called."""
    files = {name: (folder / name).read_bytes() for name in (LISTED, LOCK)}
    return WantedPackages(files, ("ci",), what, tuple(files.values()))


def _named(
    names: Sequence[str], what: str, settings: dict[str, bytes], deps: Deps, runtime: Runtime, world: World
) -> WantedPackages:
    """Return *names*, which npm asks the registry for; it leaves out releases that this Node.js is too old for."""
    told = [*names, runtime.version]
    identity = today(told, world) if deps is Deps.LATEST else (b"packages", *(name.encode() for name in told))
    return WantedPackages({LISTED: _BARE} | settings, ("install", *names), what, (*identity, *settings.values()))


def _settings(folder: Path) -> dict[str, bytes]:
    """Return the project's own settings of npm."""
    path = folder / SETTINGS
    return {SETTINGS: path.read_bytes()} if path.is_file() else {}


def install_packages(folder: Path, wanted: WantedPackages, npm: Sequence[str | Path], node: Path, world: World) -> None:
    """Fill *folder* with what is *wanted*; no package runs code while it is being installed."""
    local = wanted.home is not None and check_local(wanted.files[LISTED], wanted.home / LISTED)
    for name, content in wanted.files.items():
        here = moved(name, content, wanted.home, folder) if local and wanted.home and name in (LISTED, LOCK) else content
        (folder / name).write_bytes(with_siblings(here, wanted.siblings, folder) if wanted.siblings and name == LISTED else here)
    environ = install_environment(world, npm_config_cache=str(downloads_folder(folder, "npm")))
    environ["PATH"] = os.pathsep.join([str(node.parent), environ.get("PATH", "")])
    flags = ["--package-lock", *QUIETLY]
    freshness = "--offline" if world.offline else "--prefer-offline" if LOCK in wanted.files else "--prefer-online"
    flags += ["--install-links"] if local else []
    install([*npm, *wanted.words, *flags, freshness], cwd=folder, environ=environ, stop=world.stop, what=wanted.what)
    (folder / SETTINGS).unlink(missing_ok=True)  # it may hold a token
    (folder / "node_modules").mkdir(exist_ok=True)
    write_resolved(folder, direct_packages(locked_packages(folder)), world)


def write_lock(listing: Path, npm: Sequence[str | Path], node: Path, world: World) -> Path:
    """Let npm write the lock of a ``package.json`` beside it, without installing anything, and return it."""
    environ = install_environment(world)
    environ["PATH"] = os.pathsep.join([str(node.parent), environ.get("PATH", "")])
    argv = [*npm, "install", "--package-lock-only", "--package-lock", *QUIETLY, *(("--offline",) if world.offline else ())]
    install(argv, cwd=listing.parent, environ=environ, stop=world.stop, what=f"the lock of {listing}")
    return listing.with_name(LOCK)


def locked_packages(listing: Path) -> Mapping[str, Mapping[str, object]]:
    """Return the packages that the lock file in *listing* names, by the folder that each is installed in."""
    path = listing / LOCK
    try:
        packages = json.loads(path.read_bytes())["packages"]
    except FileNotFoundError:
        raise ToolchainError(
            f"{listing / LISTED} has no {LOCK} beside it; make one with `npm install --package-lock-only`"
        ) from None
    except (ValueError, KeyError, TypeError):
        packages = None
    if not isinstance(packages, dict) or not all(isinstance(package, dict) for package in packages.values()):
        raise ToolchainError(f"{path} is not a lock file of npm 7 or newer; create one with `npm install --package-lock-only`")
    return packages


def direct_packages(packages: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Return name and pinned version of every package that ``package.json`` asks for by name."""
    asked_for = packages.get("", {}).get("dependencies")
    installed = {name: packages.get(f"node_modules/{name}", {}) for name in asked_for} if isinstance(asked_for, dict) else {}
    return {name: str(package["version"]) for name, package in installed.items() if "version" in package}
