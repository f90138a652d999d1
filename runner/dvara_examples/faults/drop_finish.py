"""``drop_finish: true``: the event with the finish reason gets lost, and with it the proof that the answer is whole."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import lose_events
from dvara_examples.wire.parts import Items


@dataclass(frozen=True, slots=True)
class DropFinish:
    """No ``finish_reason``, and none of the text that came in the same event."""

    key: ClassVar[str] = "drop_finish"
    turn: ClassVar[Turn] = Turn.CONTENT

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Empty the event; its place in the stream stays."""
        return lose_events(self, items, lambda end: replace(end, finish=False) if end.finish else None)


VALUE = constant(True).to(
    lambda _: DropFinish(), "Drop each event with a finish reason; a last word in an event of its own still comes."
)
