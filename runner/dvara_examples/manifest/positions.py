"""Finds the positions of values and keys in the text of a document, by reading its events once more."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dvara_examples.core.values import Path
from dvara_examples.manifest.problems import Spot
from dvara_examples.manifest.source import Position, YamlEvent, open_events, position_of


def find_positions(text: str, spots: Collection[Spot], aliases: Mapping[Path, Path]) -> Mapping[Spot, Position]:
    """Return the position of each of *spots*; one that does not exist gets that of the nearest value around it.

    *aliases* is that of the document: what is inside an alias is looked for at its anchor.
    """
    written = {spot: (_follow(spot[0], aliases), spot[1]) for spot in spots}
    trails = {path[:length] for path, _ in written.values() for length in range(len(path) + 1)}
    search = _Search(trails, set(written.values()))
    next_event = open_events(text)
    with suppress(yaml.YAMLError):  # if the text breaks off, what comes before is still found
        while search.missing and not isinstance(event := next_event(), StreamEndEvent):
            search.take(event)
    return {spot: search.nearest(*place) for spot, place in written.items()}


def _follow(path: Path, aliases: Mapping[Path, Path]) -> Path:
    """Return *path* with each alias on the way replaced by its anchor; the last step is never replaced."""
    length = 1
    while length < len(path):
        target = aliases.get(path[:length])
        if target is None:
            length += 1
        else:
            path, length = (*target, *path[length:]), 1
    return path


@dataclass(slots=True)
class _Frame:
    """A container that is being read: *path* is None if nothing in it is looked for."""

    path: Path | None
    mapping: bool
    step: str | int | None = None
    key_is_next: bool = True

    def child(self) -> Path | None:
        return None if self.path is None or self.step is None else (*self.path, self.step)


@dataclass(slots=True)
class _Search:
    """What to look for: *trails* are all paths that lead to it, *missing* is what was not found yet."""

    trails: Collection[Path]
    missing: set[Spot]
    found: dict[Spot, Position] = field(default_factory=dict)
    frames: list[_Frame] = field(default_factory=list)

    def take(self, event: YamlEvent) -> None:
        """Process the next event."""
        match event:
            case MappingEndEvent() | SequenceEndEvent():
                self.frames.pop()
                self._advance()
            case ScalarEvent() | AliasEvent():
                self._place(event)
                self._advance(getattr(event, "value", None))
            case MappingStartEvent() | SequenceStartEvent():
                path = self._place(event)
                mapping = isinstance(event, MappingStartEvent)
                self.frames.append(_Frame(path, mapping, None if mapping else 0))

    def nearest(self, path: Path, on_key: bool) -> Position:
        """Return the position of a spot, or of the nearest value around it that was found."""
        spots: Iterable[Spot] = [(path, on_key), *((path[:length], False) for length in range(len(path), -1, -1))]
        return next((self.found[spot] for spot in spots if spot in self.found), (1, 1))

    def _place(self, event: YamlEvent) -> Path | None:
        """Note the position of a value or key if it is looked for; return its path if something inside it may be."""
        if not self.frames:
            path: Path | None = ()
        else:
            frame = self.frames[-1]
            if frame.mapping and frame.key_is_next:
                self._place_key(frame, event)
                return None
            path = frame.child()
        if path is None or path not in self.trails or (path, False) in self.found:
            return None  # not looked for, or below a repeated key
        self._found((path, False), event)
        return path

    def _place_key(self, frame: _Frame, event: YamlEvent) -> None:
        if frame.path is not None and isinstance(event, ScalarEvent):
            path = (*frame.path, event.value)
            if path in self.trails:
                self._found((path, True), event)

    def _found(self, spot: Spot, event: YamlEvent) -> None:
        self.found.setdefault(spot, position_of(event))
        self.missing.discard(spot)

    def _advance(self, scalar: str | None = None) -> None:
        """Step past the key (the *scalar*, if it is one), value or item that was just read."""
        if not self.frames:
            return
        frame = self.frames[-1]
        if not frame.mapping:
            frame.step = frame.step + 1 if isinstance(frame.step, int) else 0
        else:
            frame.step = scalar if frame.key_is_next else None
            frame.key_is_next = not frame.key_is_next
