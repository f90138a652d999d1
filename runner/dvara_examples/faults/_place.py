"""Places in a response at which a fault can act: how to write and how to find them."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dvara_examples.core.shapes import Shape, constant, mapping, whole
from dvara_examples.wire.parts import EventEnd, Head, Item, Items, NothingYet, Payload

_COUNTED = {"after_bytes": 0, "after_events": 0, "mid_event": 1}
"""Places that a number belongs to, and the least one."""
_NAMED = ("before_head", "after_finish", "after_done")
"""Places that need no number; they are written with ``true``."""
PLACES = (*_COUNTED, *_NAMED)

Reached = Generator[Item, None, Items | None]
"""Yields what stands before a place; returns what follows it, or None if the response ended before."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a response.

    ``before_head``; ``after_bytes`` a number of bytes of the body, without its framing; ``after_events`` a number of events and
    ``mid_event``, half of event *number*; ``after_finish``, the event with the finish reason; ``after_done``, the protocol's
    last word.
    """

    kind: str
    number: int = 0

    def __str__(self) -> str:
        match self.kind:
            case "after_bytes":
                return f"after {_count(self.number, 'byte')} of the body"
            case "after_events":
                return f"after {_count(self.number, 'event')}"
            case "mid_event":
                return f"in the middle of event {self.number}"
            case "after_finish":
                return "after the finish_reason"
            case "after_done":
                return "after the last word"
            case _:
                return "before the head"

    def reach(self, items: Items) -> Reached:
        """Yield the parts before this place; return those after it."""
        number = self.number
        match self.kind:
            case "before_head":
                return (yield from _before_head(items))
            case "after_bytes" if number:
                return (yield from _after_bytes(number, items))
            case "mid_event":
                return (yield from _mid_event(number, items))
            case "after_finish":
                return (yield from _after(lambda item: isinstance(item, EventEnd) and item.finish, items))
            case "after_done":
                return (yield from _after(lambda item: isinstance(item, EventEnd) and item.done, items))
            case "after_events" if number:
                return (yield from _after(lambda item: isinstance(item, EventEnd) and item.number == number, items))
            case _:
                return (yield from _after(lambda item: isinstance(item, Head), items))


@dataclass(frozen=True, slots=True)
class PlaceAnd:
    """A place, and the other keys of its mapping."""

    place: Place
    more: Mapping[str, Any]


def place_and(more: Mapping[str, Shape[Any]]) -> Shape[PlaceAnd]:
    """Return the shape of a mapping that names one place, and may have the keys of *more*."""
    counted = {kind: whole(least) for kind, least in _COUNTED.items()}
    named = dict.fromkeys(_NAMED, constant(True))

    def make(found: Mapping[str, Any]) -> PlaceAnd:
        kind = next(kind for kind in PLACES if kind in found)
        rest = {key: value for key, value in found.items() if key in more}
        return PlaceAnd(Place(kind, found[kind] if kind in _COUNTED else 0), rest)

    return mapping({**counted, **named, **more}, exactly_one=PLACES).to(make)


PLACE: Shape[Place] = place_and({}).to(lambda found: found.place)


def _before_head(items: Items) -> Reached:
    for item in items:
        if isinstance(item, Head):
            return chain((item,), items)
        yield item
    return None


def _after(here: Callable[[Item], bool], items: Items) -> Reached:
    for item in items:
        yield item
        if here(item):
            return items
    return None


def _after_bytes(number: int, items: Items) -> Reached:
    left = number
    for item in items:
        if not isinstance(item, Payload) or len(item.data) < left:
            left -= len(item.data) if isinstance(item, Payload) else 0
            yield item
            continue
        yield Payload(item.data[:left])
        behind = item.data[left:]
        return chain((Payload(behind),), items) if behind else items
    return None


def _mid_event(number: int, items: Items) -> Reached:
    """Hold the event back until it is complete, because its middle is not known before."""
    before = Place("after_events", number - 1)
    rest = yield from before.reach(items)
    held: list[Item] = []
    for item in rest or ():
        if isinstance(item, NothingYet):
            yield item
            continue
        held.append(item)
        if isinstance(item, EventEnd):
            size = sum(len(part.data) for part in held if isinstance(part, Payload))
            return (yield from _after_bytes(size // 2, chain(held, rest or ())))
    yield from held
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
