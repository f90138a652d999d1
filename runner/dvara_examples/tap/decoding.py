"""Undoes content codings for the recorder only; the bytes on the wire stay the same.

A body may have several stacked codings (RFC 9110, 8.4). Each is undone by one stage, in pieces of bounded size.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

STEP_BYTES = 256 * 1024
MOST_CODINGS = 5
"""As many as widely used clients undo; more of them only serve to make a small body huge."""
MOST_DECODED_BYTES = 1024 * 1024 * 1024
"""How much one stage may unpack: a body of a few kilobytes can hold terabytes of zeros."""


class CodingError(ValueError):
    """The bytes are not in the coding that the head announced: no client can read them."""


class UnreadableCodingError(CodingError):
    """The coding cannot be undone here, which says nothing about the body or about what a client makes of it."""


class Stage(Protocol):
    """Undoes one coding."""

    @property
    def unfinished(self) -> bool:
        """Whether data has begun that has not reached its end."""
        ...

    def feed(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Yield the unpacked *data*. Raises CodingError for damaged data."""
        ...


class Decoder:
    """Undoes a ``Content-Encoding``, piece by piece; its memory does not depend on the size of the body."""

    def __init__(self, codings: Sequence[str], most_bytes: int = MOST_DECODED_BYTES) -> None:
        """Parse the header's words in lower case, in order. Raises UnreadableCodingError if one of them cannot be undone here."""
        applied = [word for word in codings if word != "identity"]
        if len(applied) > MOST_CODINGS:
            raise UnreadableCodingError(f"expected at most {MOST_CODINGS} content codings, found {len(applied)}")
        self._stages = _stages(applied) if applied else []
        self._unpacked = [0] * len(self._stages)
        self._most_bytes = most_bytes

    @property
    def unfinished(self) -> bool:
        """Whether compressed data has begun that has not reached its end; everything before it has been returned."""
        return any(stage.unfinished for stage in self._stages)

    def feed(self, data: memoryview) -> Iterator[bytes | memoryview]:
        """Yield the decoded bytes in pieces of bounded size.

        Raises CodingError at damaged data, and UnreadableCodingError where the data needs more than there is here; both behind
        everything that came before.
        """
        return self._undo(data, 0)

    def _undo(self, data: bytes | memoryview, number: int) -> Iterator[bytes | memoryview]:
        if number == len(self._stages):
            yield data
            return
        for piece in self._stages[number].feed(data):
            self._unpacked[number] += len(piece)
            if self._unpacked[number] > self._most_bytes:
                raise UnreadableCodingError(f"the body unpacks to more than {self._most_bytes} bytes")
            yield from self._undo(piece, number + 1)


def _stages(applied: Sequence[str]) -> list[Stage]:
    from dvara_examples.tap.inflating import stage_for  # most answers are not compressed

    return [stage_for(word) for word in reversed(applied)]
