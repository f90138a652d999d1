"""``drop_last_blank_line: true``: the stream ends after its last line, so by the standard its last event is lost."""

import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._last_event import without_tail
from dvara_examples.wire.parts import Items

_LAST_LINE_END = re.compile(rb"(?:\r\n|\r|\n)\Z")


@dataclass(frozen=True, slots=True)
class DropLastBlankLine:
    """No blank line after the last event."""

    key: ClassVar[str] = "drop_last_blank_line"
    turn: ClassVar[Turn] = Turn.CONTENT

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Hold back each blank line that may be the last, until something follows."""
        return without_tail(self, _LAST_LINE_END, items)


VALUE = constant(True).to(lambda _: DropLastBlankLine(), "Drop the blank line after the last event.")
