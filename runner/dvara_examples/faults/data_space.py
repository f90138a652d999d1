"""``data_space: add`` · ``data_space: drop``: ``data: x`` and ``data:x`` are equal by the standard, but not for every client."""

import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import one_of
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import on_events
from dvara_examples.wire.parts import Items

# A value that begins with a space keeps its data only if another space precedes it.
_SPELLINGS = {
    "add": (re.compile(rb"(\A\xef\xbb\xbf|\A|[\r\n])data:(?! )"), rb"\1data: "),
    "drop": (re.compile(rb"(\A\xef\xbb\xbf|\A|[\r\n])data: (?! )"), rb"\1data:"),
}


@dataclass(frozen=True, slots=True)
class DataSpace:
    """The space after ``data:``; *word*: ``add`` or ``drop``."""

    key: ClassVar[str] = "data_space"
    turn: ClassVar[Turn] = Turn.SPELLING
    word: str

    def __str__(self) -> str:
        return f"{self.key} {self.word}"

    def apply(self, items: Items) -> Items:
        """Rewrite the beginning of every data line."""
        pattern, spelling = _SPELLINGS[self.word]
        return on_events(self, items, lambda data: pattern.sub(spelling, data))


VALUE = one_of(_SPELLINGS).to(DataSpace, "Add or drop the space after `data:`.")
