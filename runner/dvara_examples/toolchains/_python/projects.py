"""Reads what a ``pyproject.toml``, the lock file next to it, or the metadata inside a script says; resolves nothing itself."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._install import release

Table = Mapping[str, object]
METADATA = re.compile(r"^# /// script\s*$\n((?:^#(?: .*)?$\n)*?)^# ///\s*$", re.MULTILINE)
"""The block of a script as PEP 723 defines it."""

_AT_LEAST = re.compile(r">=\s*(\d+(?:\.\d+)*)")
_ELSEWHERE = ("git", "directory", "file", "url", "path")
"""Kinds of sources whose packages no version pins."""


def read_toml(file: Path, text: str | None = None) -> Table:
    """Return the content of *file*, or of *text* out of it. Raises ToolchainError if it is no TOML."""
    try:
        return tomllib.loads(file.read_text("utf-8") if text is None else text)
    except (ValueError, OSError) as error:
        raise ToolchainError(f"{file} cannot be read ({error})", "correct it") from None


def metadata_of(script: Path) -> str:
    """Return the inline metadata of *script* as TOML text. Raises ToolchainError if the block is not closed or is no TOML."""
    found = METADATA.search(script.read_text("utf-8", errors="replace") + "\n")
    if found is None:
        raise ToolchainError(f"{script} begins a block of metadata that is not valid by PEP 723", "close it with `# ///`")
    text = "".join(f"{line[2:]}\n" for line in found[1].splitlines())
    read_toml(script, text)
    return text


def table(content: Table, *keys: str) -> Table:
    """Return the table at *keys*, an empty one if there is none."""
    for key in keys:
        inner = content.get(key)
        content = inner if isinstance(inner, dict) else {}
    return content


def dependencies_of(content: Table) -> str:
    """Return the requirements that a project or a script's metadata lists, one a line."""
    listed = table(content, "project").get("dependencies", content.get("dependencies"))
    lines = [str(line) for line in listed] if isinstance(listed, list) else []
    lines += [name for name in table(content, "tool", "poetry", "dependencies") if name != "python"]
    return "\n".join(lines)


def check_python(content: Table, file: Path, version: str) -> None:
    """Refuse a Python *version* that is older than *file* asks for. Raises ToolchainError."""
    wanted = str(table(content, "project").get("requires-python", content.get("requires-python", "")))
    floor = _AT_LEAST.search(wanted)
    if floor is not None and release(version) < release(floor[1]):
        raise ToolchainError(
            f"{file} asks for Python {wanted}, and scripts run on {version}", "let DVARA_EXAMPLES_PYTHON name one that fits"
        )


def is_package(content: Table) -> bool:
    """Tell whether a project can be installed, and is not only a list of what others need."""
    poetry = table(content, "tool", "poetry")
    return (
        "build-system" in content and poetry.get("package-mode", True) is not False and bool(content.keys() & {"project", "tool"})
    )


def module_of(folder: Path, content: Table) -> str:
    """Return the name of the module that the project in *folder* provides, empty if it cannot be told."""
    name = table(content, "project").get("name") or table(content, "tool", "poetry").get("name")
    module = re.sub(r"[-.]+", "_", str(name or "")).lower()
    found = (folder / base / f"{module}{end}" for base in ("src", "") for end in ("/__init__.py", ".py"))
    return module if module and any(path.is_file() for path in found) else ""


def workspace_of(folder: Path, root: Path) -> Path | None:
    """Return the folder of the workspace of uv that has *folder* for a member, or None if there is none up to *root*."""
    for up in folder.parents:
        if not up.is_relative_to(root):
            break
        members = members_of(up)
        if members:
            return up if folder in members else None
    return None


def members_of(top: Path) -> tuple[Path, ...]:
    """Return the folders of the members of the workspace of uv at *top*, without that itself; none if it has none."""
    described = top / "pyproject.toml"
    workspace = table(read_toml(described), "tool", "uv", "workspace") if described.is_file() else {}
    out = set(_matching(top, workspace.get("exclude")))
    return tuple(sorted(set(_matching(top, workspace.get("members"))) - out - {top}))


def _matching(top: Path, patterns: object) -> Iterator[Path]:
    """Yield the folders with a ``pyproject.toml`` that fit one of *patterns*."""
    for pattern in patterns if isinstance(patterns, list) else ():
        text = str(pattern).removeprefix("./").rstrip("/")
        if text and not text.startswith("/") and ".." not in text.split("/"):
            yield from (path.parent for path in top.glob(f"{text}/pyproject.toml"))


def pins_of(lock: Path) -> str:
    """Return a constraint for each package of a ``poetry.lock`` or ``pdm.lock`` that has one version there."""
    packages = read_toml(lock).get("package")
    versions: dict[str, set[str]] = {}
    for package in packages if isinstance(packages, list) else ():
        if not isinstance(package, dict) or "name" not in package or "version" not in package:
            raise ToolchainError(f"{lock} is not a known lock file", "write it again with the tool that wrote it")
        source = package.get("source")
        elsewhere = "git" in package or (isinstance(source, dict) and source.get("type") in _ELSEWHERE)
        if not elsewhere:
            versions.setdefault(str(package["name"]), set()).add(str(package["version"]))
    return "".join(f"{name}=={next(iter(found))}\n" for name, found in sorted(versions.items()) if len(found) == 1)
