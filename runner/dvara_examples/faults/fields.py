"""``fields: {each: {id: "7"}, alone: {retry: "3000"}}``: extra fields, which clients of a chat stream ignore."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import entries, mapping, text
from dvara_examples.core.values import InvalidValue, quoted
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import noted
from dvara_examples.wire.parts import Event, Head, Items

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fields:
    """The lines *each* before the data of each event, and the lines *alone* as a separate block before the first event."""

    key: ClassVar[str] = "fields"
    turn: ClassVar[Turn] = Turn.CONTENT
    each: bytes = b""
    alone: bytes = b""

    def __str__(self) -> str:
        said = {"with each event": self.each, "alone": self.alone}
        return f"{self.key} " + ", ".join(f"{names(lines)} {where}" for where, lines in said.items() if lines)

    def apply(self, items: Items) -> Items:
        """Insert the lines."""
        first = has_fields = True
        for item in items:
            if isinstance(item, Event) and item.end is not None and has_fields:
                mark = _BOM if item.data.startswith(_BOM) else b""  # a byte order mark stays at the very start
                if first and self.alone:
                    yield Event(mark + self.alone + b"\n")
                    mark = b""
                item = replace(item, data=mark + self.each + item.data.removeprefix(_BOM))
                first = False
            yield item
            if isinstance(item, Head):
                has_fields = item.fields
                yield noted(self, item)


def names(lines: bytes) -> str:
    """Return the names of the fields in *lines*."""
    return ", ".join(line.partition(b":")[0].decode() for line in lines.splitlines())


def _lines(fields: Mapping[str, str]) -> bytes:
    return b"".join(f"{name}: {value}\n".encode() for name, value in fields.items())


def _not_data(name: str) -> str:
    if name == "data":
        raise InvalidValue("a name other than data", quoted(name))
    return name


_NAME = text(pattern=r"^[^:\r\n\u0000]+$", expected="a name without colon and line end, other than data").like(
    **{"not": {"const": "data"}}
)
_LINE = text(pattern=r"^[^\r\n]*$", expected="one line of text")
_FIELDS = entries(_NAME.to(_not_data), _LINE, "a mapping of names to texts").to(_lines)
VALUE = mapping({"each": _FIELDS, "alone": _FIELDS}, least=1, few="each, alone or both").to(
    lambda found: Fields(**found), "Write fields before the data of each event, or by themselves before the first one."
)
