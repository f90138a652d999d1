"""``fields: {each: {id: "7"}, alone: {retry: "3000"}}``: fields beside the data, which clients of a chat stream pass over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.values import InvalidValue, as_mapping, as_text, below
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import noted
from dvara_examples.wire.parts import Event, Head, Items

_WHERE = ("each", "alone")
_NAME = re.compile(r"(?!data\Z)[^:\r\n\0]+")
_VALUE = re.compile(r"[^\r\n]*")
_FIELDS: dict[str, object] = {
    "type": "object",
    "propertyNames": {"pattern": r"^[^:\r\n\u0000]+$", "not": {"const": "data"}},
    "additionalProperties": {"type": "string", "pattern": r"^[^\r\n]*$"},
    "minProperties": 1,
}
SCHEMA: dict[str, object] = {
    "description": "Write fields before the data of each event, or by themselves before the first one.",
    "type": "object",
    "properties": dict.fromkeys(_WHERE, _FIELDS),
    "additionalProperties": False,
    "minProperties": 1,
}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fields:
    """The lines *each* before the data of each event, and the lines *alone* as a block of their own before the first event."""

    key: ClassVar[str] = "fields"
    turn: ClassVar[Turn] = Turn.CONTENT
    each: bytes = b""
    alone: bytes = b""

    def __str__(self) -> str:
        said = {"with each event": self.each, "alone": self.alone}
        return f"{self.key} " + ", ".join(f"{names(lines)} {where}" for where, lines in said.items() if lines)

    def apply(self, items: Items) -> Items:
        """Put the lines in."""
        first = True
        for item in items:
            if isinstance(item, Event) and item.end is not None:
                mark = _BOM if item.data.startswith(_BOM) else b""  # it stays at the very start
                if first and self.alone:
                    yield Event(mark + self.alone + b"\n")
                    mark = b""
                item = replace(item, data=mark + self.each + item.data.removeprefix(_BOM))
                first = False
            yield item
            if isinstance(item, Head):
                yield noted(self, item)


def names(lines: bytes) -> str:
    """Return the names of the fields in *lines*."""
    return ", ".join(line.partition(b":")[0].decode() for line in lines.splitlines())


def parse(value: object) -> Fields:
    """Parse the value of ``fields:``."""
    found = as_mapping(value, _WHERE)
    if not found:
        raise InvalidValue("found no fields", "each, alone or both are accepted")
    lines = {}
    for where in found:
        with below(where):
            lines[where] = _lines(as_mapping(found[where]))
    return Fields(**lines)


def _lines(fields: Mapping[str, object]) -> bytes:
    if not fields:
        raise InvalidValue("found no field", "a mapping of names to texts is accepted")
    lines = b""
    for name, value in fields.items():
        with below(name):
            if not _NAME.fullmatch(name):
                raise InvalidValue(
                    f"found {name!r} as the name of a field", "any text but data, without colon and line end, is accepted"
                )
            text = as_text(value)
            if not _VALUE.fullmatch(text):
                raise InvalidValue("found a line end", "the value of a field is one line")
            lines += f"{name}: {text}\n".encode()
    return lines
