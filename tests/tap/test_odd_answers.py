"""Answers in other shapes than usual: what came is judged, and what cannot be told is said."""

import json
from collections.abc import Sequence

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap import CaptureLimits
from dvara_examples.tap.payload import FirstBytes
from tests.tap.fuzzing import Closing, observe
from tests.tap.scripted import DONE, LAST_CHUNK, STREAM, Line, chunk, delta, request

HELLO = delta("Hel") + delta("lo") + delta(finish="stop") + DONE
GOOD = (Ending.DONE, Ending.DONE_WITHOUT_SENTINEL, Ending.ANSWERED)
_PIECE = 50_000
OTHER_TYPES = (
    None,
    "",
    ";",
    "text/plain",
    "text/html; charset=utf-8",
    "application/json",
    "application/octet-stream",
    "application/stream+json",
    "application/x-ndjson",
    "text/event-stream2",
    "event-stream",
)
SAME_TYPES = (
    "text/event-stream",
    "TEXT/Event-Stream",
    "text/event-stream;charset=utf-8",
    "text/event-stream ; charset=iso-8859-1",
)


def ask(line: Line, body: bytes, content_type: str | None = SAME_TYPES[0], *, asked: object = STREAM) -> Exchange:
    """Let the gateway answer with a *body*, byte for byte, and return what the tap saw."""
    client, gateway, _ = line.ask(request(asked))
    kind = "" if content_type is None else f"Content-Type: {content_type}\r\n"
    gateway.send(f"HTTP/1.1 200 OK\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode())
    client.receive_head()
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        gateway.send(piece)
        assert client.receive(len(piece)) == piece
    client.close()
    return line.exchange()


@pytest.mark.parametrize("content_type", [*SAME_TYPES, *OTHER_TYPES])
def test_a_stream_is_judged_by_what_came(content_type: str | None, line: Line) -> None:
    """Under any content type a whole stream is done, with all of its text; another content type is noted."""
    seen = ask(line, HELLO, content_type)
    assert (seen.ending, seen.text, seen.text_complete, seen.unread) == (Ending.DONE, "Hello", True, None)
    assert [note for note in seen.notes if "Content-Type" in note] == (
        []
        if content_type in SAME_TYPES
        else [
            f"expected the Content-Type 'text/event-stream' for the stream, found the Content-Type '{kind}'"
            if (kind := (content_type or "").partition(";")[0])
            else "expected the Content-Type 'text/event-stream' for the stream, found no Content-Type"
        ]
    )


@pytest.mark.parametrize(
    "start", [b"", b"\xef\xbb\xbf", b"\r\n\n", b": hello\n\n", b"odd: field\n", b"event: message\n", b"id:1\r"]
)
def test_a_stream_without_a_content_type_may_begin_in_any_way(start: bytes, line: Line) -> None:
    """A byte order mark, blank lines, comments and other fields may come first."""
    assert ask(line, start + HELLO, None).ending is Ending.DONE


def test_a_stream_without_a_content_type_is_found_in_pieces() -> None:
    """Wherever the bytes are cut, the whole stream is read."""
    for cut in range(len(HELLO)):
        found = FirstBytes()
        assert found.feed(HELLO[:cut]) + found.feed(HELLO[cut:]) == HELLO


@pytest.mark.parametrize("content_type", [SAME_TYPES[0], None, "application/json"])
@pytest.mark.parametrize("kept", [0, 1, 5, 60, -20, -40])
def test_a_cut_stream_is_never_whole(content_type: str | None, kept: int, line: Line) -> None:
    """A stream that stops short of its finish reason is not whole, whatever its head calls it."""
    cut = (delta("Hel") + delta("lo"))[:kept]
    assert ask(line, cut, content_type).ending in (Ending.EOF_WITHOUT_DONE, Ending.NOT_A_STREAM)


@pytest.mark.parametrize("content_type", [*SAME_TYPES, *OTHER_TYPES])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>data: no</html>",
        b"busy",
        b'{"error": {"message": "busy"}}',
        b'{"choices": [{"finish_reason": "stop"}]}',
        b"[]",
    ],
)
def test_what_is_no_stream_is_none_under_any_name(content_type: str | None, body: bytes, line: Line) -> None:
    """A page, a document or nothing is no stream, even if the head calls it one."""
    assert ask(line, body, content_type).ending in (Ending.NOT_A_STREAM, Ending.EOF_WITHOUT_DONE)


def test_an_error_document_under_the_name_of_a_stream_is_told(line: Line) -> None:
    """What the document says is in the sentence."""
    seen = ask(line, b'{"error": {"message": "busy", "code": "overloaded"}}')
    assert seen.ending is Ending.NOT_A_STREAM
    assert seen.error is not None
    assert seen.error.endswith("busy (overloaded)")


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}', Ending.ANSWERED),
        (b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "abort"}]}', Ending.UNRECOGNISED),
        (b'{"error": {"message": "busy"}}', Ending.UNRECOGNISED),
        (b"<html>busy</html>", Ending.UNRECOGNISED),
        (b"", Ending.UNRECOGNISED),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
def test_an_answer_without_a_stream_is_judged_by_what_came(
    body: bytes, ending: Ending, content_type: str | None, line: Line
) -> None:
    """A whole document is an answer under any content type; an error, a page or an unknown reason is none."""
    seen = ask(line, body, content_type, asked={"model": "m"})
    assert (seen.ending, seen.text) == (ending, "Hi" if b"Hi" in body else "")
    assert (seen.error is None) == (ending is Ending.ANSWERED)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r"])
def test_a_last_event_without_its_blank_line_decides_nothing(end: bytes, line: Line) -> None:
    """By the standard it is no event, and the official SDKs drop it; readers of lines take it. So nobody can tell."""
    seen = ask(line, delta("Hi") + delta(finish="stop").rstrip(b"\n") + end)
    assert seen.ending is Ending.UNRECOGNISED
    assert seen.unread == (
        "cannot tell whether the answer is whole: the last event has no blank line behind it, "
        "which some clients read and others drop"
    )
    assert "last event without a blank line" in seen.notes


@pytest.mark.parametrize(
    ("last", "ending", "known"),
    [
        (b'data: {"choi', Ending.EOF_WITHOUT_DONE, True),
        (delta("lo").rstrip(b"\n"), Ending.EOF_WITHOUT_DONE, False),
        (b'data: {"error": {"message": "gone"}}', Ending.UNRECOGNISED, False),
        (b"data: {}\n", Ending.EOF_WITHOUT_DONE, True),
    ],
)
def test_what_else_a_last_event_may_be(last: bytes, ending: Ending, known: bool, line: Line) -> None:
    """Half an event is a cut; text in it makes the text uncertain and nothing else."""
    seen = ask(line, delta("Hel") + last)
    assert (seen.ending, seen.unread is None, seen.text_complete) == (ending, known, known)


def test_an_event_beyond_the_limit_decides_nothing(line: Line) -> None:
    """What is larger than what is read may hold an error or the finish reason."""
    large = b'data: {"x": "' + b"x" * (16 * 1024 * 1024) + b'"}\n\n'
    seen = ask(line, delta("Hi") + large + delta(finish="stop") + DONE)
    assert (seen.ending, seen.text, seen.text_complete) == (Ending.UNRECOGNISED, "Hi", False)
    assert seen.unread == "cannot tell whether the answer is whole: an event is too large to be read here"


@pytest.mark.parametrize("data", [b"null", b"5", b'"text"', b"[]", b"true", b"[{}]"])
def test_an_event_that_is_no_object_is_malformed(data: bytes, line: Line) -> None:
    """It is JSON, but not what any client can work with."""
    seen = ask(line, delta("Hi") + b"data: " + data + b"\n\n" + delta(finish="stop") + DONE)
    assert seen.ending is Ending.MALFORMED_EVENT
    assert "no JSON object" in (seen.error or "")


def content(value: object, finish: str | None = None) -> bytes:
    """Return one chat event with this *content*, whatever it is."""
    return (
        b"data: "
        + json.dumps({"choices": [{"index": 0, "delta": {"content": value}, "finish_reason": finish}]}).encode()
        + b"\n\n"
    )


TEXT = {"type": "text", "text": "Hi"}
SHAPES: Sequence[tuple[object, str, bool]] = [
    ("Hi", "Hi", True),
    (None, "", True),
    ([], "", True),
    ([TEXT], "Hi", True),
    ([TEXT, {"type": "output_text", "text": "!"}], "Hi!", True),
    ([{"type": "thinking", "thinking": [TEXT]}, TEXT], "Hi", False),
    ([{"type": "text", "text": None}], "", False),
    (["Hi"], "", False),
    ({"text": "Hi"}, "", False),
    (5, "", False),
    (False, "", False),
]


@pytest.mark.parametrize(("value", "text", "known"), SHAPES)
@pytest.mark.parametrize("streamed", [True, False])
def test_content_that_is_no_plain_string(value: object, text: str, known: bool, streamed: bool, line: Line) -> None:
    """The text is what is certainly text; if there is more, that is said. How the answer ended has nothing to do with it."""
    if streamed:
        seen = ask(line, content(value) + delta(finish="stop") + DONE)
    else:
        document = {"choices": [{"message": {"content": value}, "finish_reason": "stop"}]}
        seen = ask(line, json.dumps(document).encode(), "application/json", asked={"model": "m"})
    assert seen.ending in GOOD
    assert (seen.text, seen.text_complete, seen.unread is None) == (text, known, known)
    assert any("not a plain string" in note for note in seen.notes) == (not isinstance(value, str | None))


@pytest.mark.parametrize("settings", ["000000040000000000", "00000604000000000000030000006400000401000000 00"])
def test_a_gateway_that_speaks_http2_alone_is_told(settings: str, line: Line) -> None:
    """Its first frame is recognised; nothing is said of an answer that nobody could read."""
    client, gateway, _ = line.ask()
    gateway.send(bytes.fromhex(settings))
    gateway.close()
    client.receive_all()
    seen = line.exchange()
    assert (seen.ending, seen.response) == (Ending.NO_RESPONSE, None)
    assert seen.error == "the response cannot be followed: the gateway speaks HTTP/2 alone, and HTTP/1.1 is expected"


def test_half_a_document_beyond_the_limit_is_not_answered() -> None:
    """What is too large to be read is whole where its length was announced, or where its brackets close."""
    body = json.dumps({"data": [{"embedding": [0.25] * 500}] * 2500}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert len(body) > CaptureLimits().answer_bytes
    sizes = (len(body), len(body) - 1, len(body) // 2)
    for path in ("/v1/embeddings", "/v1/other"):
        asking = f"POST {path} HTTP/1.1\r\nHost: tap\r\n\r\n".encode()
        endings = [
            observe(raw, (1 << 16,), Closing.FIN, request=asking, asked=b'{"input": "a"}').ending
            for raw in (
                whole,
                *(chunked + chunk(body[:size]) + LAST_CHUNK for size in sizes),
            )
        ]
        assert endings == [Ending.ANSWERED, Ending.ANSWERED, Ending.UNRECOGNISED, Ending.UNRECOGNISED]


@pytest.mark.parametrize(
    ("method", "framing", "ending"),
    [
        ("POST", b"Transfer-Encoding: chunked", Ending.UNRECOGNISED),
        ("POST", b"Connection: close", Ending.UNRECOGNISED),
        ("POST", b"Content-Length: 5", Ending.ANSWERED),
        ("GET", b"Transfer-Encoding: chunked", Ending.ANSWERED),
    ],
)
def test_pieces_of_text_in_no_known_protocol_decide_nothing(method: str, framing: bytes, ending: Ending) -> None:
    """Some servers stream an answer as plain text: half of it looks like all of it."""
    body = chunk(b"Hello") + LAST_CHUNK if b"chunked" in framing else b"Hello"
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n" + framing + b"\r\n\r\n" + body
    asking = f"{method} /api/chat HTTP/1.1\r\nHost: tap\r\n\r\n".encode()
    assert observe(raw, (len(raw),), Closing.FIN, request=asking, asked=b"{}").ending is ending
