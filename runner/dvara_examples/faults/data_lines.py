"""``data_lines: 3``: the data of one event is in several lines, which the standard joins by LF."""

import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import whole
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import on_events
from dvara_examples.wire.parts import Items

_DATA = re.compile(rb"(\A\xef\xbb\xbf|\A|[\r\n])(data: ?)([^\r\n]*)(\r\n|\r|\n|\Z)")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{,:\[]|[^"{,:\[]+|"')
_OPENERS = (b"{", b"[", b",", b":")


@dataclass(frozen=True, slots=True)
class DataLines:
    """Up to *count* lines of data per event; what has too few places to split, such as ``[DONE]``, has fewer."""

    key: ClassVar[str] = "data_lines"
    turn: ClassVar[Turn] = Turn.SPELLING
    count: int

    def __str__(self) -> str:
        return f"{self.key} {self.count}"

    def apply(self, items: Items) -> Items:
        """Split the data of each event."""
        return on_events(self, items, lambda data: _DATA.sub(self._cut, data))

    def _cut(self, found: re.Match[bytes]) -> bytes:
        before, field, value, end = found.groups()
        lines = (b"data: " + line if line.startswith(b" ") else field + line for line in _lines(value, self.count))
        return before + (end or b"\n").join(lines) + end  # a client removes one space after the colon, not one of the line


def _lines(value: bytes, count: int) -> list[bytes]:
    """Split *value* after ``{``, ``[``, ``,`` and ``:`` outside of strings; the sentinel is not JSON and stays whole."""
    if not value.startswith(b"{"):
        return [value]
    lines = [b""]
    for token in _TOKEN.findall(value):
        lines[-1] += token
        if token in _OPENERS and len(lines) < count:
            lines.append(b"")
    return lines


VALUE = whole(2, 1000).to(DataLines, "Split the data of each event into up to N lines, where JSON allows white space.")
