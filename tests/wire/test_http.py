"""Heads of HTTP/1 messages: where they end, and what stands in them."""

import pytest

from dvara_examples.wire.framing import ChunkedBody, CloseBody, LengthBody, NoBody, request_body, response_body
from dvara_examples.wire.http import (
    MAX_HEAD_BYTES,
    HeadBuffer,
    ProtocolError,
    ResponseHead,
    header_words,
    looks_like_request,
    looks_like_response,
    read_request_head,
    read_response_head,
    speaks_http2,
)

HEAD = b"\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n"


@pytest.mark.parametrize("size", range(1, len(HEAD) + 1))
@pytest.mark.parametrize("blank", [b"\r\n\r\n", b"\n\n"])
def test_a_head_ends_at_its_blank_line_however_it_comes(size: int, blank: bytes) -> None:
    """Blank lines before it end nothing, and what follows it is not taken; the next head begins again."""
    head = HEAD.replace(b"\r\n\r\n", blank)
    buffer, got = HeadBuffer(), []
    for data in (head + b"body", head):
        rest = memoryview(data)
        while rest:
            found, taken = buffer.feed(rest[:size])
            assert 0 <= taken <= size
            rest = rest[taken:]
            if found is not None:
                got.append((found, bytes(rest)))
                break
        assert buffer.held == b""
    assert got == [(head, b"body"), (head, b"")]


def test_a_head_is_held_until_it_is_whole_and_not_for_ever() -> None:
    """A mebibyte is taken, a byte more is refused."""
    buffer = HeadBuffer()
    assert buffer.feed(memoryview(b"a" * MAX_HEAD_BYTES)) == (None, MAX_HEAD_BYTES)
    assert len(buffer.held) == MAX_HEAD_BYTES
    with pytest.raises(ProtocolError, match="more than 1048576 bytes"):
        buffer.feed(memoryview(b"a"))


@pytest.mark.parametrize(
    ("start", "may"),
    [
        (b"", True),
        (b"H", True),
        (b"HTTP/", True),
        (b"HTTP/1.1 2", True),
        (b"\r\nHTTP/1.1 200 OK\r\nA: b\n", True),
        (b"HTTP/1.1 200 OK\n", True),
        (b"HTTP/1.1 200\r\n", True),
        (b"HTTPS", False),
        (b"\x16\x03", False),
        (b"HTTP/1.1 twenty\r\n", False),
        (b"HTTP/1.1 200OK\r\n", False),
        (b"HTTP/1.1 099 No\r\n", False),
    ],
)
def test_a_response_may_begin_so(start: bytes, may: bool) -> None:
    """As far as it has come; a whole first line must be a status line."""
    assert looks_like_response(start) is may


@pytest.mark.parametrize(
    ("start", "may"),
    [
        (b"", True),
        (b"\r\n", True),
        (b"G", True),
        (b"\r\nGET /x HTTP/1.1\r\nA: b\n", True),
        (b"GET /x HTTP/1.1\n", True),
        (b"\x16\x03", False),
        (b"GET /x\r\n", False),
        (b"GET /x HTTP/1.10\r\n", False),
    ],
)
def test_a_request_may_begin_so(start: bytes, may: bool) -> None:
    """As far as it has come; a whole first line must be a request line."""
    assert looks_like_request(start) is may


def test_a_response_head_is_read_leniently() -> None:
    """Bare line feeds, a missing reason, folded lines, blanks around values, and any byte."""
    head = read_response_head(b"\r\nHTTP/1.1 200\nA:  b:c \t\r\nA: d\r\n\te\n f \r\nX\r\n\r\n")
    assert head == ResponseHead("HTTP/1.1", 200, "", (("A", "b:c"), ("A", "d e f"), ("X", "")))
    assert read_response_head(b"HTTP/1.0 404 Not \xe9\r\n\r\n") == ResponseHead("HTTP/1.0", 404, "Not \u00e9", ())
    with pytest.raises(ProtocolError):
        read_response_head(b"HTTP/1.1 200OK\r\n\r\n")


def test_a_request_head_keeps_every_byte() -> None:
    """Its target is what stands between the first blank and the last."""
    raw = b"\r\nPOST /a b?c HTTP/1.1\r\nA: b\r\n\r\n"
    head = read_request_head(raw)
    assert (head.method, head.target, head.version, head.headers, head.raw) == ("POST", "/a b?c", "HTTP/1.1", (("A", "b"),), raw)


def test_words_of_a_header_come_in_order_from_all_of_its_lines() -> None:
    """Commas and lines separate them; case and empty ones do not count."""
    assert header_words((("Te", "A, b,,"), ("x", "y"), ("TE", " C ")), "te") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("start", "is_http2"),
    [
        (b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", True),
        (b"\x00\x00\x06\x04\x01\x00\x00\x00\x00", True),
        (b"\x00\x00\x00\x04\x00\x00\x00\x00", False),
        (b"\x00\x00\x00\x04\x00\x00\x00\x00\x01", False),
        (b"\x00\x00\x00\x05\x00\x00\x00\x00\x00", False),
    ],
)
def test_http2_begins_with_settings(start: bytes, is_http2: bool) -> None:
    """Nine bytes are needed to tell, and the stream is number 0."""
    assert speaks_http2(start) is is_http2


@pytest.mark.parametrize(
    ("status", "method", "headers", "kind"),
    [
        (200, "POST", (), CloseBody),
        (200, "HEAD", (("Content-Length", "5"),), NoBody),
        (100, "POST", (("Content-Length", "5"),), NoBody),
        (199, "POST", (("Content-Length", "5"),), NoBody),
        (101, "GET", (), CloseBody),
        (204, "POST", (("Content-Length", "5"),), NoBody),
        (304, "GET", (("Content-Length", "5"),), NoBody),
        (200, "POST", (("Content-Length", "5"),), LengthBody),
        (200, "POST", (("Transfer-Encoding", "gzip, chunked"), ("Content-Length", "5")), ChunkedBody),
        (200, "POST", (("Transfer-Encoding", "chunked, gzip"), ("Content-Length", "5")), CloseBody),
    ],
)
def test_the_head_says_how_a_response_ends(
    status: int, method: str, headers: tuple[tuple[str, str], ...], kind: type[object]
) -> None:
    """Status and method first, then the transfer coding, then the length (RFC 9112, section 6.3)."""
    assert type(response_body(ResponseHead("HTTP/1.1", status, "", headers), method)) is kind


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((), NoBody),
        ((("Content-Length", "5"),), LengthBody),
        ((("Transfer-Encoding", "Chunked"), ("Content-Length", "5")), ChunkedBody),
    ],
)
def test_a_request_without_a_length_has_no_body(headers: tuple[tuple[str, str], ...], kind: type[object]) -> None:
    """The connection goes on, so its end ends nothing."""
    assert type(request_body(headers)) is kind


@pytest.mark.parametrize(("length", "complete"), [(0, True), (1, False)])
def test_an_empty_body_is_complete_at_once(length: int, complete: bool) -> None:
    """No byte of it will ever be fed."""
    assert LengthBody(length).complete is complete


def test_what_is_missing_of_chunks_is_told() -> None:
    """How much of the chunk under way, or that the last one never came."""
    body = ChunkedBody()
    assert body.missing() == "the last chunk never came"
    body.feed(memoryview(b"5\r\nabc"))
    assert body.missing() == "the last chunk never came, and 2 bytes are missing from the one that was under way"
    body.feed(memoryview(b"de\r\n0\r\nX: y\r\n"))
    assert body.missing() == "the trailer after the last chunk has no end"
    with pytest.raises(ProtocolError, match="'x' instead of the size of a chunk"):
        ChunkedBody().feed(memoryview(b"x\n"))
    with pytest.raises(ProtocolError, match="a line of more than 16384 bytes between chunks"):
        ChunkedBody().feed(memoryview(b"1" * 20_000))
