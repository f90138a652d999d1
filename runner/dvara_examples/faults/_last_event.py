"""What is missing after the last event; only the end shows which event is the last."""

import re
from dataclasses import replace

from dvara_examples.faults import Fault
from dvara_examples.faults._notes import did, never_came
from dvara_examples.wire.parts import BodyEnd, Event, Items


def without_tail(fault: Fault, tail: re.Pattern[bytes], items: Items) -> Items:
    """Drop what *tail* finds at the end of the last event.

    It is held back from the ``finish_reason`` on, so that earlier text comes in time, and released as soon as
    something follows; a stream with neither that nor ``[DONE]`` does not change.
    """
    near_end = dropped = False
    held = b""
    for item in items:
        if isinstance(item, Event) and item.data:
            near_end |= item.end is not None and (item.end.finish or item.end.done)
            data, held = held + item.data, b""
            found = tail.search(data)
            if near_end and item.end is not None and found is not None:
                data, held = data[: found.start()], found.group()
            item = replace(item, data=data)
        dropped |= isinstance(item, BodyEnd) and bool(held)
        yield item
    yield did(fault) if dropped else never_came(fault)
