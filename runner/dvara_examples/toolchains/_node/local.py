"""Packages that a ``package.json`` takes from folders of the repository: found wherever the list is installed."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from dvara_examples.core.errors import ToolchainError

KINDS = ("dependencies", "devDependencies", "optionalDependencies")
_SCHEMES = ("file:", "link:", "portal:")


def needed_siblings(data: bytes, siblings: Mapping[str, Path]) -> dict[str, Path]:
    """Return those packages of a workspace that the list *data* asks for, and those that they ask for in turn."""
    found: dict[str, Path] = {}
    waiting = [json.loads(data)]
    while waiting:
        content = waiting.pop()
        for name in (name for kind in KINDS for name in entries(content, kind) if name in siblings and name not in found):
            found[name] = siblings[name]
            waiting.append(json.loads((siblings[name] / "package.json").read_bytes()))
    return found


def with_siblings(data: bytes, siblings: Mapping[str, Path], folder: Path) -> bytes:
    """Copy *siblings*, packages of one workspace, into *folder*, and return the list *data* with all of them taken from there."""
    content = json.loads(data)
    for number, (_, place) in enumerate(sorted(siblings.items())):
        copy = folder / "siblings" / str(number)
        shutil.copytree(place, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules", ".*"))
        described = json.loads((copy / "package.json").read_bytes())
        (copy / "package.json").write_text(json.dumps(_without(described, siblings)), "utf-8")
    places = {name: f"file:./siblings/{number}" for number, name in enumerate(sorted(siblings))}
    content = {key: value for key, value in _without(content, siblings).items() if key != "workspaces"}
    content["dependencies"] = {**entries(content, "dependencies"), **places}
    return json.dumps(content).encode()


def _without(content: dict[str, object], siblings: Mapping[str, Path]) -> dict[str, object]:
    """Return a list that requests none of *siblings*."""
    kept = {kind: {n: s for n, s in entries(content, kind).items() if n not in siblings} for kind in (*KINDS, "peerDependencies")}
    return {**content, **{kind: entries for kind, entries in kept.items() if kind in content}}


def local_folders(data: bytes, listing: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and place of the folders and archives that the list *data* takes packages from; *listing* is its file."""
    content = json.loads(data)
    for kind in KINDS:
        for name, spec in entries(content, kind).items():
            if (path := _local_path(spec)) is not None:
                yield name, Path(os.path.normpath(listing.parent / path))


def check_local(data: bytes, listing: Path) -> bool:
    """Tell whether the list takes packages from folders or archives. Raises ToolchainError for one that is not there."""
    places = list(local_folders(data, listing))
    for name, place in places:
        if not place.exists():
            raise ToolchainError(f"{listing} takes {name} from {place}, which does not exist", "add it, or correct the entry")
    return bool(places)


def moved(name: str, data: bytes, home: Path, folder: Path) -> bytes:
    """Return the list or lock *data* of *home* rewritten for *folder*, so that its paths mean the same places."""
    content = json.loads(data)
    if name == "package.json":
        _move_entries(content, home, folder)
    elif isinstance(content.get("packages"), dict):
        packages = {_moved_key(key, home, folder): package for key, package in content["packages"].items()}
        for package in packages.values():
            if package.get("link") and isinstance(package.get("resolved"), str):
                package["resolved"] = _relative(package["resolved"], home, folder)
            elif isinstance(path := package.get("resolved"), str) and _local_path(path) is not None:
                package["resolved"] = "file:" + _relative(_local_path(path) or "", home, folder)
        _move_entries(packages.get("", {}), home, folder)
        content["packages"] = packages
    return json.dumps(content).encode()


def _move_entries(content: dict[str, object], home: Path, folder: Path) -> None:
    for kind in KINDS:
        listed = entries(content, kind)
        changed = {name: "file:" + _relative(path, home, folder) for name, spec in listed.items() if (path := _local_path(spec))}
        if changed:
            content[kind] = {**listed, **changed}


def entries(content: Mapping[str, object], kind: str) -> dict[str, object]:
    """Return the entries of one kind in a list."""
    found = content.get(kind)
    return found if isinstance(found, dict) else {}


def _local_path(spec: object) -> str | None:
    """Return the path in what a list says of a package, None if that comes from a registry."""
    if not isinstance(spec, str):
        return None
    scheme = next((scheme for scheme in _SCHEMES if spec.startswith(scheme)), "")
    return spec.removeprefix(scheme) if scheme or spec.startswith(("./", "../")) else None


def _moved_key(key: str, home: Path, folder: Path) -> str:
    """Return the key of a package in a lock: a path out of ``node_modules`` means a folder of the repository."""
    return key if not key or key.startswith("node_modules/") else _relative(key, home, folder)


def _relative(path: str, home: Path, folder: Path) -> str:
    return path if os.path.isabs(path) else os.path.relpath(os.path.normpath(home / path), folder)  # noqa: PTH117 - a text
