"""Whatever a stream holds and however it is cut: rewriting keeps its events, and everything else keeps its bytes."""

import gzip
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dvara_examples.faults import parse_faults
from dvara_examples.tap.faulty_response import SpoiledResponse
from dvara_examples.wire.framing import response_body
from dvara_examples.wire.http import HeadBuffer, read_response_head
from dvara_examples.wire.parts import Send, Step
from dvara_examples.wire.sse import ServerSentEvent, SseParser
from tests.tap.scripted import LAST_CHUNK, chunk

LINES = st.sampled_from(
    [
        "data: x",
        "data:y",
        "data:  two spaces",
        "data:",
        "data",
        "",
        "",
        ": comment",
        "event: e",
        "id: 7",
        "data: ä€😀 ",
        'data: {"a": [1, "b, {"], "c": {}}',
        "data: [DONE]",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
STREAMS = st.builds(
    lambda bom, lines, end, rest: (bom + "".join(line + end for line in lines) + rest).encode(),
    st.sampled_from(["", "\ufeff"]),
    st.lists(LINES, max_size=15),
    ENDS,
    st.sampled_from(["", "data: unfinished", "da"]),
)
MIXED = st.lists(st.tuples(LINES, ENDS), max_size=15).map(lambda lines: "".join(map("".join, lines)).encode())
PLACES = st.sampled_from([{"after_events": 2}, {"mid_event": 1}, {"after_bytes": 9}, {"before_head": True}, {"after_done": True}])
REWRITING = st.fixed_dictionaries(
    {},
    optional={
        "line_ends": st.sampled_from(["crlf", "cr"]),
        "data_space": st.sampled_from(["add", "drop"]),
        "data_lines": st.integers(2, 9),
        "fields": st.sampled_from([{"each": {"x-new": "1"}}, {"alone": {"retry": "1"}}]),
        "bom": st.just(True),
        "comments": st.lists(st.sampled_from(["before", "between", "after"]), min_size=1, unique=True),
    },
)
WRAPPING = st.fixed_dictionaries(
    {},
    optional={
        "gzip": st.just(True),
        "framing": st.sampled_from(["close", "http_1_0", "trailers"]),
        "headers": st.just({"set": {"content-type": "Text/Event-Stream"}, "drop": ["Date"]}),
    },
)
PACING = st.fixed_dictionaries(
    {},
    optional={
        "delay": st.just({"head_s": 0.1, "event_s": 0.1}),
        "throttle": st.integers(1, 100).map(lambda speed: {"bytes_per_s": speed}),
        "slice": st.integers(1, 50).flatmap(
            lambda size: st.sampled_from([{"bytes": size}, {"events": size}, {"bytes": size, "pause_s": 0.1}])
        ),
        "stall": st.builds(
            lambda place: {**place, "for_s": 1},
            st.sampled_from(
                [{"after_events": 2}, {"mid_event": 1}, {"after_bytes": 9}, {"before_head": True}, {"after_done": True}]
            ),
        ),
    },
)
HOW = st.sampled_from(["chunked", "length", "close"])
SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=8)


def response(body: bytes, how: str, chunk_size: int) -> bytes:
    """Return a response with *body* in the given framing."""
    head = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    if how == "length":
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    if how == "close":
        return head + b"\r\n" + body
    chunks = b"".join(chunk(body[i : i + chunk_size]) for i in range(0, len(body), chunk_size))
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + LAST_CHUNK


def apply(entry: object, raw: bytes, sizes: Sequence[int]) -> tuple[list[Step], bool]:
    """Lead *raw*, in pieces of these *sizes*, through the faults; return the steps, and whether the response was complete."""
    spoiled = SpoiledResponse(parse_faults(entry) if entry else (), "POST")
    steps = spoiled.begin()
    position = turn = 0
    while position < len(raw):
        piece = raw[position : position + sizes[turn % len(sizes)]]
        taken, more = spoiled.feed(piece)
        assert taken == len(piece)
        steps += more
        position, turn = position + len(piece), turn + 1
    complete = spoiled.complete
    return (steps if complete else steps + spoiled.gateway_closed()), complete


def sent(steps: Sequence[Step]) -> bytes:
    """Return all bytes that the client gets."""
    return b"".join(step.data for step in steps if isinstance(step, Send))


def events(raw: bytes) -> list[ServerSentEvent]:
    """Return the events that a client finds in a whole response, whose framing must be right to its last byte."""
    position = 0
    while True:
        head, size = HeadBuffer().feed(memoryview(raw)[position:])
        assert head is not None
        position += size
        if read_response_head(head).status == 200:
            break
    body = response_body(read_response_head(head), "POST")
    taken, payload = body.feed(memoryview(raw)[position:])
    assert position + taken == len(raw)
    assert body.complete or body.framing == "close"
    whole = b"".join(payload)
    coded = b"Content-Encoding: gzip" in head
    return SseParser().feed(gzip.decompress(whole) if coded else whole)


def without_line_ends(event: ServerSentEvent) -> str:
    """Return the data of *event* as one line: into how many it is cut is up to its spelling."""
    return event.data.replace("\n", "")


@settings(deadline=None, max_examples=300)
@given(
    body=STREAMS | MIXED,
    how=HOW,
    chunk_size=st.integers(1, 80),
    sizes=SIZES,
    entry=st.builds(lambda *parts: {key: part[key] for part in parts for key in part}, REWRITING, WRAPPING, PACING),
)
@example(b'data: {"a": 1}\n\n', "chunked", 80, [60], {"data_space": "drop", "data_lines": 3}).via(
    "a line that begins with a space"
)
def test_rewriting_keeps_the_events(body: bytes, how: str, chunk_size: int, sizes: list[int], entry: dict[str, object]) -> None:
    """After any mixture of rewriting, wrapping and pacing a client finds the same events, in framing without a flaw."""
    raw = response(body, how, chunk_size)
    steps, complete = apply(entry, raw, sizes)
    assert complete == (how != "close")
    assert [without_line_ends(event) for event in events(sent(steps))] == [without_line_ends(event) for event in events(raw)]


@settings(deadline=None, max_examples=300)
@given(
    raw=st.builds(response, STREAMS | MIXED | st.binary(max_size=200), HOW, st.integers(1, 80)) | st.binary(max_size=200),
    sizes=SIZES,
    entry=PACING,
)
def test_pacing_keeps_every_byte(raw: bytes, sizes: list[int], entry: dict[str, object]) -> None:
    """Faults that only wait, or cut into segments, change not one byte, of HTTP or of nonsense."""
    assert sent(apply(entry, raw, sizes)[0]) == raw


@settings(deadline=None)
@given(body=MIXED, how=HOW, chunk_size=st.integers(1, 80), sizes=SIZES, number=st.integers(0, 5))
def test_a_cut_after_any_event(body: bytes, how: str, chunk_size: int, sizes: list[int], number: int) -> None:
    """A cut after N events leaves a beginning of the raw response in which exactly N events are whole, however it came."""
    raw = response(body, how, chunk_size)
    whole = events(raw)
    got = sent(apply({"cut": {"after_events": number}}, raw, sizes)[0])
    assert raw.startswith(got)
    if len(whole) < number:
        assert got == raw
    else:
        head, size = HeadBuffer().feed(memoryview(got)[25:])
        assert head is not None
        payload = response_body(read_response_head(head), "POST").feed(memoryview(got)[25 + size :])[1]
        assert SseParser().feed(b"".join(payload)) == whole[:number]
