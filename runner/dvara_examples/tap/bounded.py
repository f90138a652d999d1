"""Bounded storage for bytes and text of unknown size, and the limits."""

import re
from dataclasses import dataclass

from dvara_examples.core.redaction import Redactor

KIB = 1024
MIB = 1024 * KIB
_STREAM_FLAG = re.compile(rb'"stream"\s*:\s*true\b')
_OVERLAP_BYTES = 64
OVERLAP = 4096
"""So much more is held than will be stored: a secret that the cut would halve is still recognised whole."""


@dataclass(frozen=True, slots=True)
class CaptureLimits:
    """Limits per exchange, so that a million events or a gigabyte of body take no more memory; and the number of exchanges."""

    request_body_bytes: int = MIB
    response_body_bytes: int = 256 * KIB
    answer_bytes: int = 4 * MIB
    """How much of an answer that is no stream is held while it comes, to be read as JSON at its end."""
    text_bytes: int = 4 * MIB
    events: int = 2_000
    event_chars: int = 16 * KIB
    """How much of one event's data and text is kept."""
    pieces: int = 10_000
    exchanges: int = 1_000
    """How many are kept of what a client asks that never stops asking."""


class BoundedBytes:
    """The first *limit* bytes of what is added, and its total size."""

    def __init__(self, limit: int) -> None:
        self.size_bytes = 0
        self._limit = limit
        self._held = bytearray()

    def add(self, data: bytes | memoryview) -> None:
        """Count *data* and store what fits."""
        self.size_bytes += len(data)
        room = self._limit + OVERLAP - len(self._held)
        if room > 0:
            self._held += data[:room]

    @property
    def whole(self) -> bool:
        """Whether nothing has been left out."""
        return self.size_bytes <= self._limit

    @property
    def raw(self) -> bytes:
        """The stored bytes, including secrets; for reading only, never for storing."""
        return bytes(self._held[: self._limit])

    @property
    def held(self) -> bytes:
        """The same and a little more, so that a secret at its end is complete."""
        return bytes(self._held)

    def shown(self, redactor: Redactor) -> bytes:
        """Return what may be stored."""
        return redactor.data(bytes(self._held))[: self._limit]


class BoundedText:
    """The first *limit* bytes (as UTF-8) of a text that comes in parts; *whole* is False once something was omitted."""

    def __init__(self, limit: int) -> None:
        self.whole = True
        self._limit = limit
        self._held = bytearray()

    def add(self, text: str) -> None:
        """Append *text*, or as much of it as fits."""
        data = text.encode("utf-16-le", "surrogatepass")
        room = 2 * self._limit - len(self._held)
        self.whole &= len(data) <= room
        self._held += data[:room]

    def shown(self, redactor: Redactor) -> str:
        """Return what may be stored; halves of a surrogate pair that came in two parts are joined."""
        return redactor.text(self._held.decode("utf-16-le", "replace"))


class Brackets:
    """Counts the brackets of a JSON document that is too large to store, without those inside strings."""

    def __init__(self) -> None:
        self._open = [0, 0]
        self._last = b""

    def add(self, data: bytes | memoryview) -> None:
        """Process the next bytes of the document."""
        raw = bytes(data)
        for kind, (opening, closing) in enumerate(((b"{", b"}"), (b"[", b"]"))):
            self._open[kind] += raw.count(opening) - raw.count(closing)
        self._last = raw.rstrip()[-1:] or self._last

    @property
    def closed(self) -> bool:
        """Whether all brackets are closed and nothing follows the last one."""
        return self._open == [0, 0] and self._last in (b"}", b"]")


class StreamFlag:
    """Looks for ``"stream": true`` in a request body that is too large to store and parse as JSON."""

    def __init__(self) -> None:
        self.found = False
        self._before = b""

    def look(self, data: bytes | memoryview) -> None:
        """Process the next bytes of the body."""
        if not self.found:
            joined = self._before + bytes(data)
            self.found = _STREAM_FLAG.search(joined) is not None
            self._before = joined[-_OVERLAP_BYTES:]


def storable(text: str, limit: int, redactor: Redactor) -> str:
    """Return the first *limit* characters of *text*, without secrets and lone surrogates."""
    return redactor.text(text[: limit + OVERLAP])[:limit].encode("utf-8", "replace").decode("utf-8")
