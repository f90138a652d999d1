"""Notes of faults about an exchange."""

from collections.abc import Callable
from dataclasses import replace

from dvara_examples.faults import Fault
from dvara_examples.records.transcript import FaultNote
from dvara_examples.wire.parts import Event, EventEnd, Head, Items, Note


def did(fault: Fault) -> Note:
    """Say what a fault did."""
    return Note(FaultNote(str(fault)))


def instead(fault: Fault, what: str) -> Note:
    """Say *what* happened to a fault that did not act as declared."""
    return Note(FaultNote(str(fault), what))


def never_came(fault: Fault) -> Note:
    """Say that the response ended before a fault's place in it."""
    return instead(fault, "the response never came to it")


def not_done(fault: Fault) -> Note:
    """Say that a fault of event streams did not change another body."""
    return instead(fault, "skipped, because the body is not an uncompressed event stream")


def on_events(fault: Fault, items: Items, change: Callable[[bytes], bytes]) -> Items:
    """Pass the bytes of each event with fields through *change*, and note this."""
    has_fields = True
    for item in items:
        match item:
            case Head():
                has_fields = item.fields
                yield item
                yield noted(fault, item)
            case Event() if has_fields:
                yield replace(item, data=change(item.data))
            case _:
                yield item


def noted(fault: Fault, head: Head) -> Note:
    """Say that the fields of the stream after *head* are rewritten, or that it has none."""
    return did(fault) if head.events and head.fields else not_done(fault)


def lose_events(fault: Fault, items: Items, rest: Callable[[EventEnd], EventEnd | None]) -> Items:
    """Empty each event from the first end for which *rest* returns a value; its place in the stream stays."""
    lost = False
    for item in items:
        if isinstance(item, Event) and isinstance(item.end, EventEnd) and (end := rest(item.end)) is not None:
            lost = True
            yield replace(item, data=b"", end=end)
        else:
            yield item
    yield did(fault) if lost else never_came(fault)
