"""``refuse: true``: the client's connection is reset as soon as it opens; neither tap nor gateway reads a byte of it.

A new connection uses up the entry, if it is next when one comes. If a request comes before that on an open
connection, that connection is reset, and the gateway does not get the request.
"""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.parts import Items, Rst


@dataclass(frozen=True, slots=True)
class Refuse:
    """An RST before anything is read."""

    key: ClassVar[str] = "refuse"
    turn: ClassVar[Turn] = Turn.PLACE

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:  # noqa: ARG002 - whatever would come, it comes to nothing
        """End the response before any of it exists."""
        yield did(self)
        yield Rst(str(self))


VALUE = constant(True).to(lambda _: Refuse(), "Reset the connection that the request would use; must be the only fault.")
