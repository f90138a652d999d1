"""``framing: close`` · ``framing: http_1_0`` · ``framing: trailers``: the other ways in which HTTP marks the end of a body."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import one_of
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did, instead
from dvara_examples.wire.heads import with_header, without_header
from dvara_examples.wire.parts import BodyEnd, End, Fin, Framing, Head, Items

_WORDS = {
    "close": "the body ends with its connection",
    "http_1_0": "HTTP/1.0, where the body ends with its connection",
    "trailers": "fields follow the last chunk",
}
_TRAILER = ("X-Checked", "yes")


@dataclass(frozen=True, slots=True)
class FramedOtherwise:
    """The same body in the framing of *word*; the gateway's chunks and lengths are removed."""

    key: ClassVar[str] = "framing"
    turn: ClassVar[Turn] = Turn.WRAPPING
    word: str

    def __str__(self) -> str:
        return f"{self.key} {self.word}"

    def apply(self, items: Items) -> Items:
        """Rewrite the head, then drop the framing, or append fields."""
        for item in items:
            if not isinstance(item, Head):
                yield item
                continue
            missing = self._missing(item)
            yield item if missing else self._head(item)
            yield instead(self, f"not done, as {missing}") if missing else did(self)
            yield from items if missing else self._with_trailers(items) if self.word == "trailers" else _unframed(items)

    def _missing(self, head: Head) -> str:
        if head.framing == "none":
            return "there is no body"
        return "the body has no chunks" if self.word == "trailers" and head.framing != "chunked" else ""

    def _head(self, head: Head) -> Head:
        if self.word == "trailers":
            return replace(head, data=with_header(head.data, "Trailer", _TRAILER[0]))
        raw = head.data
        for name in ("Transfer-Encoding", "Content-Length"):
            raw = without_header(raw, name)
        if self.word == "http_1_0":
            return replace(head, data=raw.replace(b"HTTP/1.1", b"HTTP/1.0", 1), version="HTTP/1.0", framing="close")
        return replace(head, data=with_header(raw, "Connection", "close"), framing="close")

    def _with_trailers(self, items: Items) -> Items:
        ending = False
        for item in items:
            ending |= isinstance(item, BodyEnd)
            if isinstance(item, End):
                yield Framing("0\r\n{}: {}\r\n\r\n".format(*_TRAILER).encode())
            if not (ending and isinstance(item, Framing)):
                yield item


def _unframed(items: Items) -> Items:
    for item in items:
        if isinstance(item, End):
            yield Fin()
        elif not isinstance(item, Framing):
            yield item


VALUE = one_of(_WORDS).to(FramedOtherwise, "; ".join(f"{word}: {what}" for word, what in _WORDS.items()) + ".")
