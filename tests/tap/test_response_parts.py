"""Parts of a response: every byte comes out as it went in, and marks stand where they belong."""

import pytest

from dvara_examples.tap.response_parts import ResponseReader
from dvara_examples.wire.parts import BodyEnd, End, EventEnd, Framing, Head, Item, Payload

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = SSE + b"Transfer-Encoding: chunked\r\n\r\n"
FINISH = b'data: {"choices":[{"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def read(*pieces: bytes, method: str = "POST") -> list[Item]:
    """Return the parts that *pieces* make up."""
    reader = ResponseReader(method)
    return [item for piece in pieces for item in reader.feed(piece)[1]]


def test_a_chunked_stream() -> None:
    """An event's end stands behind its chunk, the body's end before the last chunk, and the end behind everything."""
    size = b"%x\r\n" % len(DONE)
    assert read(CHUNKED, size + DONE + b"\r\n0\r\nX: y\r\n\r\n") == [
        Head(CHUNKED, "HTTP/1.1", "chunked", events=True),
        Framing(size),
        Payload(b"data: [DONE]\n"),
        Payload(b"\n"),
        Framing(b"\r\n"),
        EventEnd(1, done=True),
        BodyEnd(),
        Framing(b"0\r\n"),
        Framing(b"X: y\r\n"),
        Framing(b"\r\n"),
        End(),
    ]


def test_two_events_in_one_chunk() -> None:
    """An event that ends in the middle of a chunk ends there."""
    marks = [item for item in read(CHUNKED, b"%x\r\n" % len(FINISH + DONE), FINISH + DONE) if not isinstance(item, Payload)]
    assert marks[2:] == [EventEnd(1, finish=True)]


def test_comments_are_no_events() -> None:
    """Only what a client gets as an event counts as one; a comment belongs to the event behind it."""
    items = read(SSE + b"\r\n", b": one\n\n: two\n\n", DONE)
    assert [item for item in items if isinstance(item, EventEnd)] == [EventEnd(1, done=True)]


@pytest.mark.parametrize(
    ("head", "events"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n", True),
        (SSE + b"Content-Encoding: identity\r\n\r\n", True),
        (SSE + b"Content-Encoding: gzip\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_where_events_can_be_found(head: bytes, events: bool) -> None:
    """Events are looked for in plain event streams alone."""
    (part,) = read(head)
    assert isinstance(part, Head)
    assert part.events is events


@pytest.mark.parametrize("head", [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 304 \r\n\r\n"])
def test_a_response_without_a_body(head: bytes) -> None:
    """It ends with its head."""
    assert read(head)[1:] == [BodyEnd(), End()]


def test_the_next_response_is_left_alone() -> None:
    """Bytes behind the end of a response are not taken: they belong to the next one."""
    reader = ResponseReader("POST")
    taken, _ = reader.feed(SSE + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200")
    assert reader.complete
    assert taken == len(SSE + b"Content-Length: 2\r\n\r\nok")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"SSH-2.0-x\r\n", b"more"),
        (CHUNKED, b"xyz\r\n", b"more"),
        (CHUNKED, b"2\r", b"\nabc\r\n", b"more"),
        (b"HTTP/1.1 101 Switching\r\n\r\n", b"\x00\x01"),
        (SSE + b"Content-Length: many\r\n\r\n", b"body"),
        (b"HTTP/1.1 2",),
        (CHUNKED, b"1"),
    ],
    ids=repr,
)
def test_what_makes_no_sense_passes_as_it_is(pieces: tuple[bytes, ...]) -> None:
    """Bytes that are no HTTP, or not yet, all come out, once."""
    reader = ResponseReader("POST")
    items = [item for piece in pieces for item in reader.feed(piece)[1]] + reader.gateway_closed()
    assert b"".join(item.data for item in items if isinstance(item, Head | Framing | Payload)) == b"".join(pieces)
    assert End() not in items
