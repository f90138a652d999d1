"""The same endings in every streaming protocol, over real sockets: named live, and the same from storage."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.serialization import from_plain, to_plain
from dvara_examples.records.transcript import Exchange
from tests.tap.scripted import LAST_CHUNK, STREAM, Line, chunk, delta, request

Parts = list[bytes]
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


def event(**data: object) -> bytes:
    """Return one named event."""
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def stop_reason(reason: str) -> Parts:
    """Return the end of a message."""
    return [event(type="message_delta", delta={"stop_reason": reason}), event(type="message_stop")]


def ended(kind: str, reason: str | None = None) -> Parts:
    """Return the end of a response."""
    return [event(type=f"response.{kind}", response={"status": kind, "incomplete_details": reason and {"reason": reason}})]


@dataclass(frozen=True)
class Protocol:
    """What a protocol sends: its *path*, the *begin* of an answer with the text Hi, and the ends of it by finish reason."""

    path: str
    begin: tuple[bytes, ...]
    ends: Mapping[str, Parts]
    error: bytes


BLOCK: dict[str, object] = {"type": "text", "text": ""}
PROTOCOLS = {
    "chat": Protocol(
        "/v1/chat/completions",
        (delta(""), delta("Hi")),
        {reason: [delta(finish=reason), b"data: [DONE]\n\n"] for reason in ("stop", "length", "content_filter", "odd")},
        b'data: {"error": {"message": "gone", "code": "provider_error"}}\n\n',
    ),
    "messages": Protocol(
        "/v1/messages",
        (
            event(type="message_start", message={"usage": {"input_tokens": 0}}),
            event(type="content_block_start", index=0, content_block=BLOCK),
            event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "Hi"}),
            event(type="content_block_stop", index=0),
        ),
        {
            "stop": stop_reason("end_turn"),
            "length": stop_reason("max_tokens"),
            "content_filter": stop_reason("refusal"),
            "odd": stop_reason("odd"),
        },
        event(type="error", error={"type": "api_error", "message": "gone", "code": "provider_error"}),
    ),
    "responses": Protocol(
        "/v1/responses",
        (
            event(type="response.created", response={"status": "in_progress"}),
            event(type="response.output_text.delta", delta="Hi"),
        ),
        {
            "stop": ended("completed"),
            "length": ended("incomplete", "max_output_tokens"),
            "content_filter": ended("incomplete", "content_filter"),
            "odd": ended("incomplete", "odd"),
        },
        event(type="response.failed", response={"error": {"message": "gone", "code": "provider_error"}}),
    ),
}


def by_length(parts: Parts) -> bytes:
    """Frame by Content-Length."""
    body = b"".join(parts)
    return SSE + b"Content-Length: %d\r\n\r\n" % len(body) + body


def in_chunks(parts: Parts, tail: bytes = LAST_CHUNK) -> bytes:
    """Frame each part as a chunk."""
    return SSE + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(map(chunk, parts)) + tail


FRAMINGS: Mapping[str, Callable[[Parts], bytes]] = {
    "chunks": in_chunks,
    "one-chunk": lambda parts: in_chunks([b"".join(parts)]),
    "chunks-of-five": lambda parts: in_chunks([b"".join(parts)[at : at + 5] for at in range(0, len(b"".join(parts)), 5)]),
    "length": by_length,
    "to-the-fin": lambda parts: SSE + b"Connection: close\r\n\r\n" + b"".join(parts),
    "crlf": lambda parts: in_chunks([part.replace(b"\n", b"\r\n") for part in parts]),
    "cr": lambda parts: by_length([part.replace(b"\n", b"\r") for part in parts]),
    "no-space": lambda parts: in_chunks([part.replace(b": ", b":", 2) for part in parts]),
    "comments": lambda parts: in_chunks([b": hello\n\nid: 7\nretry: 10\n\n" + part for part in parts]),
    "bom": lambda parts: by_length([b"\xef\xbb\xbf", *parts]),
}
STREAMS: Mapping[str, Callable[[Protocol], tuple[Parts, Ending, str | None]]] = {
    "whole": lambda told: ([*told.begin, *told.ends["stop"]], Ending.DONE, "stop"),
    "length": lambda told: ([*told.begin, *told.ends["length"]], Ending.DONE, "length"),
    "cut": lambda told: ([*told.begin], Ending.EOF_WITHOUT_DONE, None),
    "error": lambda told: ([*told.begin, told.error], Ending.ERROR_EVENT, None),
}
EVERY = pytest.mark.parametrize("told", [pytest.param(told, id=name) for name, told in PROTOCOLS.items()])


def seen_of(line: Line, told: Protocol, raw: bytes, then: str = "fin") -> Exchange:
    """Let the gateway answer with *raw* and end; return what was seen, which is the same when it was stored."""
    client, gateway, _ = line.ask(request({**STREAM}, told.path))
    gateway.send(raw)
    if then == "leave":
        client.receive(len(raw))
        client.close()
        gateway.receive_all()
        gateway.close()
    elif then == "rst":
        client.receive(len(raw))
        gateway.rst()
        client.receive_all()
    else:
        gateway.close()
        assert client.receive_all() == (raw, "fin")
    seen = line.exchange()
    assert from_plain(Exchange, json.loads(json.dumps(to_plain(seen)))) == seen
    return seen


@EVERY
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_in_every_framing(line: Line, told: Protocol, framing: str, stream: str) -> None:
    """Whole, ended early, cut and failed streams have the same names in every framing."""
    parts, ending, reason = STREAMS[stream](told)
    seen = seen_of(line, told, FRAMINGS[framing](parts))
    assert (seen.ending, seen.finish_reason, seen.text) == (ending, reason, "Hi")


@EVERY
@pytest.mark.parametrize(
    ("reason", "ending"), [("content_filter", Ending.DONE), ("odd", Ending.UNRECOGNISED)], ids=["content_filter", "odd"]
)
def test_other_finish_reasons(line: Line, told: Protocol, reason: str, ending: Ending) -> None:
    """A filter is an end; a word that nobody knows says nothing."""
    seen = seen_of(line, told, in_chunks([*told.begin, *told.ends[reason]]))
    assert (seen.ending, seen.finish_reason) == (ending, reason)


@EVERY
@pytest.mark.parametrize(("then", "ending"), [("fin", Ending.TRUNCATED), ("rst", Ending.RESET), ("leave", Ending.CLIENT_CLOSED)])
def test_a_connection_that_ends_midway(line: Line, told: Protocol, then: str, ending: Ending) -> None:
    """Who ended it, and how, is told apart."""
    assert seen_of(line, told, in_chunks([*told.begin], b""), then).ending is ending


@EVERY
def test_the_last_word_before_a_broken_framing_does_not_help(line: Line, told: Protocol) -> None:
    """A client cannot trust a body whose framing is broken."""
    assert seen_of(line, told, in_chunks([*told.begin, *told.ends["stop"]], b"")).ending is Ending.TRUNCATED


@EVERY
def test_a_client_that_leaves_after_the_last_word_has_it_all(line: Line, told: Protocol) -> None:
    """Many clients hang up there."""
    assert seen_of(line, told, in_chunks([*told.begin, *told.ends["stop"]], b""), "leave").ending is Ending.DONE


@EVERY
def test_an_event_that_is_no_json(line: Line, told: Protocol) -> None:
    """Clients cannot work with it."""
    assert (
        seen_of(line, told, in_chunks([*told.begin, b"data: {broken\n\n", *told.ends["stop"]])).ending is Ending.MALFORMED_EVENT
    )


@EVERY
def test_an_event_cut_in_half(line: Line, told: Protocol) -> None:
    """Half of the event with the finish reason says nothing."""
    half = told.ends["stop"][0][:-20]
    assert seen_of(line, told, in_chunks([*told.begin, half])).ending is Ending.EOF_WITHOUT_DONE


@EVERY
def test_a_last_word_without_its_blank_line(line: Line, told: Protocol) -> None:
    """Some clients read it and others drop it; where it decides, nothing is claimed."""
    parts = [*told.begin, *told.ends["stop"]]
    parts[-1] = parts[-1].removesuffix(b"\n")
    expected = Ending.DONE_WITHOUT_SENTINEL if told.path.endswith("/chat/completions") else Ending.UNRECOGNISED
    assert seen_of(line, told, in_chunks(parts)).ending is expected


@EVERY
@pytest.mark.parametrize(
    ("raw", "ending"),
    [
        (b"HTTP/1.1 429 \r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", Ending.HTTP_ERROR),
        (b"HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", Ending.NOT_A_STREAM),
        (SSE + b"Content-Length: 0\r\n\r\n", Ending.NOT_A_STREAM),
        (b"", Ending.NO_RESPONSE),
    ],
    ids=["refused", "json", "empty", "nothing"],
)
def test_what_is_no_stream(line: Line, told: Protocol, raw: bytes, ending: Ending) -> None:
    """A status, a document, an empty body, and nothing at all."""
    assert seen_of(line, told, raw).ending is ending


@EVERY
def test_another_protocol_than_asked_for_is_noted_and_never_whole(line: Line, told: Protocol) -> None:
    """Its last word says nothing to this client, and what it would say to another one was not asked."""
    other = PROTOCOLS["chat" if told.path != "/v1/chat/completions" else "messages"]
    seen = seen_of(line, told, in_chunks([*other.begin, *other.ends["stop"]]))
    assert (seen.ending, seen.text_complete) == (Ending.UNRECOGNISED, False)
    assert seen.unread == "cannot tell whether the answer is whole: no event has the shape that the request's protocol gives it"
    assert seen.notes[0].startswith("the events are those of the protocol ")
