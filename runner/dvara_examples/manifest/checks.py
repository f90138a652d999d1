"""What every check of a part of the manifest needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from dvara_examples.core.shapes import Shape
from dvara_examples.core.values import InvalidValue, Path
from dvara_examples.manifest.declaration import Declaration
from dvara_examples.manifest.model import Origin
from dvara_examples.manifest.problems import Problems
from dvara_examples.manifest.source import YamlMark

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checks:
    """The context in which the parts of one manifest are checked.

    *shown* is the manifest's name in messages; *landmarks* tell where examples and variants begin.
    """

    shown: str
    declared: Declaration
    problems: Problems
    landmarks: Mapping[Path, Mapping[str | int, YamlMark]]

    def read(self, shape: Shape[T], value: object, path: Path) -> T | None:
        """Return *value* as *shape* parses it; problems are noted, and valid parts are returned, or None."""
        try:
            return shape.parse(value)
        except InvalidValue as error:
            self.problems.note(error, path)
            parts: T | None = error.parts
            return parts

    def origin(self, container: Path, step: str | int) -> Origin:
        """Return the position of the item or key *step* of *container*; inside an alias, that of the whole manifest."""
        mark = self.landmarks.get(container, {}).get(step)
        return Origin(self.shown, mark.line + 1, mark.column + 1) if mark else Origin(self.shown, 1, 1)
