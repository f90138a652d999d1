"""``delay: {head_s: 0.5, event_s: 0.1}``: everything comes late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import mapping
from dvara_examples.core.values import InvalidValue
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, not_done
from dvara_examples.faults._values import SECONDS
from dvara_examples.wire.parts import BodyEnd, EventEnd, Framing, Head, Item, Items, Payload, Wait


@dataclass(frozen=True, slots=True)
class Delay:
    """A wait of *head_s* seconds before the head, and of *event_s* before each event."""

    key: ClassVar[str] = "delay"
    turn: ClassVar[Turn] = Turn.PACE
    head_s: float = 0.0
    event_s: float = 0.0

    def __str__(self) -> str:
        waits = {"the head": self.head_s, "each event": self.event_s}
        return f"{self.key} " + " and ".join(f"{wait:g} s before {what}" for what, wait in waits.items() if wait)

    def apply(self, items: Items) -> Items:
        """Wait, then continue; the size of an event's chunk is sent with the event."""
        held: list[Item] = []
        between = False
        for item in items:
            match item:
                case Head():
                    yield did(self) if self.head_s or item.events else not_done(self)
                    yield Wait(self.head_s)
                    yield item
                    between = item.events and self.event_s > 0
                case Framing() if between:
                    held.append(item)
                case Payload() if between:
                    yield Wait(self.event_s)
                    yield from _emptied(held)
                    yield item
                    between = False
                case EventEnd():
                    yield item
                    between = self.event_s > 0
                case BodyEnd():
                    yield from _emptied(held)
                    yield item
                    between = False
                case _:
                    yield item
        yield from held


def _emptied(held: list[Item]) -> Items:
    yield from held
    held.clear()


_EXPECTED = "head_s, event_s or both, of more than 0 seconds"


def _longer_than_none(found: Mapping[str, float]) -> Delay:
    if not any(found.values()):
        raise InvalidValue(_EXPECTED, "no delay")
    return Delay(**found)


VALUE = mapping({"head_s": SECONDS, "event_s": SECONDS}, least=1, few=_EXPECTED).to(
    _longer_than_none, "Wait before the head, before each event, or both."
)
