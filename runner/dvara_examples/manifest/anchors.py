"""Anchors and aliases of one YAML document, with a limit on what aliases may expand to."""

from dataclasses import dataclass, field

from dvara_examples.core.values import InvalidValue, Path, did_you_mean

MOST_REPEATED = 100_000
"""How many values aliases may stand for in one document, beyond those that are written out."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an alias may stand for: *value* has *size* values, counting those that aliases inside it stand for."""

    value: object
    path: Path
    size: int


@dataclass(slots=True)
class Anchors:
    """The anchors so far. Those of containers are open until the container ends, by the level of the container.

    *repeated* counts the values that aliases add. No value is copied, so an alias bomb takes
    no memory: an alias is the very object that it stands for.
    """

    repeated: int = 0
    _finished: dict[str, Anchor] = field(default_factory=dict)
    _open: dict[int, tuple[str, Path, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether a container with an anchor is being read."""
        return bool(self._open)

    def add(self, name: str, value: object, path: Path) -> None:
        """Remember a scalar."""
        self._finished[name] = Anchor(value, path, 1)

    def open(self, name: str, path: Path, level: int, values: int) -> None:
        """Note that a container begins on *level*, after *values* values of the document."""
        self._open[level] = (name, path, values + self.repeated)

    def close(self, value: object, level: int, values: int) -> None:
        """Remember the container that ends on *level*, if it has an anchor."""
        opened = self._open.pop(level, None)
        if opened is not None:
            name, path, before = opened
            self._finished[name] = Anchor(value, path, values + self.repeated - before)

    def resolve(self, name: str) -> Anchor:
        """Return what the alias *name* stands for. Raises InvalidValue if it is not allowed."""
        if any(name == opened for opened, _, _ in self._open.values()):
            raise InvalidValue(f"the alias *{name} outside its own anchor", "it inside", "write the value out")
        anchor = self._finished.get(name)
        if anchor is None:
            hint = did_you_mean(name, self._finished) if self._finished else ""
            raise InvalidValue(f"an anchor &{name} before the alias *{name}", "none", hint)
        self.repeated += anchor.size - 1
        if self.repeated > MOST_REPEATED:
            hint = "write the values out, or fewer of them"
            raise InvalidValue(f"aliases that expand to at most {MOST_REPEATED:,} values", "more", hint)
        return anchor
