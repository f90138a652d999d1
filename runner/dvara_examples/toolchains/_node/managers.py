"""Installs from the lock files of pnpm, Yarn and Bun, with these tools, in a copy, and links to the result."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._cache import downloads_folder
from dvara_examples.toolchains._install import install, install_environment
from dvara_examples.toolchains._node.locks import YARN_FORMAT, NodeLock, check_yarn, read_text
from dvara_examples.toolchains._node.tree import Tree
from dvara_examples.toolchains._resolved import write_resolved

PINNED = Path(__file__).with_name("managers")
"""A folder for each manager, with its own list and lock file."""
COPY = "repository"


@dataclass(frozen=True, slots=True)
class Manager:
    """How a package manager is started: *program* is a script that Node.js runs, or an executable if it is no such script."""

    program: str
    words: tuple[str, ...]
    env: Mapping[str, str]
    anew: str


_PNPM = Manager(
    "pnpm/bin/pnpm.cjs",
    ("install", "--frozen-lockfile", "--ignore-scripts", "--reporter=append-only"),
    {"npm_config_manage_package_manager_versions": "false", "npm_config_package_manager_strict": "false", "CI": "true"},
    "pnpm install --lockfile-only",
)
_LOWEST = ("--no-lockfile", "--no-frozen-lockfile", "--config.resolution-mode=lowest-direct")
MANAGERS: Mapping[str, Manager] = {
    "pnpm": _PNPM,
    "pnpm-8": _PNPM,
    "yarn-1": Manager(
        "yarn/bin/yarn.js",
        ("install", "--frozen-lockfile", "--ignore-scripts", "--non-interactive", "--no-progress", "--ignore-engines"),
        {"YARN_IGNORE_PATH": "1", "YARN_DISABLE_SELF_UPDATE_CHECK": "true"},
        "yarn install",
    ),
    "yarn": Manager(
        "@yarnpkg/cli-dist/bin/yarn.js",
        ("install", "--mode=skip-build"),
        {
            "YARN_IGNORE_PATH": "1",
            "YARN_NODE_LINKER": "node-modules",
            "YARN_ENABLE_TELEMETRY": "0",
            "YARN_ENABLE_SCRIPTS": "0",
            "YARN_ENABLE_COLORS": "0",
        },
        "yarn install",
    ),
    "bun": Manager("@oven/*/bin/bun", ("install", "--frozen-lockfile", "--ignore-scripts", "--no-progress"), {}, "bun install"),
}


def install_locked(
    folder: Path, tree: Tree, lock: NodeLock, node: Path, world: World, what: str, program_of: Callable[[str], Path]
) -> None:
    """Fill *folder* with the packages of *lock* for the listing of *tree*; *program_of* returns the packages of a manager.

    No package runs code while it is installed. Raises ToolchainError if the lock does not match the lists.
    """
    home = tree.copy(folder / COPY)
    if lock.manager.startswith("yarn"):
        check_yarn(lock.file, tree.listing, tree.siblings)
    _run(folder, home, lock.manager, _more(lock), node, world, what, program_of)
    finish(folder, tree, home, world)


def install_lowest(folder: Path, tree: Tree, node: Path, world: World, what: str, program_of: Callable[[str], Path]) -> None:
    """Fill *folder* with the oldest releases that the listing of *tree* allows: pnpm can choose them, and npm cannot."""
    home = tree.copy(folder / COPY)
    members = [str(path.parent.relative_to(tree.home)) for path in tree.files if path.name == "package.json"]
    (home / "pnpm-workspace.yaml").write_text(json.dumps({"packages": [name for name in members if name != "."]}), "utf-8")
    words = (*_LOWEST, "--config.link-workspace-packages=true")
    _run(folder, home, "pnpm", words, node, world, what, program_of)
    finish(folder, tree, home, world)


def install_lowest_of(
    folder: Path, files: Mapping[str, bytes], node: Path, world: World, what: str, program_of: Callable[[str], Path]
) -> None:
    """Fill *folder* with the oldest releases that the list among *files* allows."""
    home = folder / COPY
    home.mkdir()
    for name, content in files.items():
        (home / name).write_bytes(content)
    _run(folder, home, "pnpm", _LOWEST, node, world, what, program_of)
    finish(folder, Tree(home / "package.json", home, tuple(home / name for name in files), (), {}), home, world)


def _more(lock: NodeLock) -> tuple[str, ...]:
    """Return the options that forbid Yarn to change a lock of its own format; it has to convert an older one."""
    if lock.manager != "yarn":
        return ()
    own = f"\n  version: {YARN_FORMAT}\n" in read_text(lock.file)[:1000]
    return ("--immutable",) if own else ("--no-immutable",)


def _run(
    folder: Path,
    home: Path,
    name: str,
    more: tuple[str, ...],
    node: Path,
    world: World,
    what: str,
    program_of: Callable[[str], Path],
) -> None:
    manager = MANAGERS[name]
    programs = list((program_of(name) / "node_modules").glob(manager.program))
    if not programs:
        raise ToolchainError(f"{what} need {name}, which there is none of for this machine", "lock the list with npm as well")
    program = programs[0]
    environ = install_environment(world, **_places(name, folder)) | dict(manager.env)
    environ["PATH"] = os.pathsep.join([str(node.parent), environ.get("PATH", "")])
    start: list[str | Path] = [node, program] if program.suffix in (".cjs", ".js") else [program]
    argv = [*start, *manager.words, *more]
    install(argv, cwd=home, environ=environ, stop=world.stop, place=world.place, what=what, anew=manager.anew, called=name)


def _places(name: str, folder: Path) -> dict[str, str]:
    """Return the variables that keep what a manager downloads in the cache."""
    place = str(downloads_folder(folder, name.partition("-")[0] if name != "yarn-1" else name))
    if name.startswith("pnpm"):
        return {f"npm_config_{kind}_dir": f"{place}/{kind}" for kind in ("store", "cache", "state")}
    return {
        "yarn-1": {"YARN_CACHE_FOLDER": place},
        "yarn": {"YARN_GLOBAL_FOLDER": place},
        "bun": {"BUN_INSTALL_CACHE_DIR": place},
    }[name]


def finish(folder: Path, tree: Tree, home: Path, world: World) -> None:
    """Link one ``node_modules`` to all packages that the listing finds, and record what was installed."""
    own = tree.within(home)
    places = [own / "node_modules", *(up / "node_modules" for up in own.parents if up.is_relative_to(folder / COPY))]
    join_packages(folder / "node_modules", [place for place in places if place.is_dir()])
    tree.forget_secrets(folder / COPY)
    content = json.loads(tree.listing.read_bytes())
    write_resolved(folder, versions_in(folder / "node_modules", content.get("dependencies") or {}), world)


def join_packages(target: Path, places: Iterable[Path]) -> None:
    """Fill *target* with a link to each package of *places*; the first of a name wins, and scopes are folders."""
    target.mkdir(exist_ok=True)
    for place in places:
        for package in sorted(place.iterdir()):
            if package.name.startswith("."):
                continue
            found = sorted(package.iterdir()) if package.name.startswith("@") else [package]
            for each in found:
                link = target / each.relative_to(place)
                link.parent.mkdir(exist_ok=True)
                if not link.exists() and each.exists():
                    link.symlink_to(os.path.relpath(each, link.parent), target_is_directory=True)


def versions_in(packages: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the versions of those of *names* that are in *packages*."""
    found = {}
    for name in names:
        try:
            found[name] = str(json.loads((packages / name / "package.json").read_bytes())["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def identity_of(manager: str) -> Iterable[bytes]:
    """Return what distinguishes a manager from its other releases."""
    return [path.read_bytes() for path in sorted((PINNED / manager).glob("*.json"))]
