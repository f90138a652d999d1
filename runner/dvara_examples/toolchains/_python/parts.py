"""Extras and groups of a ``pyproject.toml``: packages that a project names next to those that it always needs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._python.projects import Table, table

_LEAST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """The *extras* and *groups* that are wanted; *listed* are the packages of those groups that only Poetry or PDM know."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    names: str = ""


def parts_of(content: Table, wanted: tuple[str, ...], file: Path) -> Parts:
    """Return what *wanted* names among the extras and groups of *file*. Raises ToolchainError for an unknown name."""
    extras = {**table(content, "project", "optional-dependencies"), **table(content, "tool", "poetry", "extras")}
    groups = dict(table(content, "dependency-groups"))
    if isinstance(own := table(content, "tool", "uv").get("dev-dependencies"), list):
        groups.setdefault("dev", own)
    of_pdm = table(content, "tool", "pdm", "dev-dependencies")
    of_poetry = table(content, "tool", "poetry", "group")
    there = (*extras, *groups, *of_pdm, *of_poetry)
    for name in wanted:
        if _plain(name) not in map(_plain, there):
            known = ", ".join(sorted(set(map(str, there)))) or "none"
            raise ToolchainError(f"{file} has no extra or group {name}, but {known}", "correct packages of the manifest")
    chosen = [_chosen(kind, wanted) for kind in (extras, groups, of_pdm, of_poetry)]
    listed = (*(line for name in chosen[2] for line in _lines(of_pdm[name])), *_of_poetry(of_poetry, chosen[3], file))
    lines = [line for kind, names in ((extras, chosen[0]), (groups, chosen[1])) for name in names for line in _lines(kind[name])]
    return Parts(chosen[0], chosen[1], listed, "\n".join((*lines, *listed)))


def _chosen(kind: Mapping[str, object], wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in kind if _plain(name) in map(_plain, wanted))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(listed: object) -> tuple[str, ...]:
    return tuple(line for line in listed if isinstance(line, str)) if isinstance(listed, list) else ()


def _of_poetry(groups: Table, names: tuple[str, ...], file: Path) -> Iterator[str]:
    for name in names:
        for package, said in table(groups, name, "dependencies").items():
            yield _requirement(package, said, file)


def _requirement(package: str, said: object, file: Path) -> str:
    """Return Poetry's entry for a *package* as a standard requirement."""
    if isinstance(said, str):
        return package + specifier(said)
    if not isinstance(said, dict):
        raise ToolchainError(f"{file} says of {package} what only Poetry can read", "name its packages in the manifest")
    extras = f"[{','.join(map(str, said['extras']))}]" if isinstance(said.get("extras"), list) else ""
    if "git" in said:
        at = next((f"@{said[key]}" for key in ("rev", "tag", "branch") if key in said), "")
        return f"{package}{extras} @ git+{said['git']}{at}"
    if "path" in said:
        return f"{package}{extras} @ {(file.parent / str(said['path'])).resolve().as_uri()}"
    return package + extras + specifier(str(said.get("version", "*")))


def specifier(said: str) -> str:
    """Return a range of Poetry (``^1.2``, ``~1.2``, ``1.2.3``, ``*``) in the form of the packaging specifications."""
    return ",".join(part for each in said.split(",") if (part := _one(each.strip())))


def _one(said: str) -> str:
    if said in ("", "*"):
        return ""
    if said[0] not in "^~" or said.startswith("~="):
        return f"=={said}" if said[0].isdigit() else said.replace(" ", "")
    version = said[1:].strip()
    numbers = [int(part) for part in re.match(r"\d+(?:\.\d+)*", version + ".")[0].split(".")] if version[:1].isdigit() else [0]  # type: ignore[index]
    if said[0] == "~":
        place = min(len(numbers), _LEAST_PARTS) - 1
    else:
        place = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"
