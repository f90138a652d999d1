"""What distinguishes one set of dependencies from another: every file that affects it."""

import os
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared
from dvara_examples.toolchains._install import deciding_settings
from dvara_examples.toolchains._local import state_of
from dvara_examples.toolchains._python.declare import read_list
from dvara_examples.toolchains._python.projects import is_package, members_of, read_toml, workspace_of

PIP_SETTINGS = ("index-url", "extra-index-url", "find-links")
"""Settings of ``pip.conf`` for the source of packages; uv has options of the same names, but does not read the file."""

_INCLUDES = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[\s=]*(\S+)", re.MULTILINE)
_BEFORE_PATH = re.compile(r"(-e|--editable)[\s=]*|[\w.-]+(\[[^\]]*\])?\s*@\s*")
_PATH = re.compile(r"(?:file:(?://)?)?(/[^\s;\[]*|\.{1,2}(?=[\s;\[/]|$)[^\s;\[]*)")


def included(file: Path) -> dict[Path, str]:
    """Return the list *file* and all that it includes, with their texts. Raises ToolchainError if one is missing."""
    found: dict[Path, str] = {}
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        if not path.is_file():
            raise ToolchainError(f"{file} includes {path}, which does not exist", "add it, or remove the line")
        found[path] = read_list(path)
        waiting += [Path(path.parent, name).resolve() for name in _INCLUDES.findall(found[path]) if "://" not in name]
    return found


def local_parts(lists: Mapping[Path, str]) -> Iterator[str]:
    """Yield what tells the state of the folders and files of this machine that *lists* name."""
    for path, text in lists.items():
        for name in local_paths(text):
            yield from state_of(Path(path.parent, name))


def local_paths(text: str) -> Iterator[str]:
    """Yield the paths of this machine that the list *text* names as packages."""
    for line in text.splitlines():
        stripped = line.strip()
        before = _BEFORE_PATH.match(stripped)
        found = _PATH.match(stripped, before.end() if before else 0)
        if found:
            yield found[1]


def source_folders(declared: Declared, world: World) -> tuple[Path, ...]:
    """Return the folders of the repository from which packages come by what is *declared*. Raises ToolchainError."""
    found = [declared.project] if declared.project is not None else []
    if declared.file is None:
        texts = {world.manifest_path: "\n".join(declared.packages)}
    elif declared.file.name == "pyproject.toml":
        home = declared.file.parent
        top = workspace_of(home, world.root) or home
        places = (home, top, *members_of(top)) if members_of(top) else (home,)
        found += [place for place in places if is_package(read_toml(place / "pyproject.toml"))]
        texts = {}
    else:
        texts = {} if declared.file.suffix == ".py" else included(declared.file.absolute())
    named = (Path(os.path.normpath(path.parent / name)) for path, text in texts.items() for name in local_paths(text))
    return tuple(dict.fromkeys([*found, *(folder for folder in named if folder.is_dir() and folder.is_relative_to(world.root))]))


def settings_near(folder: Path, world: World, *, pinned: bool = False) -> tuple[tuple[str, ...], list[str]]:
    """Return uv's options for the ``pip.conf`` nearest to *folder*, and what tells these and other settings from others."""
    chosen = [] if pinned else deciding_settings(world)
    near = [place for place in (folder, *folder.parents) if place.is_relative_to(world.root)]
    texts = [read_list(place / "uv.toml") for place in near if (place / "uv.toml").is_file()]
    conf = next((place / name for place in near for name in ("pip.conf", "pip.ini") if (place / name).is_file()), None)
    if conf is None:
        return (), [*texts, *chosen]
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(read_list(conf))
        said = {key: value for section in ("global", "install") if section in parser for key, value in parser[section].items()}
        no_index = "global" in parser and parser["global"].getboolean("no-index", fallback=False)
    except (Error, ValueError) as error:
        raise ToolchainError(f"{conf} cannot be read ({str(error).splitlines()[0]})", "correct it") from None
    options = [word for key in PIP_SETTINGS for value in said.get(key, "").split() for word in (f"--{key}", value)]
    options += ["--no-index"] if no_index else []
    return tuple(options), [*texts, *chosen, *options]
