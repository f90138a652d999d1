"""The framing readers by themselves: every cut gives the same payload, and what makes no sense is refused."""

import pytest

from dvara_examples.wire.framing import BodyReader, ChunkedBody, CloseBody, LengthBody, request_body, response_body
from dvara_examples.wire.http import ProtocolError, ResponseHead, read_response_head

CHUNKED = b'5\r\nhello\r\n1;a="b"\r\n \r\n0005  \r\nworld\r\n0\r\nX-T: 1\r\n\r\n'


def read(body: BodyReader, *parts: bytes) -> tuple[bytes, int]:
    """Feed all parts, each until it or the body is at its end, and return the payload and how many bytes were taken."""
    payload, taken = b"", 0
    for part in parts:
        rest = memoryview(part)
        while rest and not body.complete:
            size, views = body.feed(rest)
            payload += b"".join(views)
            taken += size
            rest = rest[size:]
    return payload, taken


def test_chunks_cut_at_every_position() -> None:
    """A chunked body cut in two anywhere gives the same payload and stops at its end, leaving what follows."""
    for cut in range(len(CHUNKED) + 1):
        body = ChunkedBody()
        assert read(body, CHUNKED[:cut], CHUNKED[cut:] + b"HTTP/1.1 200") == (b"hello world", len(CHUNKED)), cut
        assert body.complete


def test_every_beginning_is_incomplete() -> None:
    """No beginning of a chunked body is taken for a whole one, and each can say what is missing."""
    for size in range(len(CHUNKED)):
        body = ChunkedBody()
        read(body, CHUNKED[:size])
        assert not body.complete
        assert body.missing()


@pytest.mark.parametrize(
    "raw",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"0x1\r\n",
        b"1 1\r\n",
        b"1\r\nab\r\n",
        b"f" * 16 + b"\r\n",
        b"1" * 20_000,
        b"1\r\naX",
    ],
)
def test_chunks_that_make_no_sense(raw: bytes) -> None:
    """A size that is not one, a chunk longer than its size and a line without end are refused."""
    with pytest.raises(ProtocolError):
        read(ChunkedBody(), raw)


@pytest.mark.parametrize("nonsense", [b"x\r\n", b"1\r\nab\r\n", b"1" * 20_000])
def test_what_stands_before_nonsense_counts(nonsense: bytes) -> None:
    """Chunks that came in one piece with the nonsense behind them are handed on before it is refused."""
    body, raw = ChunkedBody(), CHUNKED[: CHUNKED.index(b"0005")] + nonsense
    taken, payload = body.feed(memoryview(raw))
    assert b"".join(payload).startswith(b"hello ")
    with pytest.raises(ProtocolError):
        body.feed(memoryview(raw[taken:]))


def test_endless_trailers() -> None:
    """Trailers are followed to a bound, not for ever."""
    body = ChunkedBody()
    read(body, b"0\r\n")
    with pytest.raises(ProtocolError):
        read(body, *([b"X: " + b"y" * 10_000 + b"\r\n"] * 30))


def test_length() -> None:
    """A body of a known length takes its bytes and leaves the rest."""
    body = LengthBody(5)
    assert read(body, b"he", b"lloHTTP") == (b"hello", 5)
    assert body.complete


@pytest.mark.parametrize(
    ("status", "method", "headers", "framing"),
    [
        (200, "GET", (), "close"),
        (200, "GET", (("Content-Length", "5"),), "length"),
        (200, "GET", (("Content-Length", "5"), ("content-length", "5")), "length"),
        (200, "GET", (("Content-Length", "5"), ("Transfer-Encoding", "chunked")), "chunked"),
        (200, "GET", (("Transfer-Encoding", "gzip, Chunked"),), "chunked"),
        (200, "GET", (("Transfer-Encoding", "gzip"),), "close"),
        (200, "HEAD", (("Content-Length", "5"),), "none"),
        (204, "GET", (("Transfer-Encoding", "chunked"),), "none"),
        (304, "GET", (("Content-Length", "5"),), "none"),
        (101, "GET", (), "close"),
    ],
)
def test_framing_of_a_response(status: int, method: str, headers: tuple[tuple[str, str], ...], framing: str) -> None:
    """The end of a response's body is known by the rules of RFC 9112, section 6.3."""
    assert response_body(ResponseHead("HTTP/1.1", status, "", headers), method).framing == framing


@pytest.mark.parametrize("value", ["-5", "5, 6", "0x5", "5.0", "\u0665"])
def test_a_length_that_is_none(value: str) -> None:
    """A Content-Length that is not one number is refused."""
    with pytest.raises(ProtocolError):
        request_body((("Content-Length", value),))


def test_a_status_below_100_is_none() -> None:
    """What clients refuse as a status is no answer, let alone a good one."""
    with pytest.raises(ProtocolError):
        read_response_head(b"HTTP/1.1 000 OK\r\n\r\n")


@pytest.mark.parametrize(
    ("received", "missing"),
    [
        (b"5\r\nhe", "the last chunk never came, and 3 bytes are missing from the one that was under way"),
        (b"5\r\nhello\r\n", "the last chunk never came"),
        (b"0\r\n", "the trailer after the last chunk has no end"),
    ],
)
def test_a_cut_chunked_body_says_what_is_missing(received: bytes, missing: str) -> None:
    """Inside a chunk, between chunks and in the trailer are told apart."""
    body = ChunkedBody()
    read(body, received)
    assert not body.complete
    assert body.missing() == missing


def test_a_body_without_a_length_is_not_complete_before_the_connection_ends() -> None:
    """Whatever has come, more may follow."""
    body = CloseBody()
    assert body.complete is False
    read(body, b"hello")
    assert body.complete is False


def test_a_length_of_thousands_of_digits_is_none() -> None:
    """Python refuses to read such a number; the one who sent it gets no whole body out of it."""
    with pytest.raises(ProtocolError, match="not one number"):
        response_body(ResponseHead("HTTP/1.1", 200, "", (("Content-Length", "9" * 5000),)), "GET")
