"""``drop_last_blank_line: true``: the stream ends right behind its last line, so that by the standard its last event is lost."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, never_came
from dvara_examples.faults._values import TRUE, as_true
from dvara_examples.wire.parts import BodyEnd, Event, Items

_LAST_LINE_END = re.compile(rb"(?:\r\n|\r|\n)\Z")
SCHEMA: dict[str, object] = {"description": "Drop the blank line behind the last event.", **TRUE}


@dataclass(frozen=True, slots=True)
class DropLastBlankLine:
    """No blank line behind the last event.

    Which event is the last one shows at the end only. Blank lines are held back from the ``finish_reason`` on, so that the text
    before it comes as it came; a stream with neither that nor ``[DONE]`` is left alone.
    """

    key: ClassVar[str] = "drop_last_blank_line"
    turn: ClassVar[Turn] = Turn.CONTENT

    def __str__(self) -> str:
        return self.key

    def spoil(self, items: Items) -> Items:
        """Hold each blank line back that may be the last, until something follows it."""
        near_end = dropped = False
        held = b""
        for item in items:
            if isinstance(item, Event) and item.data:
                near_end |= item.end is not None and (item.end.finish or item.end.done)
                data, held = held + item.data, b""
                blank = _LAST_LINE_END.search(data)
                if near_end and item.end is not None and blank is not None:
                    data, held = data[: blank.start()], blank.group()
                item = replace(item, data=data)
            dropped |= isinstance(item, BodyEnd) and bool(held)
            yield item
        yield did(self) if dropped else never_came(self)


def parse(value: object) -> DropLastBlankLine:
    """Parse the value of ``drop_last_blank_line:``."""
    as_true(value)
    return DropLastBlankLine()
