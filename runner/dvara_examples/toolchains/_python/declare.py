"""Finds the place that states what a Python script depends on, the nearest first."""

import re
from collections.abc import Iterator
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Packages

LIST = "requirements.txt"
REQUIREMENTS, PACKAGES, SCRIPT, PROJECT = "requirements", "packages", "script", "project"
"""The kinds: a list of requirements, the manifest's own, metadata inside the script (PEP 723), and ``pyproject.toml``."""
PROJECT_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")

_SPECIAL = re.compile(r"(^|[-_.])(dev|develop|test|tests|testing|lint|docs?|build|ci|lowest|constraints?)([-_.]|$)")
_INLINE = re.compile(r"^# /// script\s*$(?s:.)*?^# ///\s*$", re.MULTILINE)


def find_declared(script: Path, packages: Packages | None, world: World) -> Declared:
    """Return where the dependencies of *script* are stated. Raises ToolchainError where such a place cannot be read."""
    if packages is not None and not packages.fallback:
        return of_manifest(packages)
    if states_inline(script):
        return Declared(SCRIPT, script, locked=lock_of_script(script).is_file())
    near = (folder for folder in (script.parent, *script.parent.parents) if folder.is_relative_to(world.root))
    found = next((found for folder in near for found in _in_folder(folder)), None)
    if found is not None:
        return found
    if packages is not None:
        return of_manifest(packages)
    return next(_in_folder(world.root / "examples" / "python"), Declared())


def of_manifest(packages: Packages) -> Declared:
    """Return what the manifest itself states."""
    if packages.file is not None:
        return _of_file(packages.file)
    return Declared(PACKAGES, None, packages.names, locked=not packages.names)


def states_inline(script: Path) -> bool:
    """Tell whether *script* has a block of inline metadata."""
    try:
        return _INLINE.search(script.read_text("utf-8", errors="replace")) is not None
    except OSError:
        return False  # a name that only stands for its folder


def lock_of_script(script: Path) -> Path:
    """Return the lock file that uv keeps beside *script*."""
    return script.with_name(f"{script.name}.lock")


def _in_folder(folder: Path) -> Iterator[Declared]:
    """Yield the lists that *folder* holds, the one that counts first."""
    if (folder / LIST).is_file():
        yield _of_file(folder / LIST)
    candidates = [*folder.glob("requirements*.txt"), *folder.glob("requirements*.in"), *folder.glob("requirements/*.txt")]
    usual = sorted(path for path in candidates if path.is_file() and not _SPECIAL.search(path.stem))
    yield from (_of_file(path) for path in usual if path.name != LIST)
    if (folder / "pyproject.toml").is_file() and states_dependencies(folder / "pyproject.toml"):
        yield _of_file(folder / "pyproject.toml")


def _of_file(file: Path) -> Declared:
    if file.name == "pyproject.toml":
        return Declared(PROJECT, file, locked=any((file.parent / name).is_file() for name in PROJECT_LOCKS))
    if file.suffix == ".py":
        return Declared(SCRIPT, file, locked=lock_of_script(file).is_file())
    return Declared(REQUIREMENTS, file, locked="--hash=" in read_list(file))


def states_dependencies(file: Path) -> bool:
    """Tell whether *file*, a ``pyproject.toml``, describes a project, and not only the settings of tools."""
    import tomllib

    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise ToolchainError(f"{file} cannot be read ({error}); correct it") from None
    tools = content.get("tool")
    return "project" in content or "dependency-groups" in content or (isinstance(tools, dict) and "poetry" in tools)


def read_list(file: Path) -> str:
    """Return the text of a list. Raises ToolchainError where it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ToolchainError(f"{file} cannot be read ({reason}); correct it") from None
