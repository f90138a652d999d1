"""Content codings undone piece by piece, in bounded memory."""

import gzip
import zlib
from collections import deque

import pytest

from dvara_examples.tap.decoding import CodingError, Decoder

TEXT = b"data: hello\n\n" * 50


def decode(coding: str, *parts: bytes) -> bytes:
    """Feed all parts to a new decoder and return what comes out."""
    decoder = Decoder([coding])
    return b"".join(bytes(piece) for part in parts for piece in decoder.feed(memoryview(part)))


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        pytest.param("gzip", gzip.compress(TEXT), id="gzip"),
        pytest.param("x-gzip", gzip.compress(TEXT) + b"\0" * 20, id="padding"),
        pytest.param("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), id="two-members"),
        pytest.param("deflate", zlib.compress(TEXT), id="zlib"),
        pytest.param("deflate", zlib.compress(TEXT, wbits=-15), id="raw-deflate"),
        pytest.param("identity", TEXT, id="identity"),
    ],
)
def test_cut_at_every_position(coding: str, raw: bytes) -> None:
    """Compressed bytes cut in two anywhere give the same text."""
    for cut in range(len(raw) + 1):
        assert decode(coding, raw[:cut], raw[cut:]) == TEXT, cut


def test_a_bomb_comes_in_small_pieces() -> None:
    """A hundred megabytes of zeros are never in memory at once."""
    decoder = Decoder(["gzip"])
    sizes = [len(piece) for piece in decoder.feed(memoryview(gzip.compress(b"\0" * 100_000_000)))]
    assert sum(sizes) == 100_000_000
    assert max(sizes) <= 256 * 1024


def test_damaged_data() -> None:
    """Bytes that are not of the coding are refused with its name."""
    with pytest.raises(CodingError, match="the gzip body is damaged"):
        decode("gzip", b"data: hello\n\n")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_stands_before_the_damage_is_read(size: int) -> None:
    """Whatever the pieces, all that came before the damaged place is there when it is refused."""
    whole = gzip.compress(TEXT, mtime=0)
    damaged = whole[:-8] + bytes(8)  # a checksum that does not fit
    parts = [damaged[start : start + size] for start in range(0, len(damaged), size)]
    decoder, found = Decoder(["gzip"]), bytearray()
    pieces = (piece for part in parts for piece in decoder.feed(memoryview(part)))
    with pytest.raises(CodingError):
        deque(map(found.extend, pieces))
    assert found == TEXT


@pytest.mark.parametrize("codings", [["br"], ["zstd"], ["gzip", "gzip"]])
def test_codings_that_are_not_known(codings: list[str]) -> None:
    """A coding that cannot be undone here is refused at once, by name."""
    with pytest.raises(CodingError, match=codings[0]):
        Decoder(codings)
