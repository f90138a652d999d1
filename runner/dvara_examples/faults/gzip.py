"""``gzip: true``: the event stream is compressed on its way, event by event, with the matching header."""

import zlib
from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, not_done
from dvara_examples.wire.heads import with_header
from dvara_examples.wire.parts import BodyEnd, Event, Head, Items

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Gzip:
    """``Content-Encoding: gzip``, and a flush after each event."""

    key: ClassVar[str] = "gzip"
    turn: ClassVar[Turn] = Turn.CODING

    def __str__(self) -> str:
        return self.key

    def apply(self, items: Items) -> Items:
        """Compress the events, and end the compression with the body."""
        packer = zlib.compressobj(wbits=_GZIP)
        coded = False
        for item in items:
            match item:
                case Head():
                    coded = item.events
                    yield replace(item, data=with_header(item.data, "Content-Encoding", "gzip")) if coded else item
                    yield did(self) if coded else not_done(self)
                case Event() if coded:
                    yield replace(item, data=packer.compress(item.data) + packer.flush(zlib.Z_SYNC_FLUSH))
                case BodyEnd() if coded:
                    yield Event(packer.flush())
                    yield item
                case _:
                    yield item


VALUE = constant(True).to(lambda _: Gzip(), "Compress the event stream with gzip, whether the client asked for it or not.")
