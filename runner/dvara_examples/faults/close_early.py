"""``close_early: true``: the connection is closed with a FIN instead of an answer; the gateway has received the request."""

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
        """End the response before it begins; without a response, do nothing."""
        rest = yield from Place("before_head").reach(items)
        if rest is not None:
            yield did(self)
            yield Fin(str(self))


VALUE = constant(True).to(lambda _: CloseEarly(), "Close the connection with a FIN before the status line.")
