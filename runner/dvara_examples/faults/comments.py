"""``comments: between`` · ``comments: [before, between, after]``: comment lines, which keep connections alive, around events."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import some_of
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import noted
from dvara_examples.wire.parts import BodyEnd, Event, Head, Items

_WHERE = ("before", "between", "after")
_COMMENT = b": still here\n\n"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Comments:
    """A comment at each place of *where*: ``before``, ``between``, ``after``."""

    key: ClassVar[str] = "comments"
    turn: ClassVar[Turn] = Turn.CONTENT
    where: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key} {', '.join(self.where)}"

    def apply(self, items: Items) -> Items:
        """Insert the comments."""
        due, after = "before" in self.where, "after" in self.where
        has_fields = True
        for item in items:
            if isinstance(item, Event) and due and has_fields:
                mark = _BOM if item.data.startswith(_BOM) else b""  # a byte order mark stays at the very start
                yield Event(mark + _COMMENT)
                item = replace(item, data=item.data.removeprefix(mark))
            elif isinstance(item, BodyEnd) and after:
                yield Event(_COMMENT)
            yield item
            if isinstance(item, Head):
                yield noted(self, item)
                has_fields = item.fields
                after &= item.events and has_fields
            elif isinstance(item, Event):
                due = "between" in self.where
                after &= item.end is not None  # the comment's blank line would turn half an event into a whole one


VALUE = some_of(_WHERE).to(Comments, "Put comments before the first event, between events, after the last one.")
