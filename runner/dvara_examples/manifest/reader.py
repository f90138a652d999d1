"""Turns YAML into plain values, strictly: refuses what a manifest may not contain, with positions.

The parser's events are consumed as they come, without a tree of nodes, which would need 200 MB for ten thousand cases.
So positions are known only while an event is at hand. The few that are always needed are kept as *landmarks*;
:mod:`~dvara_examples.manifest.positions` finds the others by reading once more, if there is a problem.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dvara_examples.core.values import InvalidValue, Path, describe, quoted
from dvara_examples.manifest.anchors import Anchors
from dvara_examples.manifest.problems import Problem, syntax_problem
from dvara_examples.manifest.scalars import RefusedScalar, read_plain
from dvara_examples.manifest.source import NextEvent, Position, YamlEvent, YamlMark, open_events, position_of

MOST_LEVELS = 64
MOST_EVENTS = 4_000_000

_STR_TAG = "tag:yaml.org,2002:str"


class Unreadable(Exception):  # noqa: N818 - holds problems, is not one of its own
    """The text is not a YAML document, or cannot be read to its end; *problems* is what was found up to there."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One YAML document as plain values: None, bool, int, float, str, list, dict with text keys.

    *problems* are those of YAML itself (duplicate keys, ambiguous words, ...). *landmarks* has, for each
    container at a requested path, the positions of its items or keys. *aliases* maps the place of an alias to the place
    of its anchor.
    """

    value: object
    problems: list[Problem]
    landmarks: Mapping[Path, Mapping[str | int, YamlMark]]
    aliases: Mapping[Path, Path]


def read_document(text: str, landmarks: Collection[str] = ()) -> YamlDocument:
    """Read *text*, which must be one document; containers under a key in *landmarks* keep their positions.

    Raises Unreadable if it cannot continue: a syntax error, another document, an alias bomb, too many levels.
    """
    try:
        next_event = open_events(text)
    except yaml.YAMLError as error:  # PyYAML's own parser checks the characters at once
        raise Unreadable([syntax_problem(error, text)]) from None
    return _Reader(text, next_event, landmarks).document()


class _Slot:
    """Where the next value goes, if not under a key of a mapping."""

    __slots__ = ()


_ITEM = _Slot()  # the frame is a sequence
_KEY = _Slot()  # the frame is a mapping, and a key comes next
_DROPPED = _Slot()  # the key was refused, so its value goes nowhere
_UNREAD = _Slot()  # no value: a word that was not seen before, or a refused key


@dataclass(slots=True)
class _Reader:
    text: str
    next_event: NextEvent
    wanted: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    landmarks: dict[Path, dict[str | int, YamlMark]] = field(default_factory=dict)
    aliases: dict[Path, Path] = field(default_factory=dict)
    anchors: Anchors = field(default_factory=Anchors)
    frames: list[tuple[Any, Any, dict[str | int, YamlMark] | None]] = field(default_factory=list)

    def document(self) -> YamlDocument:
        """Read up to the end of the stream."""
        try:
            roots = self._build()
        except yaml.YAMLError as error:
            raise Unreadable([*self.problems, syntax_problem(error, self.text)]) from None
        if not roots:
            raise self._stopped("a mapping with version and examples", "an empty file", "", (1, 1))
        return YamlDocument(roots[0], self.problems, self.landmarks, self.aliases)

    def _build(self) -> list[object]:  # noqa: C901 - one branch per kind of event, and no call for the common ones
        """Consume all events; return the document's value in a list, which is empty if there is no document.

        One long loop over local names: it runs once per value, and calls would double its time.
        """
        next_event: Callable[[], Any] = self.next_event
        frames, wanted, anchors = self.frames, self.wanted, self.anchors
        roots: list[object] = []
        words: dict[str, object] = {}
        into: Any = roots
        slot: Any = _ITEM
        kept: dict[str | int, YamlMark] | None = None
        ends = documents = 0
        for count in range(MOST_EVENTS):
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                value = event.value
                if not event.style and event.tag is None:  # plain: not quoted, not a block, not tagged as text
                    value = words.get(value, _UNREAD)
                    if value is _UNREAD:
                        value = read_plain(event.value)
                        if isinstance(value, RefusedScalar):
                            value = self._refused(value, event, into, slot)
                        else:
                            words[event.value] = value
                if event.tag is not None or event.anchor is not None:
                    value = self._decorated(value, event, into, slot)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                child: Any = {} if kind is MappingStartEvent else []
                if event.tag is not None or event.anchor is not None:
                    self._open(event, into, slot, count - ends)
                child_kept = self.landmarks.setdefault(self._path(into, slot), {}) if slot in wanted else None
                if slot is _ITEM:
                    if kept is not None:
                        kept[len(into)] = event.start_mark
                    into.append(child)
                elif slot is _KEY:
                    self._bad_key(child, event, into)
                elif slot is not _DROPPED:
                    into[slot] = child
                frames.append((into, slot, kept))
                if len(frames) > MOST_LEVELS:
                    raise self._stopped(f"at most {MOST_LEVELS} levels", "more", "", position_of(event))
                into, slot, kept = child, _KEY if kind is MappingStartEvent else _ITEM, child_kept
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if anchors:
                    anchors.close(into, len(frames) - 1, count - ends)
                ends += 1
                into, slot, kept = frames.pop()
                if slot is not _ITEM:
                    slot = _DROPPED if slot is _KEY else _KEY
                continue
            elif kind is AliasEvent:
                value = self._aliased(event, into, slot)
            elif kind is StreamEndEvent:
                return roots
            else:
                documents += kind is DocumentStartEvent
                if documents > 1:
                    raise self._stopped("one document", "a second one", "remove the line '---'", position_of(event))
                continue

            if slot is _ITEM:
                if kept is not None:
                    kept[len(into)] = event.start_mark
                into.append(value)
            elif slot is _KEY:
                if type(value) is str and value not in into:
                    slot = value
                    if kept is not None:
                        kept[value] = event.start_mark
                else:
                    self._bad_key(value, event, into)
                    slot = _DROPPED
            else:
                if slot is not _DROPPED:
                    into[slot] = value
                slot = _KEY
        raise self._stopped(f"at most {MOST_EVENTS:,} values", "more", "", (1, 1))

    def _path(self, into: object, slot: object) -> Path:
        """Return the path of the value that is about to be put into *slot* of the container *into*."""
        steps = [_step(container, at, more=-1) for container, at, _ in self.frames]
        return (*steps, _step(into, slot, more=0))[1:]  # the first is the list of roots

    def _stopped(self, expected: str, found: str, hint: str, at: Position) -> Unreadable:
        return Unreadable([*self.problems, Problem(expected, found, hint, at=at)])

    def _note(
        self,
        expected: str,
        found: str,
        hint: str,
        path: Path,
        event: YamlEvent,
        *,
        on_key: bool = False,
        again: bool = False,
    ) -> None:
        first = (path, True) if again else None
        self.problems.append(Problem(expected, found, hint, path, on_key, first, position_of(event)))

    def _refused(self, refused: RefusedScalar, event: YamlEvent, into: object, slot: object) -> object:
        if slot is not _KEY:
            self._note(refused.expected, refused.found, refused.hint, self._path(into, slot), event)
            return refused.value
        path = self._path(into, event.value)
        if event.value == "<<":
            self._note("no merge key", "<<", "write the keys out", path, event, on_key=True)
        else:
            self._note("text as a key", refused.found, "put it in quotes", path, event, on_key=True)
        return _UNREAD

    def _bad_key(self, key: object, event: YamlEvent, into: object) -> None:
        """Note what is wrong with a *key*: it is repeated, or not text."""
        if key is _UNREAD:
            return
        path = self._path(into, key if isinstance(key, str) else "?")
        if isinstance(key, str):
            again = f"{quoted(key)} again"
            self._note("each key once", again, "remove one of the two", path, event, on_key=True, again=True)
        else:
            what = "a list" if isinstance(key, list) else describe(key)
            self._note("text as a key", what, "put it in quotes", path, event, on_key=True)

    def _decorated(self, value: object, event: YamlEvent, into: object, slot: object) -> object:
        """Process the tag and the anchor of a scalar; return its value."""
        path = self._path(into, slot)
        if event.tag == _STR_TAG:
            value = event.value
        elif event.tag is not None:
            self._bad_tag(event.tag, path, event)
        if event.anchor is not None:
            self.anchors.add(event.anchor, value, path)
        return value

    def _bad_tag(self, tag: str, path: Path, event: YamlEvent) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self._note("no tag but !!str", shown, "write the value alone", path, event)

    def _open(self, event: YamlEvent, into: object, slot: object, values: int) -> None:
        """Process the tag and the anchor of a container that begins after *values* values."""
        path = self._path(into, slot)
        if event.tag is not None:
            self._bad_tag(event.tag, path, event)
        if event.anchor is not None:
            self.anchors.open(event.anchor, path, len(self.frames), values)

    def _aliased(self, event: YamlEvent, into: object, slot: object) -> object:
        """Return what an alias stands for."""
        try:
            anchor = self.anchors.resolve(event.anchor)
        except InvalidValue as error:
            raise self._stopped(error.expected, error.found, error.hint, position_of(event)) from None
        self.aliases[self._path(into, slot)] = anchor.path
        return anchor.value


def _step(container: object, slot: object, more: int) -> str | int:
    if slot is _ITEM and isinstance(container, list):
        return len(container) + more
    return slot if isinstance(slot, str) else "?"
