"""The SSE parser, held against the standard's rules and against every way to cut the bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.wire.sse import ServerSentEvent, SseParser


def parse(*chunks: bytes) -> list[ServerSentEvent]:
    """Feed all chunks to a new parser and return the events."""
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def data_of(*chunks: bytes) -> list[str]:
    """Return the data of all events in the chunks."""
    return [event.data for event in parse(*chunks)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", ["a", "b"], id="lf"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"], id="crlf"),
        pytest.param(b"data: a\r\rdata: b\r\r", ["a", "b"], id="cr"),
        pytest.param(b"data: a\n\r\ndata: b\r\n\n", ["a", "b"], id="mixed"),
        pytest.param(b"data:a\n\n", ["a"], id="no-space"),
        pytest.param(b"data:  a \n\n", [" a "], id="one-space-only-is-dropped"),
        pytest.param(b"data: a\ndata: b\ndata\ndata:\n\n", ["a\nb\n\n"], id="many-lines"),
        pytest.param(b"data\n\n", [""], id="data-without-a-colon"),
        pytest.param(b"data:\n\n", [""], id="empty-data"),
        pytest.param(b"\n\n\n", [], id="blank-lines"),
        pytest.param(b"event: x\n\ndata: a\n\n", ["a"], id="a-name-without-data-is-no-event"),
        pytest.param(b": hi\n\n:\ndata: a\n: there\n\n: end\n", ["a"], id="comments"),
        pytest.param(b"foo: bar\nDATA: no\n data: no\ndata : no\ndata: a\n\n", ["a"], id="unknown-fields"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", ["a"], id="bom-at-the-start"),
        pytest.param(b"data: a\n\n\xef\xbb\xbfdata: b\n\n", ["a"], id="bom-elsewhere-is-no-bom"),
        pytest.param(b"data: a: b\n\n", ["a: b"], id="colons-in-data"),
        pytest.param("data: ä € 😀 \u2028 \u2029 \x00\n\n".encode(), ["ä € 😀 \u2028 \u2029 \x00"], id="unicode"),
        pytest.param(b"data: \xff\xe4\n\n", ["\ufffd\ufffd"], id="not-utf-8"),
        pytest.param(b"data: a\n", [], id="no-blank-line"),
        pytest.param(b"data: a", [], id="no-newline"),
    ],
)
def test_the_standard(raw: bytes, expected: list[str]) -> None:
    """Line ends, spaces, comments, unknown fields and the byte order mark are treated as the standard says."""
    assert data_of(raw) == expected


def test_names_and_ids() -> None:
    """A name holds for one event, an id for all that follow, and an id with a NUL is ignored."""
    events = parse(b"event: error\nid: 7\ndata: a\n\nid: x\x00y\ndata: b\n\nid\ndata: c\n\n")
    assert [(event.name, event.event_id) for event in events] == [("error", "7"), ("message", "7"), ("message", "")]


@pytest.mark.parametrize(("value", "expected"), [(b"250", 250), (b"1s", None), (b"", None), (b"-1", None), (b"9" * 30, None)])
def test_retry(value: bytes, expected: int | None) -> None:
    """A reconnection time counts where it is made of digits, and of a number of them that can be meant."""
    parser = SseParser()
    parser.feed(b"retry: " + value + b"\n\n")
    assert parser.retry_ms == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"data: a\n\ndata: b\n", "b"),
        (b"data: a\n\ndata: b", "b"),
        (b"data: a\n\ndata: b\ndata: c", "b\nc"),
        (b"data: a\n\n", None),
        (b"data: a\n\n: comment", None),
        (b"data: a\n\nevent: x\n", None),
        (b"", None),
    ],
)
def test_pending(raw: bytes, expected: str | None) -> None:
    """What a blank line would have ended can be asked for at the end of the input, with or without its last newline."""
    parser = SseParser()
    parser.feed(raw)
    pending = parser.pending()
    assert (pending.data if pending else None) == expected


WITH_EVERYTHING = (
    b"\xef\xbb\xbf: hello\r\nevent: a\r\ndata: one\r\n\r\ndata:tw\xc3\xb6\ndata: \xe2\x82\xac\xf0\x9f\x98\x80\n\n"
    b"id: 3\rretry: 9\rdata:  x\r\rdata\n\n:\n\ndata: [DONE]\n\ndata: rest"
)


def test_cut_at_every_position() -> None:
    """Bytes cut in two at any position, inside CR LF, a character or the byte order mark, give the same events."""
    whole = parse(WITH_EVERYTHING)
    assert len(whole) == 5
    for cut in range(len(WITH_EVERYTHING) + 1):
        assert parse(WITH_EVERYTHING[:cut], WITH_EVERYTHING[cut:]) == whole, cut


def test_byte_by_byte() -> None:
    """One byte at a time gives the same events, and empty chunks between them change nothing."""
    single = [part for byte in WITH_EVERYTHING for part in (bytes([byte]), b"")]
    assert parse(*single) == parse(WITH_EVERYTHING)


def test_an_lf_behind_a_line_that_began_behind_a_cr() -> None:
    """An LF is half a line end only right behind the CR: not where a new line has begun between the two."""
    assert [event.data for event in parse(b"data: a\rdata", b"\n\n")] == ["a\n"]


_PIECES = st.sampled_from(
    [b"data", b":", b" ", b"\n", b"\r", b"\r\n", b"event", b"id", b"x", "ü€😀".encode(), b"\x00", b"\xef\xbb\xbf", b"\xff"]
)


@given(pieces=st.lists(_PIECES, max_size=40), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_cuts_never_matter(pieces: list[bytes], sizes: list[int]) -> None:
    """Any soup of fields, line ends and broken characters gives the same events however it is cut."""
    raw = b"".join(pieces)
    cut, position = [], 0
    for index in range(len(raw)):
        if position >= len(raw):
            break
        size = sizes[index % len(sizes)]
        cut.append(raw[position : position + size])
        position += size
    once, parts = SseParser(), SseParser()
    events = once.feed(raw)
    assert [event for part in cut for event in parts.feed(part)] == events
    assert parts.pending() == once.pending()


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1))
def test_round_trip(texts: list[str]) -> None:
    """Whatever text without line ends is written as data comes back as it was."""
    assert data_of("".join(f"data: {text}\n\n" for text in texts).encode()) == texts


def test_a_large_event_is_whole() -> None:
    """An event below the limit is kept whole, however many pieces it comes in."""
    text = "x" * 5_000_000
    raw = f"data: {text}\n\n".encode()
    (event,) = parse(*(raw[i : i + 8192] for i in range(0, len(raw), 8192)))
    assert event.data == text
    assert not event.cut


@pytest.mark.parametrize("raw", [b"data: " + b"x" * 500 + b"\n\n", b"data: xxxxxxxxx\n" * 50 + b"\n", b"data\n" * 500 + b"\n"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_event_beyond_the_limit_is_cut(raw: bytes, size: int) -> None:
    """Of an event beyond the limit only its beginning is kept and said to be cut; the next one is whole again."""
    parser = SseParser(max_event_bytes=100)
    raw += b"data: after\n\n"
    first, second = [event for i in range(0, len(raw), size) for event in parser.feed(raw[i : i + size])]
    assert first.cut
    assert len(first.data) <= 100
    assert (second.data, second.cut) == ("after", False)


def test_a_long_comment_cuts_nothing() -> None:
    """A comment beyond the limit is dropped without harm to the event around it."""
    parser = SseParser(max_event_bytes=100)
    (event,) = parser.feed(b"data: a\n:" + b"x" * 500) + parser.feed(b"x\ndata: b\n\n")
    assert (event.data, event.cut) == ("a\nb", False)
