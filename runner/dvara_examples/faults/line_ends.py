"""``line_ends: crlf`` · ``line_ends: cr``: the other line ends that the standard allows."""

import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import one_of
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import on_events
from dvara_examples.wire.parts import Items

_ENDS = {"crlf": b"\r\n", "cr": b"\r"}
_ANY_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class LineEnds:
    """Lines that end in *word*: ``crlf`` or ``cr``."""

    key: ClassVar[str] = "line_ends"
    turn: ClassVar[Turn] = Turn.SPELLING
    word: str

    def __str__(self) -> str:
        return f"{self.key} {self.word}"

    def apply(self, items: Items) -> Items:
        """Rewrite every line end."""
        end = _ENDS[self.word]
        return on_events(self, items, lambda data: _ANY_END.sub(end, data))


VALUE = one_of(_ENDS).to(LineEnds, "End the lines of the event stream in CR LF or CR.")
