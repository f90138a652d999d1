"""Collects all problems of a manifest, to report them together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

from dvara_examples.core.errors import Diagnosis
from dvara_examples.core.values import InvalidValue, Path
from dvara_examples.manifest.source import Position

Spot = tuple[Path, bool]
"""A path, and whether the key there is meant rather than its value."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with the value (or, with *on_key*, the key) at *path*.

    *first* is the first occurrence of something repeated. *at* is the position, if already known.
    """

    expected: str
    found: str
    hint: str = ""
    path: Path = ()
    on_key: bool = False
    first: Spot | None = None
    at: Position | None = None

    @property
    def place(self) -> str:
        """The wrong key, or for a wrong value its key: ``examples[0].tags[1]`` is ``tags[1]``."""
        steps = self.path[:-1] if self.on_key else self.path
        named = [at for at, step in enumerate(steps) if isinstance(step, str)]
        if not named:
            return "manifest" if self.path or self.at is None else ""
        key, *indices = steps[named[-1] :]
        return str(key) + "".join(f"[{index}]" for index in indices)

    def diagnosis(self, where: str, first: str) -> Diagnosis:
        """Return the problem in words; *where* is the position, and *first* says where the thing occurs first."""
        place = f"{self.place}: " if self.place else ""
        return Diagnosis(f"{where}: {place}expected {self.expected}, found {self.found}{first}", self.hint)


@dataclass(slots=True)
class Problems:
    """The problems found so far, in the order of discovery."""

    found: list[Problem] = field(default_factory=list)

    def add(self, expected: str, found: str, hint: str, path: Path, *, on_key: bool = False, first: Spot | None = None) -> None:
        """Note that the value (or key) at *path* is wrong."""
        self.found.append(Problem(expected, found, hint, path, on_key, first))

    def read(self, parse: Callable[[object], T], value: object, path: Path, fallback: T) -> T:
        """Return *value* as parsed by *parse*; if it raises InvalidValue, note that and return *fallback*."""
        try:
            return parse(value)
        except InvalidValue as error:
            self.note(error, path)
            return fallback

    def note(self, error: InvalidValue, path: Path) -> None:
        """Note an *error*, and the further problems in it, whose own paths start at *path*."""
        for one in error.all():
            self.add(one.expected, one.found, one.hint, (*path, *one.path), on_key=one.on_key)


def syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """Rephrase the parser's complaint for people who do not know how parsers work."""
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return Problem("valid YAML", f"a syntax error ({error})", at=(1, 1))
    at = (mark.line + 1, mark.column + 1)
    if text[mark.index : mark.index + 1] == "\t":
        return Problem("spaces", "a tab", "indent with spaces", at=at)
    began = error.context_mark
    since = f" that began on line {began.line + 1}" if began is not None and began.line != mark.line else ""
    context = f" {error.context}{since}" if error.context else ""
    if "mapping values are not allowed" in (error.problem or ""):
        hint = "quote a text that has a colon in it, or fix the indentation"
    else:
        hint = "check the indentation, quotes and brackets here and above"
    return Problem("valid YAML", f"a syntax error ({error.problem}{context})", hint, at=at)
