"""A script with everything that it names in ``//SOURCES`` and ``//FILES``, read from the disk once."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path, PurePosixPath

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.expressions import expand, properties_of
from dvara_examples.toolchains._java.header import Header, parse_header

_WILD = re.compile(r"[*?]")
_GLOB_PART = re.compile(r"\*\*|\*|\?|\{|\}|,|.", re.DOTALL)
_GLOB_MEANING = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that the program finds on its class path under *name* (with ``/``, relative)."""

    name: str
    file: Path


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that is compiled together: *sources* starts with the script; *header* combines their directives."""

    script: Path
    header: Header
    sources: tuple[Path, ...]
    resources: tuple[Resource, ...]


def read_bundle(script: Path, world: World, properties: Mapping[str, str] | None = None) -> Bundle:
    """Read *script* and, through their own directives too, all sources that it names, each before its next neighbour.

    Raises ToolchainError if a file is missing or a directive cannot be followed without JBang.
    """
    replace = partial(expand, properties=properties or properties_of(world), environ=world.environ)
    sources: dict[Path, Header] = {}
    waiting = [script]
    while waiting:
        if (source := waiting.pop()) not in sources:
            sources[source] = _header(source, replace, world.environ)
            waiting += reversed(list(_sources(source, sources[source])))
    header = reduce(Header.joined, sources.values())
    resources = {resource.name: resource for source, own in sources.items() for resource in _resources(source, own)}
    return Bundle(script, header, tuple(sources), tuple(resources.values()))


def _header(source: Path, replace: Callable[[str], str], environ: Mapping[str, str]) -> Header:
    """Read the directives of one source, naming it in every error."""
    try:
        return parse_header(source.read_text("utf-8", errors="replace"), replace, environ)
    except OSError as error:
        raise ToolchainError(f"{source} cannot be read ({error.strerror or error})", "correct its name, or restore it") from error
    except ToolchainError as error:
        raise ToolchainError(error.diagnosis.under(f"in {source}: ")) from None


def _sources(source: Path, header: Header) -> Iterator[Path]:
    """Yield the Java files that *source* names in ``//SOURCES``."""
    for written in header.sources:
        for file, _ in matching(source, "SOURCES", written):
            if file.suffix == ".java":
                yield file


def _resources(source: Path, header: Header) -> Iterator[Resource]:
    """Yield the files that *source* names in ``//FILES``, each under its name on the class path."""
    for written in header.files:
        target, equals, pattern = written.partition("=")
        if not equals:
            target, pattern = "", written
        if target.startswith("/") or pattern.startswith("/") or ".." in PurePosixPath(target).parts:
            raise ToolchainError(
                f"in {source}: //FILES {written} is absolute or leads out of the jar", "paths relative to the script are accepted"
            )
        for file, below in matching(source, "FILES", pattern):
            is_single = below == ""
            if is_single and target and not target.endswith("/"):
                yield Resource(target, file)
            else:
                yield Resource(str(PurePosixPath(target) / (below or file.name)), file)


def matching(source: Path, directive: str, written: str) -> list[tuple[Path, str]]:
    """Return the files that *written* (a file, a folder or a glob) means, relative to *source*.

    Each comes with its path below the part before the first wild card, or "" if a single file is named.
    """
    if "://" in written:
        raise ToolchainError(
            f"in {source}: //{directive} {written} is an address", "only JBang fetches sources, so install JBang for this script"
        )
    folder, pattern = source.parent, written
    if not _WILD.search(pattern):
        single = Path(os.path.normpath(folder / pattern))
        if single.is_file():
            return [(single, "")]
        pattern = pattern.rstrip("/") + "/**"
    fixed = _WILD.split(pattern, maxsplit=1)[0].rpartition("/")[0]
    base, wanted = Path(os.path.normpath(folder / fixed)), _glob(pattern[len(fixed) :].lstrip("/"))
    below = {file.relative_to(base).as_posix(): file for file in sorted(base.rglob("*")) if file.is_file()}
    found = [(file, name) for name, file in below.items() if wanted.fullmatch(name)]
    if not found:
        raise ToolchainError(
            f"in {source}: //{directive} {written} names no file below {folder}", "correct the path, or add the file"
        )
    return found


def _glob(pattern: str) -> re.Pattern[str]:
    """Translate a glob of Java's ``PathMatcher``: ``**`` crosses folders, ``*`` and ``?`` do not, ``{a,b}`` is a choice."""
    parts = _GLOB_PART.findall(pattern)
    return re.compile("".join(_GLOB_MEANING.get(part, re.escape(part)) for part in parts), re.DOTALL)
