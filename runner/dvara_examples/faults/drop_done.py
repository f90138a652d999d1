"""``drop_done: true``: the protocol's last word (``[DONE]``, ``message_stop``) gets lost, as with gateways that never send it."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import lose_events
from dvara_examples.wire.parts import Items


@dataclass(frozen=True, slots=True)
class DropDone:
    """No sentinel."""

    key: ClassVar[str] = "drop_done"
    turn: ClassVar[Turn] = Turn.CONTENT

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Empty the event; its place in the stream stays."""
        return lose_events(self, items, lambda end: end if end.done else None)


VALUE = constant(True).to(
    lambda _: DropDone(), "Drop the protocol's last word, such as [DONE]; the response still ends in good order."
)
