"""``slice: {bytes: 1}`` · ``slice: {events: 3}``: TCP segments that ignore message boundaries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dvara_examples.core.shapes import mapping, whole
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, not_done
from dvara_examples.faults._values import SECONDS
from dvara_examples.wire.parts import (
    BodyEnd,
    Edge,
    EventEnd,
    Framing,
    Head,
    Item,
    Items,
    NothingYet,
    Payload,
    Wait,
    portions,
)


@dataclass(frozen=True, slots=True)
class Slice:
    """Segments of *size* bytes, head and framing included, or of *size* whole events, held back until they are complete.

    *pause_s* seconds are between them. A reader that is slower than the writer may get several segments at once.
    """

    key: ClassVar[str] = "slice"
    turn: ClassVar[Turn] = Turn.PACE
    size: int
    unit: str = "bytes"
    pause_s: float = 0.0

    def __str__(self) -> str:
        unit = self.unit if self.size != 1 else self.unit.removesuffix("s")
        return f"{self.key} into segments of {self.size} {unit}" + (f", {self.pause_s:g} s apart" if self.pause_s else "")

    def apply(self, items: Items) -> Items:
        """Insert boundaries between segments."""
        return self._by_bytes(items) if self.unit == "bytes" else self._by_events(items)

    def _edge(self) -> Item:
        return Wait(self.pause_s) if self.pause_s else Edge()

    def _by_bytes(self, items: Items) -> Items:
        room = self.size
        for item in items:
            if isinstance(item, Head):
                yield did(self)
            if not isinstance(item, Head | Framing | Payload):
                yield item
                continue
            for part in portions(item, room, self.size):
                if not room:
                    yield self._edge()
                    room = self.size
                room -= len(part.data)
                yield part

    def _by_events(self, items: Items) -> Items:
        held: list[Item] = []
        inside = False
        count = 0
        for item in items:
            if inside and isinstance(item, Framing | Payload | EventEnd):
                if not held:
                    yield self._edge()
                held.append(item)
                count += isinstance(item, EventEnd)
                if count == self.size:
                    yield from held
                    held, count = [], 0
                continue
            if not isinstance(item, NothingYet):  # the body has ended, or another action follows
                yield from held
                held, count = [], 0
            yield item
            if isinstance(item, Head):
                yield did(self) if item.events else not_done(self)
                inside = item.events
            inside &= not isinstance(item, BodyEnd)
        yield from held


def _slice(found: Mapping[str, Any]) -> Slice:
    unit = "bytes" if "bytes" in found else "events"
    return Slice(found[unit], unit, found.get("pause_s", 0.0))


VALUE = mapping({"bytes": whole(1), "events": whole(1), "pause_s": SECONDS}, exactly_one=("bytes", "events")).to(
    _slice, "Send N bytes, or N events, per TCP segment."
)
