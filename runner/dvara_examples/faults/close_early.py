"""``close_early: true``: the connection is closed with a FIN where an answer should begin; the gateway had the request."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.faults._place import Place
from dvara_examples.wire.parts import Fin, Items


@dataclass(frozen=True, slots=True)
class CloseEarly:
    """A FIN instead of the head."""

    key: ClassVar[str] = "close_early"
    turn: ClassVar[Turn] = Turn.PLACE

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """End the response before it begins; where the gateway gives none, there is nothing to do."""
        rest = yield from Place("before_head").reach(items)
        if rest is not None:
            yield did(self)
            yield Fin(str(self))


VALUE = constant(True).to(lambda _: CloseEarly(), "Close the connection with a FIN before the status line.")
