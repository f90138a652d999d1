"""``bom: true``: the event stream begins with a byte order mark, which a client must skip."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import on_events
from dvara_examples.wire.parts import Items

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Bom:
    """A byte order mark before the first byte of the stream, unless the gateway sends one."""

    key: ClassVar[str] = "bom"
    turn: ClassVar[Turn] = Turn.SPELLING

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Put the mark before the first event."""
        due = True

        def marked(data: bytes) -> bytes:
            nonlocal due
            first, due = due and bool(data), due and not data
            return _BOM + data.removeprefix(_BOM) if first else data

        return on_events(self, items, marked)


VALUE = constant(True).to(lambda _: Bom(), "Begin the event stream with a byte order mark.")
