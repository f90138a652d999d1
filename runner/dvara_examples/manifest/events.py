"""The parser's events, by libyaml where PyYAML was built with it and by PyYAML's own parser elsewhere."""

from collections.abc import Callable
from typing import Protocol

import yaml

Position = tuple[int, int]
"""Line and column, both counted from 1, the column in characters."""


class YamlMark(Protocol):
    """Where the parser stood; both are counted from 0."""

    line: int
    column: int


class YamlEvent(Protocol):
    """What PyYAML's events have among them: each has a mark, and as much of the rest as its kind needs."""

    start_mark: YamlMark
    anchor: str
    tag: str | None
    value: str
    style: str | None


NextEvent = Callable[[], YamlEvent]
"""Returns the next event, the last of which is a StreamEndEvent. Raises yaml.YAMLError."""


FASTEST: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_events(text: str, loader: type = FASTEST) -> NextEvent:
    """Return the source of events of *text*; *loader* is one of PyYAML's, of which only the parser is used."""
    next_event: NextEvent = loader(text).get_event
    return next_event


def position_of(event: YamlEvent) -> Position:
    """Return where *event* begins, as people count."""
    return event.start_mark.line + 1, event.start_mark.column + 1
