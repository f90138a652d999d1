"""Everything on this machine that affects JBang's build of a script, as far as it can be read.

JBang follows more than the built-in way does (addresses, scripts as dependencies), so nothing here is refused: what cannot be
read is left to JBang, and *has_addresses* says that some files are remote.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.bundle import matching
from dvara_examples.toolchains._java.expressions import expand
from dvara_examples.toolchains._java.header import Directive, directives, from_variable, items, stricter, wanted_java
from dvara_examples.toolchains._java.jdk import RequiredJava

_NAMED_FILES = ("SOURCES", "FILES", "DEPS")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a script's build: *parts* change whenever one of its files or expanded directives does.

    *wanted* is the Java that script and sources ask for together; *preview* says whether the script has ``//PREVIEW``.
    """

    parts: tuple[str, ...]
    wanted: RequiredJava | None = None
    preview: bool = False
    has_addresses: bool = False


def read_inputs(script: Path, world: World, properties: Mapping[str, str]) -> Inputs:
    """Read *script* and every local file that it names. Raises ToolchainError if the script itself cannot be read."""
    replace = partial(_expand_or_keep, properties=properties, environ=world.environ)
    try:
        main = _directives(script, replace)
    except OSError as error:
        raise ToolchainError(f"{script} cannot be read ({error.strerror or error})", "correct its name, or restore it") from error
    parts: dict[Path, list[str]] = {}
    wanted: RequiredJava | None = None
    has_addresses = False
    waiting = [(script, True)]
    while waiting:
        file, shares_build = waiting.pop()
        if file in parts:
            continue
        parts[file] = [str(file), _hash(file)]
        if file.suffix != ".java" or not file.is_file():
            continue
        found = _directives(file, replace)
        parts[file] += [part for directive in found for part in directive]
        if shares_build:
            wanted = stricter(wanted, wanted_java(found, world.environ))
        named = list(_named_files(file, found))
        has_addresses |= any(other is None for other, _ in named)
        waiting += reversed([(other, shares_build and in_build) for other, in_build in named if other is not None])
    preview = any(name == "PREVIEW" for name, _ in main) or bool(from_variable("PREVIEW", world.environ))
    return Inputs(tuple(part for of_file in parts.values() for part in of_file), wanted, preview, has_addresses)


def _directives(file: Path, replace: Callable[[str], str]) -> list[Directive]:
    return list(directives(file.read_text("utf-8", errors="replace"), replace))


def _expand_or_keep(value: str, properties: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return *value* expanded, or as written if JBang will refuse it."""
    try:
        return expand(value, properties, environ)
    except ToolchainError:
        return value


def _named_files(source: Path, found: list[Directive]) -> Iterator[tuple[Path | None, bool]]:
    """Yield the files that *source* names, None for an address; the flag says whether one is compiled with the script."""
    for name in _NAMED_FILES:
        for written in items(value for directive, value in found if directive == name):
            place = written.partition("=")[2] or written if name == "FILES" else written
            if re.match(r"\w{2,}://", place):
                yield None, False
            elif name == "DEPS":
                local = source.parent / place
                if local.is_file():
                    yield local, False
            else:
                yield from ((file, name == "SOURCES") for file in _matching(source, name, place))


def _matching(source: Path, directive: str, written: str) -> list[Path]:
    try:
        return [file for file, _ in matching(source, directive, written)]
    except (ToolchainError, OSError):
        return []


def _hash(file: Path) -> str:
    """Return the hash of the contents of *file*, or "" if it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
