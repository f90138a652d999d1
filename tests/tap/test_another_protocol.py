"""A protocol is one file: Ollama's JSON lines and Gemini's events, from a folder outside the package, whole and cut."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dvara_examples import protocols
from dvara_examples.protocols import add_folder, asks_for_stream, foreign_protocol, protocol_of
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap.response_parts import ResponseReader
from dvara_examples.wire.json_lines import JsonLinesParser
from dvara_examples.wire.parts import EventEnd
from tests.tap.cutting import ALL_TARGETS, check_cut, draw_cut
from tests.tap.fuzzing import Closing, observe

OUTSIDE = Path(__file__).resolve().parents[1] / "data" / "protocols"
LINES: list[dict[str, object]] = [
    {"model": "m", "message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "lo 😀"}, "done": False},
    {"model": "m", "message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 4},
]
BODY = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in LINES)
PARTS: list[dict[str, object]] = [
    {"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]},
    {"candidates": [{"content": {"parts": [{"text": "lo"}]}, "finishReason": "STOP"}], "usageMetadata": {"totalTokenCount": 9}},
]
STREAM_PATH = "/v1beta/models/m:streamGenerateContent?alt=sse"
NAMES = ["application/x-ndjson", "application/x-ndjson; charset=utf-8", "application/jsonl"]
GOOD = {Ending.DONE, Ending.DONE_WITHOUT_SENTINEL, Ending.ANSWERED}


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The protocols of the folder, for one test."""
    monkeypatch.setattr(protocols, "__path__", list(protocols.__path__))
    add_folder(OUTSIDE)
    yield
    monkeypatch.undo()
    protocols.endpoints.cache_clear()


def seen(
    body: bytes, *, kind: str = NAMES[0], target: str = "/api/chat", asked: bytes = b'{"model": "m"}', size: int = 7
) -> Exchange:
    """Return what the tap saw of a response with this *body*, whose framing is complete."""
    raw = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    request = f"POST {target} HTTP/1.1\r\nHost: tap\r\n\r\n".encode()
    return observe(raw, (size,), Closing.FIN, request=request, asked=asked)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("kind", [*NAMES, "application/json", "text/plain"])
def test_whole_lines_are_done(kind: str) -> None:
    """The last word is the line that says so; under another Content-Type the stream is read all the same, and that is noted."""
    exchange = seen(BODY, kind=kind)
    assert (exchange.ending, exchange.text, exchange.finish_reason) == (Ending.DONE, "Hello 😀", "stop")
    assert (exchange.streamed, exchange.event_count, exchange.text_complete) == (True, 3, True)
    assert any("expected the Content-Type 'application/x-ndjson'" in note for note in exchange.notes) == (kind not in NAMES)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("kind", [NAMES[0], "application/json"])
@pytest.mark.parametrize("asked", [b'{"model": "m"}', b'{"model": "m", "stream": false}', b"{"])
def test_lines_cut_at_any_byte_are_never_whole(kind: str, asked: bytes) -> None:
    """A clean end before the last line end is neither done nor answered, whatever was asked and whatever it is called."""
    found = {size: seen(BODY[:size], kind=kind, asked=asked).ending for size in range(1, len(BODY))}
    assert [size for size, ending in found.items() if ending in GOOD] == []
    assert Ending.EOF_WITHOUT_DONE in found.values()


@pytest.mark.usefixtures("added")
def test_lines_cut_on_the_way_are_truncated() -> None:
    """The framing's own word stands above what the lines say."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 9999\r\n\r\n" + BODY
    request = b"POST /api/chat HTTP/1.1\r\nHost: tap\r\n\r\n"
    assert observe(raw, (9,), Closing.FIN, request=request, asked=b"{}").ending is Ending.TRUNCATED


@pytest.mark.usefixtures("added")
def test_a_last_line_without_its_end_decides_nothing() -> None:
    """Clients that read by lines take it, and others wait for its end."""
    exchange = seen(BODY.rstrip())
    assert exchange.ending is Ending.UNRECOGNISED
    assert exchange.unread is not None
    assert "the last event has no line end behind it" in exchange.unread
    assert "last event without its line end" in exchange.notes


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("line", "ending"),
    [
        (b'{"error": "the model is gone"}', Ending.ERROR_EVENT),
        (b'{"done": tru', Ending.MALFORMED_EVENT),
        (b'{"done": true, "done_reason": "unload"}', Ending.UNRECOGNISED),
    ],
    ids=["error", "no-json", "unknown-reason"],
)
def test_other_last_lines(line: bytes, ending: Ending) -> None:
    """An error, half a line that claims to be whole, and a reason that nobody knows."""
    assert seen(BODY.splitlines(keepends=True)[0] + line + b"\n").ending is ending


@pytest.mark.usefixtures("added")
def test_one_document_is_answered_only_where_no_stream_was_asked_for() -> None:
    """The protocol says what asks for a stream: here everything but a plain no."""
    document = json.dumps({"message": {"content": "Hello"}, "done": True, "done_reason": "stop"}).encode()
    plain = seen(document, kind="application/json", asked=b'{"stream": false}')
    assert (plain.ending, plain.text) == (Ending.ANSWERED, "Hello")
    assert seen(document, kind="application/json").ending is Ending.NOT_A_STREAM
    assert [asks_for_stream("/api/chat", asked) for asked in (b"{}", b'{"stream": true}', b'{"stream": false}', b"[")] == [
        *(True, True),
        *(False, False),
    ]


@pytest.mark.usefixtures("added")
def test_faults_find_the_lines() -> None:
    """The events of a fault's place are the protocol's own."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    ends = [item for item in ResponseReader("POST", "/api/chat").feed(head + BODY)[1] if isinstance(item, EventEnd)]
    assert [(end.number, end.finish, end.done) for end in ends] == [(1, False, False), (2, False, False), (3, True, True)]


@pytest.mark.usefixtures("added")
def test_no_cut_of_any_protocol_is_whole_too_early() -> None:
    """The property that holds for the protocols of the package holds for lines as well."""
    endings = [check_cut(draw_cut(20_261_127, number, ALL_TARGETS)) for number in range(600)]
    assert Ending.DONE in endings


@pytest.mark.usefixtures("added")
def test_a_protocol_may_be_asked_for_by_its_path() -> None:
    """Gemini's stream is one of server-sent events whose finish reason is all that ends it."""
    body = b"".join(b"data: " + json.dumps(part).encode() + b"\r\n\r\n" for part in PARTS)
    exchange = seen(body, kind="text/event-stream", target=STREAM_PATH)
    assert (exchange.ending, exchange.text, exchange.streamed) == (Ending.DONE_WITHOUT_SENTINEL, "Hello", True)
    cut = [seen(body[:size], kind="text/event-stream", target=STREAM_PATH).ending for size in range(1, len(body) - 2)]
    assert not GOOD & set(cut)
    listed = json.dumps(PARTS).encode()
    other = STREAM_PATH.removesuffix("?alt=sse")
    assert seen(listed, kind="application/json", target=other).ending is Ending.UNRECOGNISED
    assert foreign_protocol("/v1/chat/completions", PARTS[0]) == "gemini"


@pytest.mark.parametrize("kind", [*NAMES, "application/json", "application/vnd.amazon.eventstream", "application/json-seq"])
@pytest.mark.parametrize("size", [len(BODY), len(BODY) // 2])
def test_without_the_file_nothing_is_claimed_of_lines(kind: str, size: int) -> None:
    """A stream in no known protocol is no answer, whole or cut, though its request did not say that it wants a stream."""
    assert protocol_of("/api/chat") is None
    assert seen(BODY[:size], kind=kind).ending is Ending.UNRECOGNISED


def test_a_line_that_is_too_large_is_cut() -> None:
    """The memory that a line takes is bounded; what is decoded with a loss is told."""
    parser = JsonLinesParser(max_event_bytes=8)
    assert [(event.data, event.cut) for event in parser.feed(b"\n \r\n12345678\n123456789\n")] == [
        ("12345678", False),
        ("12345678", True),
    ]
    assert [event.data for event in parser.feed(b"\xff\n")] == ["\ufffd"]
    assert parser.invalid_utf8
    assert parser.pending() is None
