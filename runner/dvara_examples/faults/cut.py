"""``cut: {after_events: 3}``: the connection is closed with a FIN, as by a proxy that restarts or reaches a limit."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.faults import Turn
from dvara_examples.faults._ending import end_at
from dvara_examples.faults._place import PLACE, Place
from dvara_examples.wire.parts import Fin, Items


@dataclass(frozen=True, slots=True)
class Cut:
    """A FIN at *place*."""

    key: ClassVar[str] = "cut"
    turn: ClassVar[Turn] = Turn.PLACE
    place: Place

    def __str__(self) -> str:
        return f"{self.key} {self.place}"

    def apply(self, items: Items) -> Items:
        """End the response at the place."""
        return end_at(self.place, items, self, Fin)


VALUE = PLACE.to(Cut, "Close the connection with a FIN at a place of the response.")
