"""Requests are read alike, however the network cuts them."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dvara_examples.embedded_gateway.reading import BadBody, Departed, NotHttp, RequestBody, SocketReader, TooLarge, parse_head

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no local sockets of packets")

CHUNKED = b"4;name=value\r\nWiki\r\n6\r\npedia \r\n0\r\nTrailer: x\r\n\r\n"
FIRST = (
    b"POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: a\r\nAccept: a\r\naccept: b\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED
)
SECOND = b"\r\nGET http://gw.test/v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def reading(*parts: bytes) -> Iterator[SocketReader]:
    """Yield a reader of a connection over which each of *parts* comes by itself, then the end.

    A local socket of packets keeps the cuts between the parts, which TCP would be free to mend.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.settimeout(10)
        for part in parts:
            theirs.sendall(part)
        theirs.shutdown(socket.SHUT_WR)
        yield SocketReader(ours)


@pytest.mark.parametrize("cut", range(1, len(FIRST + SECOND)))
def test_two_requests_cut_anywhere(cut: int) -> None:
    """Heads, chunked and announced bodies come out the same wherever the bytes are cut in two."""
    data = FIRST + SECOND
    with reading(data[:cut], data[cut:]) as reader:
        first = reader.head()
        assert first is not None
        assert (first.method, first.path, first.header("accept")) == ("POST", "/v1/chat/completions", "a, b")
        assert RequestBody(reader, first).read() == b"Wikipedia "
        second = reader.head()
        assert second is not None
        assert (second.method, second.path) == ("GET", "/v1/models")
        assert RequestBody(reader, second).read() == b"ok"
        assert reader.head() is None


def test_byte_by_byte() -> None:
    """A request may come in single bytes."""
    with reading(*(bytes([byte]) for byte in FIRST)) as reader:
        head = reader.head()
        assert head is not None
        assert RequestBody(reader, head).read() == b"Wikipedia "
        assert reader.head() is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"x\r\n", BadBody),
        (b"-1\r\n", BadBody),
        (b"5\r\nab", Departed),
        (b"", Departed),
        (b"a" * 9000, BadBody),
        (b"999999\r\n", Departed),
    ],
)
def test_broken_chunks(body: bytes, error: type[Exception]) -> None:
    """A size that is not one, and a body that ends too early, are told apart."""
    head = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked")
    with reading(body) as reader, pytest.raises(error):
        RequestBody(reader, head).read()


def test_a_body_may_be_too_long() -> None:
    """More than the limit is not read to its end, announced or not."""
    announced = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11")
    chunked = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked")
    with reading(b"b\r\nhello world\r\n0\r\n\r\n") as reader, pytest.raises(TooLarge):
        RequestBody(reader, chunked).read(10)
    with reading(b"hello world") as reader, pytest.raises(TooLarge):
        RequestBody(reader, announced).read(10)


@pytest.mark.parametrize(
    "raw", [b"", b"GET /", b"GET / HTTP/1.1", b"GET / HTTP/1.1\r\nHost : a", b"GET / HTTP/1.1\r\nHost: a\r\n x: y"]
)
def test_heads_that_are_none(raw: bytes) -> None:
    """No version, no host, a blank in front of a colon, folded lines: the container takes none of them."""
    with pytest.raises(NotHttp):
        parse_head(raw)
