"""Content codings undone piece by piece, in bounded memory."""

import gzip
import sys
import zlib
from collections import deque
from collections.abc import Callable, Mapping

import brotli
import pytest

from dvara_examples.records.model import Ending
from dvara_examples.tap import decoding, inflating
from dvara_examples.tap.decoding import CodingError, Decoder, UnreadableCodingError
from tests.tap.packing import zstd
from tests.tap.scripted import DONE, Line, delta

TEXT = b"data: hello\n\n" * 50
ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "identity": bytes,
}
"""Every coding that is read here."""
UNREAD = ("aes128gcm", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "none", "utf-8", "aws-chunked", "chunked")
"""The rest of IANA's list, and words that servers send although they are no codings."""


def decode(coding: str, *parts: bytes) -> bytes:
    """Feed all parts to a new decoder and return what comes out."""
    decoder = Decoder(coding.split(", "))
    return b"".join(bytes(piece) for part in parts for piece in decoder.feed(memoryview(part)))


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        pytest.param("gzip", gzip.compress(TEXT), id="gzip"),
        pytest.param("x-gzip", gzip.compress(TEXT) + b"\0" * 20, id="padding"),
        pytest.param("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), id="two-members"),
        pytest.param("deflate", zlib.compress(TEXT), id="zlib"),
        pytest.param("deflate", zlib.compress(TEXT, wbits=-15), id="raw-deflate"),
        pytest.param("br", brotli.compress(TEXT), id="br"),
        pytest.param("zstd", zstd.compress(TEXT), id="zstd"),
        pytest.param("zstd", zstd.compress(TEXT[:100]) + zstd.compress(TEXT[100:]), id="two-frames"),
        pytest.param("gzip, br", brotli.compress(gzip.compress(TEXT)), id="br-over-gzip"),
        pytest.param("zstd, identity, deflate", zlib.compress(zstd.compress(TEXT)), id="deflate-over-zstd"),
        pytest.param("identity", TEXT, id="identity"),
    ],
)
def test_cut_at_every_position(coding: str, raw: bytes) -> None:
    """Compressed bytes cut in two anywhere give the same text."""
    for cut in range(len(raw) + 1):
        assert decode(coding, raw[:cut], raw[cut:]) == TEXT, cut


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_comes_in_small_pieces(coding: str) -> None:
    """A hundred megabytes of zeros are never in memory at once."""
    decoder = Decoder([coding])
    sizes = [len(piece) for piece in decoder.feed(memoryview(ENCODERS[coding](b"\0" * 100_000_000)))]
    assert sum(sizes) == 100_000_000
    assert max(sizes) <= 256 * 1024


@pytest.mark.parametrize("codings", [["br"], ["zstd"], ["gzip", "gzip"], ["gzip", "br"]])
def test_a_bomb_is_not_unpacked_without_end(codings: list[str]) -> None:
    """Beyond the bound nothing is claimed: what is behind it was not read, which is not the same as damaged."""
    body = b"\0" * 4_000_000
    for coding in codings:
        body = ENCODERS[coding](body)
    decoder, sizes = Decoder(codings, most_bytes=1_000_000), deque[int]()
    with pytest.raises(UnreadableCodingError, match="unpacks to more than 1000000 bytes"):
        sizes.extend(map(len, decoder.feed(memoryview(body))))
    assert 0 < sum(sizes) <= 1_000_000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_damaged_data(coding: str) -> None:
    """Bytes that are not of the coding are refused with its name."""
    with pytest.raises(CodingError, match=f"the {coding} body is damaged") as refused:
        decode(coding, b"\x11data: hello\n\n")
    assert not isinstance(refused.value, UnreadableCodingError)


def test_a_window_that_is_too_large_is_not_damage() -> None:
    """A zstd body may need more memory than is given to it here; other clients may well read it."""
    options = {int(zstd.CompressionParameter.window_log): 28}
    packer = zstd.ZstdCompressor(options=options)
    with pytest.raises(UnreadableCodingError, match="needs more than there is here"):
        decode("zstd", packer.compress(b"x") + packer.flush())


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


@pytest.mark.parametrize("coding", [*UNREAD, "gzip, exi", ", ".join(["gzip"] * 6)])
def test_codings_that_are_not_known(coding: str) -> None:
    """A coding that cannot be undone here is refused at once, by name."""
    with pytest.raises(UnreadableCodingError, match=r"expected .* found"):
        Decoder(coding.split(", "))


@pytest.mark.parametrize(("coding", "module"), [("br", "brotli"), ("zstd", "backports.zstd")])
def test_a_missing_package_is_named(coding: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, the extra that brings it is named."""
    monkeypatch.setattr(inflating, "_ZSTD_MODULE", module)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnreadableCodingError, match=r'pip install "dvara-examples\[codings\]"'):
        decoding.Decoder([coding])


def answer(line: Line, coding: str, body: bytes) -> None:
    """Let the gateway answer a request for a stream with a *body* in this *coding*."""
    client, gateway, _ = line.ask()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: {coding}\r\n"
    gateway.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode(), body)
    client.receive_head()
    assert client.receive(len(body)) == body
    client.close()


@pytest.mark.parametrize("coding", [*ENCODERS, "BR", "gzip, br", "Identity", " X-Gzip ,"])
def test_a_compressed_stream_is_read(coding: str, line: Line) -> None:
    """Each coding's stream has its text and its ending, and passes byte for byte."""
    body = delta("Hel") + delta("lo") + delta(finish="stop") + DONE
    for word in filter(None, (word.strip().lower() for word in coding.split(","))):
        body = ENCODERS[word](body)
    answer(line, coding, body)
    seen = line.exchange()
    assert (seen.ending, seen.text, seen.finish_reason, seen.unread) == (Ending.DONE, "Hello", "stop", None)


@pytest.mark.parametrize("coding", UNREAD)
def test_a_stream_that_cannot_be_read_is_neither_whole_nor_cut(coding: str, line: Line) -> None:
    """Of a body in an unknown coding nothing is claimed but that it passed."""
    answer(line, coding, b"\x80\x81 whatever this is")
    seen = line.exchange()
    assert (seen.ending, seen.text_complete, seen.event_count) == (Ending.UNRECOGNISED, False, 0)
    assert (
        seen.unread
        == seen.error
        == (
            "cannot tell what was said: the tap cannot read the body "
            f"(expected a content coding of br, deflate, gzip, x-gzip, zstd, found '{coding}')"
        )
    )


def test_a_compressed_stream_without_its_last_word_is_cut(line: Line) -> None:
    """Compression hides no cut: the stream that was packed had no end."""
    answer(line, "br", brotli.compress(delta("Hel")))
    assert line.exchange().ending is Ending.EOF_WITHOUT_DONE
