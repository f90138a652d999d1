"""``reset: {after_bytes: 120}``: the connection is closed with an RST, as by a load balancer that lost its state."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.faults import Turn
from dvara_examples.faults._ending import end_at
from dvara_examples.faults._place import Place, parse_place, place_schema
from dvara_examples.wire.parts import Items, Rst

SCHEMA: dict[str, object] = {"description": "Close the connection with an RST at a place of the response.", **place_schema()}


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


def parse(value: object) -> Reset:
    """Parse the value of ``reset:``."""
    return Reset(parse_place(value)[0])
