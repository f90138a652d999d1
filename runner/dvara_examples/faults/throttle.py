"""``throttle: {bytes_per_s: 2000}``: a slow line; the response goes out in small portions at that speed."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import mapping, whole
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.parts import Framing, Head, Items, Payload, Wait, portions

_PORTIONS_PER_S = 20


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most *bytes_per_s*, head and framing included, in twenty portions a second or single bytes."""

    key: ClassVar[str] = "throttle"
    turn: ClassVar[Turn] = Turn.PACE
    bytes_per_s: int

    def __str__(self) -> str:
        return f"{self.key} to {self.bytes_per_s} bytes per second"

    def apply(self, items: Items) -> Items:
        """Before each further portion, wait as long as the previous one takes."""
        size = max(1, self.bytes_per_s // _PORTIONS_PER_S)
        room = size
        for item in items:
            if isinstance(item, Head):
                yield did(self)
            if not isinstance(item, Head | Framing | Payload):
                yield item
                continue
            for part in portions(item, room, size):
                if not room:
                    yield Wait(size / self.bytes_per_s)
                    room = size
                room -= len(part.data)
                yield part


VALUE = mapping({"bytes_per_s": whole(1)}, needed=("bytes_per_s",)).to(
    lambda found: Throttle(**found), "Let no more bytes per second through, head and framing included."
)
