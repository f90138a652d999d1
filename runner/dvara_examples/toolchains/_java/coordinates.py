"""The values of ``//DEPS`` and ``//REPOS``, as requests to Maven's resolver."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError

_COORDINATE = re.compile(
    r"(?P<group>[\w.-]+):(?P<artifact>[\w.-]+)(?::(?P<version>[^:@]*)(?::(?P<classifier>[^@]*))?)?(?:@(?P<type>.+))?", re.ASCII
)
_CENTRAL = frozenset({"central", "mavencentral"})


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One dependency; *version* may be empty if a BOM gives it, or a range in Maven's words; *type* ``pom`` is a BOM."""

    group: str
    artifact: str
    version: str = ""
    classifier: str = ""
    type: str = "jar"

    def request_line(self) -> str:
        """Return the request line for the resolver."""
        if self.type == "pom":
            return "\t".join(("bom", self.group, self.artifact, self.version))
        return "\t".join(("dep", self.group, self.artifact, self.version, self.classifier, self.type))


def parse_coordinate(written: str) -> Coordinate:
    """Read one item of ``//DEPS``. Raises ToolchainError if it is not a Maven coordinate."""
    match = _COORDINATE.fullmatch(written)
    if match is None:
        raise ToolchainError(
            f"//DEPS names {written!r}",
            "group:artifact:version[:classifier][@type] is accepted here, "
            "a source file or an address only by JBang itself: install JBang for this script",
        )
    version = match["version"] or ""
    if version.endswith("+"):
        version = f"[{version[:-1]},)"
    return Coordinate(match["group"], match["artifact"], version, match["classifier"] or "", match["type"] or "jar")


def repository_lines(repos: Sequence[str], cwd: Path) -> list[str]:
    """Return the resolver's lines for ``//REPOS``; none are needed for Maven's central repository alone.

    A relative path is relative to *cwd*. Raises ToolchainError for a short name that only JBang knows.
    """
    lines = []
    for written in repos:
        name, equals, place = written.partition("=")
        place = place if equals else name
        if place.lower() in _CENTRAL:
            place = ""
        elif place.startswith(("./", "../", "/")):
            place = (cwd / place).resolve().as_uri()
        elif ":/" not in place:
            raise ToolchainError(
                f"//REPOS names {written!r}",
                "central, name=address and a path from ./ or / are accepted here: "
                "write the address of the repository, or install JBang, which knows more names",
            )
        lines.append("\t".join(("repo", name if equals else name.lower(), place)))
    return lines
