"""Finds the place that states what a Python script depends on, the nearest first."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Packages
from dvara_examples.toolchains._python import PACKAGES
from dvara_examples.toolchains._python.projects import is_package, module_of, read_toml, workspace_of

LIST = "requirements.txt"
REQUIREMENTS, SCRIPT, PROJECT = "requirements", "script", "project"
"""The kinds: a list of requirements, the manifest's own, metadata inside the script (PEP 723), and ``pyproject.toml``."""
UV_LOCK = "uv.lock"
PROJECT_LOCKS = (UV_LOCK, "poetry.lock", "pdm.lock")

_SPECIAL = re.compile(r"(^|[-_.])(dev|develop|test|tests|testing|lint|docs?|build|ci|lowest|constraints?)([-_.]|$)")
_LISTS = re.compile(r"requirements.*\.(txt|in)", re.DOTALL)
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_ITSELF = re.compile(r"(?P<folder>\.{1,2}(?:/[\w./-]*)?)(?:\[(?P<parts>[\w.\s,-]+)\])?")
_INLINE = re.compile(r"^# /// script\s*$", re.MULTILINE)


def find_declared(script: Path, packages: Packages | None, world: World) -> Declared:
    """Return where the dependencies of *script* are stated. Raises ToolchainError if such a place cannot be read."""
    if packages is not None and not packages.fallback:
        return _with_own_package(of_manifest(packages, world), script, world)
    if states_inline(script):
        return Declared(SCRIPT, script, locked=lock_of_script(script).is_file())
    near = (folder for folder in (script.parent, *script.parent.parents) if folder.is_relative_to(world.root))
    found = next((found for folder in near for found in _in_folder(folder, world.root)), None)
    if found is not None:
        return _with_own_package(found, script, world)
    if packages is not None:
        return _with_own_package(of_manifest(packages, world), script, world)
    return next(_in_folder(world.root / "examples" / "python", world.root), Declared())


def _with_own_package(declared: Declared, script: Path, world: World) -> Declared:
    """Add the package of the repository that *script* imports, if *declared* is not locked and does not name it."""
    if declared.locked or declared.kind not in (REQUIREMENTS, PACKAGES) or not script.is_file():
        return declared
    imported = set(_IMPORTED.findall(script.read_text("utf-8", errors="replace")))
    listed = "\n".join(declared.packages) if declared.file is None else read_list(declared.file)
    for folder in script.parents:
        if not folder.is_relative_to(world.root):
            break
        described = folder / "pyproject.toml"
        if described.is_file():
            content = read_toml(described)
            module = module_of(folder, content) if is_package(content) else ""
            named = re.search(rf"(?m)^\s*(-e\b.*|{re.escape(module).replace('_', '[-_.]')}\b)", listed)
            if module in imported and not named:
                return replace(declared, project=folder)
    return declared


def of_manifest(packages: Packages, world: World) -> Declared:
    """Return what the manifest itself states. A project that has a lock, and is all that it names, gets what that holds."""
    if packages.file is not None:
        return _of_file(packages.file, world.root, packages.parts)
    itself = _ITSELF.fullmatch(packages.names[0]) if len(packages.names) == 1 else None
    if itself is not None:
        file = Path(os.path.normpath(world.manifest_path.parent / itself["folder"])) / "pyproject.toml"
        parts = tuple(part for part in re.split(r"[\s,]+", itself["parts"] or "") if part)
        if file.is_file() and lock_of_project(file, world.root) is not None:
            return _of_file(file, world.root, parts)
    return Declared(PACKAGES, None, packages.names, locked=not packages.names)


def states_inline(script: Path) -> bool:
    """Tell whether *script* has a block of inline metadata."""
    try:
        return _INLINE.search(script.read_text("utf-8", errors="replace")) is not None
    except OSError:
        return False  # no file: the name only marks its folder


def lock_of_script(script: Path) -> Path:
    """Return the lock file that uv keeps next to *script*."""
    return script.with_name(f"{script.name}.lock")


def _in_folder(folder: Path, root: Path) -> Iterator[Declared]:
    """Yield the lists in *folder*, in order of precedence."""
    names = _names_in(folder)
    if LIST in names and (folder / LIST).is_file():
        yield _of_file(folder / LIST, root)
    candidates = [folder / name for name in names if _LISTS.fullmatch(name)]
    if "requirements" in names:
        candidates += (folder / "requirements").glob("*.txt")
    usual = sorted(path for path in candidates if path.is_file() and not _SPECIAL.search(path.stem))
    yield from (_of_file(path, root) for path in usual if path.name != LIST)
    if "pyproject.toml" in names and (folder / "pyproject.toml").is_file() and states_dependencies(folder / "pyproject.toml"):
        yield _of_file(folder / "pyproject.toml", root)


def _names_in(folder: Path) -> frozenset[str]:
    """Return what *folder* holds, read once, as every run asks for it; nothing if it cannot be read."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - names are wanted, and a Path for each is too dear
    except OSError:
        return frozenset()


def _of_file(file: Path, root: Path, parts: tuple[str, ...] = ()) -> Declared:
    if file.name == "pyproject.toml":
        lock = lock_of_project(file, root)
        elsewhere = lock if lock is not None and lock.parent != file.parent else None
        return Declared(PROJECT, file, locked=lock is not None, lock=elsewhere, parts=parts)
    if file.suffix == ".py":
        return Declared(SCRIPT, file, locked=lock_of_script(file).is_file())
    return Declared(REQUIREMENTS, file, locked="--hash=" in read_list(file))


def lock_of_project(file: Path, root: Path) -> Path | None:
    """Return the lock for *file*, a ``pyproject.toml``: one next to it, or uv's at the top of its workspace."""
    beside = next((file.parent / name for name in PROJECT_LOCKS if (file.parent / name).is_file()), None)
    if beside is not None:
        return beside
    top = workspace_of(file.parent, root)
    return top / UV_LOCK if top is not None and (top / UV_LOCK).is_file() else None


def states_dependencies(file: Path) -> bool:
    """Tell whether *file*, a ``pyproject.toml``, describes a project, and not only the settings of tools."""
    import tomllib

    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise ToolchainError(f"{file} cannot be read ({error})", "correct it") from None
    tools = content.get("tool")
    return "project" in content or "dependency-groups" in content or (isinstance(tools, dict) and "poetry" in tools)


def read_list(file: Path) -> str:
    """Return the text of a list. Raises ToolchainError if it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ToolchainError(f"{file} cannot be read ({reason})", "correct it") from None
