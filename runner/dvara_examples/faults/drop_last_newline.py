"""``drop_last_newline: true``: nothing follows the last character of the last event, no line end and no blank line."""

import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._last_event import without_tail
from dvara_examples.wire.parts import Items

_LINE_ENDS = re.compile(rb"[\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class DropLastNewline:
    """No line end after the last event."""

    key: ClassVar[str] = "drop_last_newline"
    turn: ClassVar[Turn] = Turn.CONTENT

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Hold back line ends that may be the last, until something follows."""
        return without_tail(self, _LINE_ENDS, items)


VALUE = constant(True).to(lambda _: DropLastNewline(), "Drop every line end after the last event.")
