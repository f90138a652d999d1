"""One stage for each content coding: compressed bytes in, plain bytes out, in pieces of at most :data:`STEP_BYTES`.

gzip and deflate come with Python. Brotli and Zstandard need the packages of the extra ``codings``; without them such a body
cannot be read, which is reported.
"""

import importlib
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dvara_examples.tap.decoding import STEP_BYTES, CodingError, Stage, UnreadableCodingError

_GZIP = 31
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB = 15
_RAW_DEFLATE = -15
_ZSTD_MODULE = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


class _Zlib:
    """gzip, x-gzip and deflate."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._inflate: zlib._Decompress | None = None
        self._held = b""

    @property
    def unfinished(self) -> bool:
        return self._inflate is not None and not self._inflate.eof

    def feed(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Yield everything before damaged data, even in the same piece."""
        rest, more = self._held + bytes(data), True
        self._held = b""
        while rest or more:
            if self._inflate is None or self._inflate.eof:
                if not self._begins_member(rest):
                    return
                self._inflate = zlib.decompressobj(self._window_bits(rest))
            before = self._inflate.copy()
            try:
                decoded = self._inflate.decompress(rest, STEP_BYTES)
            except zlib.error as error:
                yield from _up_to_the_damage(before, rest)
                raise CodingError(f"the {self._coding} body is damaged: {error}") from error
            rest = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            more = len(decoded) == STEP_BYTES
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
        """Distinguish zlib from raw deflate, which servers mix up: the low half of a zlib stream's first byte is 8."""
        if self._coding != "deflate":
            return _GZIP
        return _ZLIB if start[0] & 0x0F == 8 else _RAW_DEFLATE


class _Brotli:
    """br; what follows the end of the compressed stream is padding."""

    def __init__(self, coding: str) -> None:
        self._brotli = _module("brotli", coding)
        self._unpacker: Any = self._brotli.Decompressor()
        self._begun = self._finished = False

    @property
    def unfinished(self) -> bool:
        return self._begun and not self._finished

    def feed(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Yield in steps until nothing more comes: an unpacker may accept new bytes while it still has old ones."""
        rest = bytes(data)
        self._begun |= bool(rest)
        while not self._finished:
            try:
                decoded = self._unpacker.process(rest, output_buffer_limit=STEP_BYTES)
            except self._brotli.error as error:
                raise CodingError(f"the br body is damaged: {error}") from error
            rest, self._finished = b"", self._unpacker.is_finished()
            yield from _steps(decoded)
            if not decoded and self._unpacker.can_accept_more_data():
                return


class _Zstd:
    """zstd, in any number of frames."""

    def __init__(self, coding: str) -> None:
        self._zstd = _module(_ZSTD_MODULE, coding)
        self._unpacker: Any = None

    @property
    def unfinished(self) -> bool:
        return self._unpacker is not None and not self._unpacker.eof

    def feed(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Yield in steps, frame after frame."""
        rest = bytes(data)
        while rest or self._holds_more():
            if self._unpacker is None or self._unpacker.eof:
                self._unpacker = self._zstd.ZstdDecompressor()
            try:
                decoded = self._unpacker.decompress(rest, STEP_BYTES)
            except self._zstd.ZstdError as error:
                raise _zstd_problem(str(error)) from error
            rest = self._unpacker.unused_data if self._unpacker.eof else b""
            if decoded:
                yield decoded

    def _holds_more(self) -> bool:
        return self._unpacker is not None and not self._unpacker.eof and not self._unpacker.needs_input


def stage_for(coding: str) -> Stage:
    """Return a new stage for a *coding* in lower case. Raises UnreadableCodingError for one that cannot be undone here."""
    make = _STAGES.get(coding)
    if make is None:
        raise UnreadableCodingError(f"expected a content coding of {', '.join(sorted(_STAGES))}, found {coding!r}")
    return make(coding)


_STAGES: Mapping[str, Callable[[str], Stage]] = {
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Zlib,
    "br": _Brotli,
    "zstd": _Zstd,
}


def _module(name: str, coding: str) -> Any:  # noqa: ANN401 - a package that may not be there
    try:
        return importlib.import_module(name)
    except ImportError:
        install = 'pip install "dvara-examples[codings]"'
        raise UnreadableCodingError(f"the content coding {coding!r} needs a package that is not installed ({install})") from None


def _zstd_problem(said: str) -> CodingError:
    """Distinguish data that needs a larger window or a dictionary, which some clients have, from damage."""
    if "memory" in said or "ictionary" in said:
        return UnreadableCodingError(f"the zstd body needs more than there is here: {said}")
    return CodingError(f"the zstd body is damaged: {said}")


def _steps(data: bytes) -> Iterator[bytes]:
    """Split *data*, which may be slightly larger than requested."""
    for start in range(0, len(data), STEP_BYTES):
        yield data[start : start + STEP_BYTES]


def _up_to_the_damage(inflate: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yield the content of *data* before the damage, which zlib withholds when it fails."""
    for position in range(len(data)):
        try:
            decoded = inflate.decompress(data[position : position + 1])
        except zlib.error:
            return
        if decoded:
            yield decoded
