"""The formats of event streams: server-sent events, or lines of JSON. A protocol's reader names its format."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dvara_examples.wire.sse import ServerSentEvent, SseParser

_FIELD = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])(?:data|event|id|retry)?:")
_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[{\[<\"]")
"""How JSON and HTML begin."""
_MOST_FIELD_BYTES = 4096
_MOST_LINE_BYTES = 64 * 1024


class EventParser(Protocol):
    """Turns bytes, split anywhere, into events.

    *unknown_line* is the first line that belongs to no event, *lost_line* the first of them that some readers may take for
    data. *invalid_utf8*: an event's data was not UTF-8.
    """

    unknown_line: bytes | None
    lost_line: bytes | None
    invalid_utf8: bool

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream and return the events that they complete."""
        ...

    def pending(self) -> ServerSentEvent | None:
        """Return the unfinished last event, or None; nothing can be fed afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class EventFormat:
    """One format of streams.

    *media_types* are its names, the usual one first. *begins* tells from the first bytes of a body under another name whether
    such a stream begins there, or None while it is unclear. *event_end* describes what ends an event.
    *fields*: events are made of fields, such as ``data:``, and may have comments between them.
    """

    media_types: tuple[str, ...]
    parser: Callable[[], EventParser]
    begins: Callable[[bytes], bool | None]
    event_end: str
    fields: bool = False


def _json_lines() -> EventParser:
    from dvara_examples.wire.json_lines import JsonLinesParser

    return JsonLinesParser()


def _begins_with_a_field(held: bytes) -> bool | None:
    if _DOCUMENT.match(held):
        return False
    if _FIELD.search(held[:_MOST_FIELD_BYTES]):
        return True
    return False if len(held) >= _MOST_FIELD_BYTES else None


def _begins_with_a_line_of_json(held: bytes) -> bool | None:
    """Tell whether the first line is one whole JSON object, and another object begins after it."""
    first, found, rest = held.lstrip().partition(b"\n")
    if not found or not rest.strip():
        return False if len(held) >= _MOST_LINE_BYTES or (held.strip() and not held.lstrip().startswith(b"{")) else None
    try:
        return isinstance(json.loads(first), dict) and rest.lstrip().startswith(b"{")
    except (ValueError, RecursionError):
        return False


UNREAD_STREAMS = frozenset({"application/vnd.amazon.eventstream", "application/json-seq", "application/stream+json"})
"""The media types of streams whose events cannot be read here."""

SERVER_SENT_EVENTS = EventFormat(("text/event-stream",), SseParser, _begins_with_a_field, "blank line", fields=True)
JSON_LINES = EventFormat(
    ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines"),
    _json_lines,
    _begins_with_a_line_of_json,
    "line end",
)
