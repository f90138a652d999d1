"""Content codings (gzip, deflate), undone for the observer alone; the bytes on the wire stay as they are."""

import zlib
from collections.abc import Iterator

_STEP_BYTES = 256 * 1024
_GZIP = 31
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB = 15
_RAW_DEFLATE = -15


class CodingError(ValueError):
    """The bytes are not of the coding that the head announced, or the coding is not known here."""


class Decoder:
    """Undoes a ``Content-Encoding``, piece by piece; the memory it takes does not depend on the size of the body."""

    def __init__(self, codings: list[str]) -> None:
        """Take the header's words in lower case. Raises CodingError for a coding other than gzip, deflate and identity."""
        self._codings = [word for word in codings if word != "identity"]
        if len(self._codings) > 1 or any(word not in ("gzip", "x-gzip", "deflate") for word in self._codings):
            raise CodingError(f"the content coding {', '.join(self._codings)!r} is not one that can be read here")
        self._inflate: zlib._Decompress | None = None
        self._held = b""

    @property
    def unfinished(self) -> bool:
        """Whether compressed data has begun that has not come to its own end; all that came before it is there."""
        return self._inflate is not None and not self._inflate.eof

    def feed(self, data: memoryview) -> Iterator[bytes | memoryview]:
        """Yield the decoded bytes in pieces of bounded size. Raises CodingError at damaged data, behind all that came before."""
        if not self._codings:
            yield data
            return
        rest, more = self._held + bytes(data), True
        self._held = b""
        while rest or more:
            if self._inflate is None or self._inflate.eof:
                if not self._begins_member(rest):
                    return
                self._inflate = zlib.decompressobj(self._window_bits(rest))
            before = self._inflate.copy()
            try:
                decoded = self._inflate.decompress(rest, _STEP_BYTES)
            except zlib.error as error:
                yield from _up_to_the_damage(before, rest)
                raise CodingError(f"the {self._codings[0]} body is damaged: {error}") from error
            rest = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            more = len(decoded) == _STEP_BYTES
            if decoded:
                yield decoded

    def _begins_member(self, start: bytes) -> bool:
        """Tell whether *start* begins a compressed stream; what follows the last member of a gzip body is padding."""
        if self._inflate is None or not start:
            return bool(start)
        if start == _GZIP_MAGIC[:1]:
            self._held = start
            return False
        return start.startswith(_GZIP_MAGIC)

    def _window_bits(self, start: bytes) -> int:
        """Tell zlib and raw deflate apart, which servers mix up: the low half of a zlib stream's first byte is 8."""
        if self._codings[0] != "deflate":
            return _GZIP
        return _ZLIB if start[0] & 0x0F == 8 else _RAW_DEFLATE


def _up_to_the_damage(inflate: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yield what *data* holds in front of the place where it is damaged, which zlib keeps to itself when it fails."""
    for position in range(len(data)):
        try:
            decoded = inflate.decompress(data[position : position + 1])
        except zlib.error:
            return
        if decoded:
            yield decoded
