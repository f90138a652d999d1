"""Fills a folder with the packages that are declared, with npm."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Deps, Runtime
from dvara_examples.toolchains._cache import downloads_folder
from dvara_examples.toolchains._install import deciding_settings, install, install_environment, today
from dvara_examples.toolchains._local import state_of
from dvara_examples.toolchains._node import LOCK
from dvara_examples.toolchains._node.declare import LISTED, NPM, read_listing
from dvara_examples.toolchains._node.local import check_local, local_folders, moved, needed_siblings, with_siblings
from dvara_examples.toolchains._node.locks import NodeLock, asked_for, read_lock
from dvara_examples.toolchains._node.workspaces import members_of, siblings_of
from dvara_examples.toolchains._resolved import write_resolved

if TYPE_CHECKING:
    from dvara_examples.toolchains._node.tree import Tree

FLOORS = "lowest"
"""The folder next to the list that holds a list and a lock file for the floors."""
SETTINGS = ".npmrc"
_ARCHIVES = (".tgz", ".gz", ".tar")
"""Sets with a lock are identified by its content."""
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_ANEW = "npm install --package-lock-only"
_NAMED = re.compile(r"(?P<name>(?:@[\w.-]+/)?[\w.-]+)(?:@(?P<range>.+))?")
_BARE = json.dumps({"private": True, "type": "module"}).encode()


@dataclass(frozen=True, slots=True)
class WantedPackages:
    """A set of packages: the files to start from, npm's words that install it, its name, and what tells it from other sets.

    *home* is the folder that its paths are seen from, *siblings* are the packages that come from the same workspace. A *tree* is
    installed by what its *lock* holds. Without a lock and without words, the oldest releases are that the lists allow.
    """

    files: Mapping[str, bytes]
    words: tuple[str, ...]
    what: str
    identity: tuple[bytes, ...]
    home: Path | None = None
    siblings: Mapping[str, Path] = field(default_factory=dict)
    tree: "Tree | None" = None
    lock: NodeLock | None = None


def wanted_set(declared: Declared, deps: Deps, runtime: Runtime, world: World) -> WantedPackages:
    """Return the set of packages that *deps* means for what is *declared*. Raises ToolchainError if there is none."""
    if declared.kind == NPM:
        assert declared.file is not None
        return _of_listing(declared.file, declared, deps, runtime, world)
    settings = _settings(world.manifest_path.parent)
    if deps is Deps.LOWEST:
        return _lowest_of(declared.packages, settings, world)
    return _named(declared.packages, ", ".join(declared.packages), settings, deps, runtime, world)


def _of_listing(listing: Path, declared: Declared, deps: Deps, runtime: Runtime, world: World) -> WantedPackages:
    content = read_listing(listing)
    home = listing.parent
    if deps is Deps.LOWEST:
        return _floors(home, world)
    if deps is Deps.LOCKED and declared.lock is not None:
        return _of_lock(listing, read_lock(declared.lock))
    if deps is Deps.LOCKED and declared.locked and members_of(home):
        return _of_lock(listing, NodeLock(home / LOCK, "npm"))
    if deps is Deps.LOCKED and declared.locked:
        return _pinned_in(home, _settings(home))
    listed = listing.read_bytes()
    files = {LISTED: listed} | _settings(home)
    siblings = needed_siblings(listed, siblings_of(listing, world.root))
    check_workspace(content, listing, siblings)
    states = (line.encode() for place in siblings.values() for line in state_of(place))
    chosen = [setting.encode() for setting in deciding_settings(world)]
    when = today([runtime.version], world) if deps is Deps.LATEST else (b"not locked", runtime.version.encode())
    identity = (*when, *chosen, *files.values(), *_local_state(listed, home), *states)
    what = f"the newest packages that {listing} allows" if deps is Deps.LATEST else f"the packages of {listing}"
    return WantedPackages(files, ("install",), what, identity, home, siblings)


def _pinned_in(home: Path, settings: dict[str, bytes]) -> WantedPackages:
    locked_packages(home)
    read_listing(home / LISTED)
    files = {name: (home / name).read_bytes() for name in (LISTED, LOCK)} | settings
    identity = (*files.values(), *_local_state(files[LISTED], home))
    return WantedPackages(files, ("ci",), f"the packages of {home / LOCK}", identity, home)


def _of_lock(listing: Path, lock: NodeLock) -> WantedPackages:
    """Return what the lock of another manager holds, or that of a workspace."""
    from dvara_examples.toolchains._node.managers import identity_of
    from dvara_examples.toolchains._node.tree import tree_of

    tree = tree_of(listing, lock.home, lock.file)
    check_workspace(read_listing(listing), listing, tree.siblings)
    identity = (b"lock", *identity_of(lock.manager), str(tree.within(lock.home)).encode(), *tree.state())
    return WantedPackages({}, (), f"the packages of {lock.file}", identity, tree=tree, lock=lock)


def _floors(home: Path, world: World) -> WantedPackages:
    """Return the floors that a folder next to the list pins, or else the oldest releases that the list allows."""
    if (home / FLOORS / LISTED).is_file():
        return _pinned_in(home / FLOORS, _settings(home))
    from dvara_examples.toolchains._node.managers import identity_of
    from dvara_examples.toolchains._node.tree import tree_of

    listing = home / LISTED
    siblings = siblings_of(listing, world.root)
    top = next((up for up in home.parents if siblings and home in members_of(up)), home)
    tree = tree_of(listing, top, None)
    chosen = [setting.encode() for setting in deciding_settings(world)]
    identity = (b"lowest", *identity_of("pnpm"), str(home).encode(), *chosen, *tree.state())
    return WantedPackages({}, (), f"the oldest packages that {listing} allows", identity, tree=tree)


def _lowest_of(names: Sequence[str], settings: dict[str, bytes], world: World) -> WantedPackages:
    """Return the oldest releases that *names* of the manifest allow. Raises ToolchainError for one that names no release."""
    from dvara_examples.toolchains._node.managers import identity_of

    ranges = dict(_range_of(name) for name in names)
    listed = json.dumps({"private": True, "type": "module", "dependencies": ranges}).encode()
    chosen = [setting.encode() for setting in deciding_settings(world)]
    identity = (b"lowest", *identity_of("pnpm"), listed, *chosen, *settings.values())
    return WantedPackages({LISTED: listed} | settings, (), f"the oldest packages that {', '.join(names)} allow", identity)


def _range_of(package: str) -> tuple[str, str]:
    """Return name and range of a *package* of the manifest. Raises ToolchainError if it says nothing of the oldest release."""
    found = _NAMED.fullmatch(package)
    if found is None or not re.search(r"\d", found["range"] or ""):
        raise ToolchainError(
            f"the manifest lists {package} for Node, which names no oldest release for --deps lowest",
            f"write one, as in {found['name'] if found else 'openai'}@^6, or run without --deps lowest",
        )
    return found["name"], found["range"]


def check_workspace(content: Mapping[str, object], listing: Path, siblings: Mapping[str, Path]) -> None:
    """Refuse a list that takes a missing package from its workspace. Raises ToolchainError."""
    for name, spec in asked_for(content):
        if spec.startswith("workspace:") and name not in siblings:
            raise ToolchainError(
                f"{listing} takes {name} from its workspace, which has no package of that name", "add it, or correct the entry"
            )


def _local_state(listed: bytes, listing: Path) -> list[bytes]:
    """Return what tells the state of the folders that the list takes packages from, and of where it lies itself."""
    folders = [place for _, place in local_folders(listed, listing / LISTED) if place.suffix not in _ARCHIVES]
    return [str(listing).encode(), *(line.encode() for place in folders for line in state_of(place))] if folders else []


def pinned_packages(folder: Path, what: str) -> WantedPackages:
    """Return what the list and the lock file in *folder* pin; *what* is its name in messages."""
    files = {name: (folder / name).read_bytes() for name in (LISTED, LOCK)}
    return WantedPackages(files, ("ci",), what, tuple(files.values()))


def _named(
    names: Sequence[str], what: str, settings: dict[str, bytes], deps: Deps, runtime: Runtime, world: World
) -> WantedPackages:
    """Return *names*, which npm asks the registry for; it leaves out releases that this Node.js is too old for."""
    told = [*names, runtime.version, *deciding_settings(world)]
    identity = today(told, world) if deps is Deps.LATEST else (b"packages", *(name.encode() for name in told))
    return WantedPackages({LISTED: _BARE} | settings, ("install", *names), what, (*identity, *settings.values()))


def _settings(folder: Path) -> dict[str, bytes]:
    """Return the project's own settings of npm."""
    path = folder / SETTINGS
    return {SETTINGS: path.read_bytes()} if path.is_file() else {}


def install_tree(
    folder: Path,
    wanted: WantedPackages,
    npm: Sequence[str | Path],
    node: Path,
    world: World,
    program_of: Callable[[str], Path],
) -> None:
    """Fill *folder* with what is *wanted* of a tree, or the oldest of a list; *program_of* returns the folder of a manager."""
    from dvara_examples.toolchains._node.managers import COPY, finish, install_locked, install_lowest, install_lowest_of

    if wanted.tree is None:
        install_lowest_of(folder, wanted.files, node, world, wanted.what, program_of)
    elif wanted.lock is None:
        install_lowest(folder, wanted.tree, node, world, wanted.what, program_of)
    elif wanted.lock.manager == "npm":
        home = wanted.tree.copy(folder / COPY)
        environ = install_environment(world, npm_config_cache=str(downloads_folder(folder, "npm")))
        environ["PATH"] = os.pathsep.join([str(node.parent), environ.get("PATH", "")])
        words = ("ci", "--package-lock", *QUIETLY, "--offline" if world.offline else "--prefer-offline")
        install([*npm, *words], cwd=home, environ=environ, stop=world.stop, place=world.place, what=wanted.what, anew=_ANEW)
        finish(folder, wanted.tree, home, world)
    else:
        install_locked(folder, wanted.tree, wanted.lock, node, world, wanted.what, program_of)


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
    anew = _ANEW if wanted.words == ("ci",) else ""
    argv = [*npm, *wanted.words, *flags, freshness]
    install(argv, cwd=folder, environ=environ, stop=world.stop, place=world.place, what=wanted.what, anew=anew)
    (folder / SETTINGS).unlink(missing_ok=True)  # it may hold a token
    (folder / "node_modules").mkdir(exist_ok=True)
    write_resolved(folder, direct_packages(locked_packages(folder)), world)


def write_lock(listing: Path, npm: Sequence[str | Path], node: Path, world: World) -> Path:
    """Let npm write the lock of a ``package.json`` next to it, without installing anything, and return it."""
    environ = install_environment(world)
    environ["PATH"] = os.pathsep.join([str(node.parent), environ.get("PATH", "")])
    argv = [*npm, "install", "--package-lock-only", "--package-lock", *QUIETLY, *(("--offline",) if world.offline else ())]
    install(argv, cwd=listing.parent, environ=environ, stop=world.stop, place=world.place, what=f"the lock of {listing}")
    return listing.with_name(LOCK)


def locked_packages(listing: Path) -> Mapping[str, Mapping[str, object]]:
    """Return the packages that the lock file in *listing* names, by the folder that each is installed in."""
    path = listing / LOCK
    try:
        packages = json.loads(path.read_bytes())["packages"]
    except FileNotFoundError:
        raise ToolchainError(
            f"{listing / LISTED} has no {LOCK} beside it", "create one with `npm install --package-lock-only`"
        ) from None
    except (ValueError, KeyError, TypeError):
        packages = None
    if not isinstance(packages, dict) or not all(isinstance(package, dict) for package in packages.values()):
        raise ToolchainError(f"{path} is not a lock file of npm 7 or newer", "create one with `npm install --package-lock-only`")
    return packages


def direct_packages(packages: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Return name and pinned version of every package that ``package.json`` asks for by name."""
    asked_for = packages.get("", {}).get("dependencies")
    installed = {name: packages.get(f"node_modules/{name}", {}) for name in asked_for} if isinstance(asked_for, dict) else {}
    return {name: str(package["version"]) for name, package in installed.items() if "version" in package}
