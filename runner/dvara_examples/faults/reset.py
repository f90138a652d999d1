"""``reset: {after_bytes: 120}``: the connection is closed with an RST, as by a load balancer that lost its state."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.faults import Turn
from dvara_examples.faults._ending import end_at
from dvara_examples.faults._place import PLACE, Place
from dvara_examples.wire.parts import Items, Rst


@dataclass(frozen=True, slots=True)
class Reset:
    """An RST at *place*."""

    key: ClassVar[str] = "reset"
    turn: ClassVar[Turn] = Turn.PLACE
    place: Place

    def __str__(self) -> str:
        return f"{self.key} {self.place}"

    def apply(self, items: Items) -> Items:
        """End the response at the place."""
        return end_at(self.place, items, self, Rst)


VALUE = PLACE.to(Reset, "Close the connection with an RST at a place of the response.")
