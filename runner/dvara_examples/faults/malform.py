"""``malform: {event: 3}`` · ``malform: {event: 3, into: text}``: one event is not valid JSON."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import mapping, one_of, whole
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, never_came
from dvara_examples.wire.parts import Event, Head, Items

_DATA = re.compile(rb"(?m)^(data: ?)([^\r\n]*)")
_LINE = re.compile(rb"\A(\s*)([^\r\n]*)")
"""The whole event in a stream of JSON lines."""
_INTO: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda data: data[: len(data) // 2],
    "text": lambda data: b"upstream connect error",  # noqa: ARG005 - whatever stood there
}


@dataclass(frozen=True, slots=True)
class Malform:
    """Event *number* with data that is cut in *half*, or is a plain *text*."""

    key: ClassVar[str] = "malform"
    turn: ClassVar[Turn] = Turn.CONTENT
    number: int
    into: str = "half"

    def __str__(self) -> str:
        return f"{self.key} event {self.number} into {self.into}"

    def apply(self, items: Items) -> Items:
        """Rewrite the data of the event."""
        done, found_data = False, _DATA
        for item in items:
            if isinstance(item, Head) and not item.fields:
                found_data = _LINE
            if isinstance(item, Event) and item.end is not None and item.end.number == self.number:
                done = True
                data = found_data.sub(lambda found: found[1] + _INTO[self.into](found[2]), item.data)
                item = replace(item, data=data, end=replace(item.end, finish=False, done=False))
            yield item
        yield did(self) if done else never_came(self)


VALUE = mapping({"event": whole(1), "into": one_of(_INTO)}, needed=("event",)).to(
    lambda found: Malform(found["event"], found.get("into", "half")),
    "Make the data of one event invalid JSON; it still ends with a blank line.",
)
