"""What flows through faults: one response in parts, with actions between them.

Without any fault the parts are, in this order: ``Head`` (after interim heads, which are ``Framing``), then ``Framing`` and
``Payload`` with an ``EventEnd`` after each event, ``BodyEnd``, the rest of ``Framing``, ``End``. Joined, the bytes of
head, framing and payload are the response as the gateway sent it. ``NothingYet`` may occur anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dvara_examples.records.transcript import FaultNote

# -- parts of a response


@dataclass(frozen=True, slots=True)
class Head:
    """The final head, whole, with its blank line.

    *events*: what follows is an event stream in plain bytes; *fields*: if it is, it has the fields of server-sent events.
    """

    data: bytes
    version: str
    framing: str
    events: bool
    fields: bool = True


@dataclass(frozen=True, slots=True)
class Framing:
    """Bytes around the payload: interim heads, sizes and ends of chunks, trailers, and invalid HTTP."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes of the body itself; in an event stream, of at most one event."""

    data: bytes


@dataclass(frozen=True, slots=True)
class EventEnd:
    """Event *number* (from 1) is whole, and so is its chunk if it ended one; *finish* and *done* say what it carried.

    *finish*: this event carried the finish reason; *done*: it is the protocol's last word, such as ``[DONE]``.
    """

    number: int
    finish: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One whole event for faults that rewrite: its bytes, with the comments before it and its blank line.

    *end* is None for bytes that end no event: a comment after the last one, half an event at the end of the stream.
    """

    data: bytes
    end: EventEnd | None = None


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """All payload has arrived; the last chunk of a chunked body is still to follow."""


@dataclass(frozen=True, slots=True)
class End:
    """The response is whole."""


@dataclass(frozen=True, slots=True)
class NothingYet:
    """More will come later. Always passed on at once, because it ends a round of pulling."""


# -- actions


@dataclass(frozen=True, slots=True)
class Send:
    """Send *data* to the client, in one segment if it fits."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """Start a new segment."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Do nothing until the client disconnects."""


@dataclass(frozen=True, slots=True)
class Fin:
    """Close the client's connection with a FIN; *fault* describes the fault that does so, if any."""

    fault: str = ""


@dataclass(frozen=True, slots=True)
class Rst:
    """Close the client's connection with an RST; *fault* as above."""

    fault: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Add a note about a fault to the exchange."""

    note: FaultNote


Bytes = Head | Framing | Payload
Part = Head | Framing | Payload | EventEnd | Event | BodyEnd | End | NothingYet
Step = Send | Wait | Hold | Fin | Rst | Note
Item = Part | Step | Edge
Items = Iterator[Item]


def portions(item: Bytes, first: int, further: int) -> Iterator[Bytes]:
    """Split *item* into parts: the first of at most *first* bytes (0: *further*), the others of at most *further*."""
    size = first or further
    yield replace(item, data=item.data[:size])
    for start in range(size, len(item.data), further):
        data = item.data[start : start + further]
        yield Payload(data) if isinstance(item, Payload) else Framing(data)
