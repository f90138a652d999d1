"""``stall: {after_events: 3}`` · ``stall: {before_head: true, for_s: 2}``: silence on an open connection."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, never_came
from dvara_examples.faults._place import Place, place_and
from dvara_examples.faults._values import SECONDS
from dvara_examples.wire.parts import Hold, Items, Wait


@dataclass(frozen=True, slots=True)
class Stall:
    """Silence at *place*, for *for_s* seconds; None: until the client leaves."""

    key: ClassVar[str] = "stall"
    turn: ClassVar[Turn] = Turn.PLACE
    place: Place
    for_s: float | None = None

    def __str__(self) -> str:
        return f"{self.key} {self.place}" + ("" if self.for_s is None else f", for {self.for_s:g} s")

    def apply(self, items: Items) -> Items:
        """Hold back what follows the place."""
        rest = yield from self.place.reach(items)
        if rest is None:
            yield never_came(self)
            return
        yield did(self)
        if self.for_s is None:
            yield Hold()
            return
        yield Wait(self.for_s)
        yield from rest


VALUE = place_and({"for_s": SECONDS}).to(
    lambda found: Stall(found.place, found.more.get("for_s")),
    "Stop sending at a place of the response and keep the connection open, for so long or for good.",
)
