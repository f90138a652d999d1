"""``keep_open: true``: the response does not end after its last word; its end is swallowed, and the socket stays open."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, instead, never_came
from dvara_examples.faults._place import Place
from dvara_examples.wire.parts import Head, Hold, Items


@dataclass(frozen=True, slots=True)
class KeepOpen:
    """No last chunk, no FIN. A body with a ``Content-Length`` is complete with its last byte, and cannot be kept open."""

    key: ClassVar[str] = "keep_open"
    turn: ClassVar[Turn] = Turn.PLACE

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Hold back everything that follows the sentinel."""
        for item in items:
            yield item
            if isinstance(item, Head):
                if item.framing == "length":
                    yield instead(self, "not done, as the body is whole once it has the length that its head says")
                    yield from items
                    return
                break
        rest = yield from Place("after_done").reach(items)
        if rest is None:
            yield never_came(self)
            return
        yield did(self)
        yield Hold()


VALUE = constant(True).to(lambda _: KeepOpen(), "Do not end the response after its last word, and keep its connection open.")
