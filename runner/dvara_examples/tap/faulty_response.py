"""One response on its way through its faults: bytes of the gateway in, steps for the tap out. Pure."""

from collections import deque
from collections.abc import Sequence

from dvara_examples.faults import REWRITING, Fault
from dvara_examples.tap.response_parts import ResponseReader
from dvara_examples.wire.parts import (
    Edge,
    Fin,
    Framing,
    Head,
    Hold,
    Item,
    Items,
    Note,
    NothingYet,
    Payload,
    Rst,
    Send,
    Step,
    Wait,
)
from dvara_examples.wire.reframing import framed, whole_events


class SpoiledResponse:
    """The response to a *method* request for *target* with *faults*; used by one thread."""

    def __init__(self, faults: Sequence[Fault], method: str, target: str = "/chat/completions") -> None:
        self._reader = ResponseReader(method, target)
        self._arrived: deque[Item] = deque()
        self._no_more = False
        self._spoiled = _pipeline(faults, self._source())

    @property
    def complete(self) -> bool:
        """Whether the gateway's response is whole."""
        return self._reader.complete

    def begin(self) -> list[Step]:
        """Return what to do before anything has come."""
        return self._steps([], ends=False)

    def feed(self, data: bytes) -> tuple[int, list[Step]]:
        """Return how many bytes of *data* belong to this response, and what to do."""
        taken, items = self._reader.feed(data)
        return taken, self._steps(items, ends=self._reader.complete)

    def gateway_closed(self) -> list[Step]:
        """Return what to do when no more bytes can come."""
        return self._steps(self._reader.gateway_closed(), ends=True)

    def _source(self) -> Items:
        while True:
            while self._arrived:
                yield self._arrived.popleft()
            if self._no_more:
                return
            yield NothingYet()

    def _steps(self, items: list[Item], *, ends: bool) -> list[Step]:
        """Pull what is available now, joining bytes that belong together; a note precedes the bytes after which it came.

        The last bytes end the exchange, and no note could be written down after them.
        """
        self._arrived.extend(items)
        self._no_more = ends
        steps: list[Step] = []
        held = bytearray()
        for item in self._spoiled:
            if isinstance(item, Head | Framing | Payload):
                held += item.data
            elif isinstance(item, Note):
                steps.append(item)
            elif isinstance(item, Wait | Hold | Fin | Rst | Edge | NothingYet):
                steps += _sending(held)
                if isinstance(item, NothingYet):
                    return steps
                if not isinstance(item, Edge):
                    steps.append(item)
        return [*steps, *_sending(held)]


def _sending(held: bytearray) -> list[Step]:
    data = bytes(held)
    held.clear()
    return [Send(data)] if data else []


def _pipeline(faults: Sequence[Fault], items: Items) -> Items:
    """Pass *items* through all *faults*, in their turns."""
    in_turn = sorted(faults, key=lambda fault: fault.turn)
    rewriting = [fault for fault in in_turn if fault.turn in REWRITING]
    for fault in in_turn:
        if rewriting and fault is rewriting[0]:
            items = whole_events(items)
        items = fault.apply(items)
        if rewriting and fault is rewriting[-1]:
            items = framed(items)
    return items
