"""Ending cases: every way in which a gateway can end a response gets its own name, and the client sees what the gateway did."""

import contextlib
import json
from dataclasses import dataclass
from typing import Literal

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, STREAM, Line, chunk, delta, open_line, request

STOP = delta(finish="stop")
HI = delta("Hi")
SECOND = b'data: {"choices":[{"index":1,"delta":{"content":"Ho"}}]}\n\n'
SECOND_LENGTH = b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}\n\n'
ERROR = b'data:{"error":{"message":"upstream broke","type":"provider_error","code":"provider_error","trace_id":"t"}}\n\n'
NOT_STREAMED = {**STREAM, "stream": False}
ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}


def plain(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """Return a whole response with a Content-Length."""
    return b"HTTP/1.1 %d \r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (status, kind.encode(), len(body), body)


@dataclass(frozen=True)
class Case:
    """What a gateway sends and how it ends, and what must be seen of it; *error* is a part of the error sentence."""

    sends: bytes
    ending: Ending
    then: Literal["keep", "fin", "rst"] = "keep"
    text: str = ""
    finish_reason: str | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None
    asks: object = None


def stream(*events: bytes, end: bytes = LAST_CHUNK) -> bytes:
    """Return a chunked stream of *events*, each in a chunk of its own."""
    return SSE_HEAD + b"".join(map(chunk, events)) + end


CASES = {
    "done": Case(stream(HI, STOP, DONE), Ending.DONE, text="Hi", finish_reason="stop"),
    "done-then-fin": Case(stream(HI, STOP, DONE), Ending.DONE, "fin", text="Hi", finish_reason="stop"),
    "done-then-rst": Case(stream(HI, STOP, DONE), Ending.DONE, "rst", text="Hi", finish_reason="stop"),
    "E01-no-sentinel": Case(stream(HI, STOP), Ending.DONE_WITHOUT_SENTINEL, text="Hi", finish_reason="stop"),
    "E02-no-finish-reason": Case(
        stream(HI, DONE), Ending.EOF_WITHOUT_DONE, text="Hi", notes=("sentinel without finish_reason",), error="no finish_reason"
    ),
    "E02-no-finish-reason-of-the-second-choice": Case(
        stream(HI, SECOND, STOP, DONE),
        Ending.EOF_WITHOUT_DONE,
        text="Hi",
        notes=("sentinel without finish_reason",),
        error="no finish_reason",
    ),
    "E03-no-finish-reason-of-the-answer": Case(
        stream(HI, SECOND, SECOND_LENGTH), Ending.EOF_WITHOUT_DONE, text="Hi", error="nothing in it says"
    ),
    "E03-neither": Case(stream(HI), Ending.EOF_WITHOUT_DONE, text="Hi", error="nothing in it says"),
    "E03-half-an-event": Case(
        stream(HI, HI[:20]),
        Ending.EOF_WITHOUT_DONE,
        text="Hi",
        notes=("last event without a blank line",),
        error="nothing in it says",
    ),
    "E04-fin-between-chunks": Case(stream(HI, end=b""), Ending.TRUNCATED, "fin", text="Hi", error="the last chunk never came"),
    "E04-fin-mid-event": Case(
        stream(HI, end=chunk(HI)[:20]),
        Ending.TRUNCATED,
        "fin",
        text="Hi",
        notes=("last event without a blank line",),
        error="bytes are missing from the one",
    ),
    "E04-fin-after-the-sentinel": Case(
        stream(HI, STOP, DONE, end=b""),
        Ending.TRUNCATED,
        "fin",
        text="Hi",
        finish_reason="stop",
        notes=("the response did not end after the sentinel",),
        error="the last chunk never came",
    ),
    "E04-fin-inside-the-last-chunk": Case(
        stream(HI, STOP, DONE, end=b"0\r\n"),
        Ending.TRUNCATED,
        "fin",
        text="Hi",
        finish_reason="stop",
        notes=("the response did not end after the sentinel",),
        error="the trailer",
    ),
    "E04-fin-short-of-the-length": Case(
        b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nContent-Length: 1000\r\n\r\n" + HI,
        Ending.TRUNCATED,
        "fin",
        text="Hi",
        error=f"{len(HI)} of 1000 announced bytes came",
    ),
    "E05-close-delimited-cut": Case(
        b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n\r\n" + HI,
        Ending.EOF_WITHOUT_DONE,
        "fin",
        text="Hi",
        notes=("close-delimited body",),
        error="nothing in it says",
    ),
    "E06-rst": Case(stream(HI, end=b""), Ending.RESET, "rst", text="Hi", error="reset the connection after"),
    "E06-rst-after-the-sentinel": Case(
        stream(HI, STOP, DONE, end=b""),
        Ending.RESET,
        "rst",
        text="Hi",
        finish_reason="stop",
        notes=("the response did not end after the sentinel",),
        error="reset",
    ),
    "E06-rst-close-delimited": Case(
        b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n\r\n" + HI,
        Ending.RESET,
        "rst",
        text="Hi",
        notes=("close-delimited body",),
        error="reset",
    ),
    "E11-error-then-sentinel": Case(
        stream(HI, ERROR, DONE),
        Ending.ERROR_EVENT,
        text="Hi",
        notes=("sentinel without finish_reason",),
        error="upstream broke (provider_error)",
    ),
    "E12-error": Case(stream(HI, ERROR), Ending.ERROR_EVENT, text="Hi", error="upstream broke (provider_error)"),
    "E12-error-then-fin": Case(stream(HI, ERROR, end=b""), Ending.ERROR_EVENT, "fin", text="Hi", error="upstream broke"),
    "E12-named-error": Case(
        stream(HI, b'event: error\ndata: {"message":"x"}\n\n'), Ending.ERROR_EVENT, text="Hi", error='{"message": "x"}'
    ),
    "E12-named-error-no-json": Case(stream(b"event: error\ndata: overloaded\n\n"), Ending.ERROR_EVENT, error="overloaded"),
    "E14-cut-off-json": Case(
        stream(HI, b'data: {"choices":[{"del\n\n', STOP, DONE),
        Ending.MALFORMED_EVENT,
        text="Hi",
        finish_reason="stop",
        error="is not the JSON it must be",
    ),
    "E14-no-object": Case(
        stream(b"data: 5\n\n", STOP, DONE), Ending.MALFORMED_EVENT, finish_reason="stop", error="no JSON object"
    ),
    "E14-empty-data": Case(stream(b"data:\n\n", STOP, DONE), Ending.MALFORMED_EVENT, finish_reason="stop", error="not the JSON"),
    "E16-empty-200": Case(
        b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n",
        Ending.NOT_A_STREAM,
        notes=("empty body",),
        error="status 200 with an empty body",
    ),
    "E16-empty-chunked": Case(SSE_HEAD + LAST_CHUNK, Ending.NOT_A_STREAM, notes=("empty body",), error="an empty body"),
    "E16-204": Case(b"HTTP/1.1 204 \r\n\r\n", Ending.NOT_A_STREAM, notes=("empty body",), error="status 204"),
    "E17-json-answer": Case(
        plain(200, json.dumps(ANSWER).encode()), Ending.NOT_A_STREAM, text="Hello", finish_reason="stop", error="application/json"
    ),
    "E17-html": Case(plain(200, b"<html>", "text/html"), Ending.NOT_A_STREAM, error="text/html"),
    "E17-json-error-200": Case(plain(200, b'{"error":{"message":"no"}}'), Ending.NOT_A_STREAM, error="no"),
    "E19-no-content": Case(stream(STOP, DONE), Ending.DONE, finish_reason="stop"),
    "E19-comments-alone": Case(stream(b": ping\n\n"), Ending.EOF_WITHOUT_DONE, error="nothing in it says"),
    "E21-lifetime-over": Case(stream(HI, HI), Ending.EOF_WITHOUT_DONE, text="HiHi", error="nothing in it says"),
    "sentinel-first": Case(
        stream(DONE, HI, STOP),
        Ending.EOF_WITHOUT_DONE,
        notes=("sentinel without finish_reason", "events after the sentinel"),
        error="no finish_reason",
    ),
    "R01-401": Case(
        plain(401, b'{"error":{"message":"An API key is required","code":"api_key_required"}}'),
        Ending.HTTP_ERROR,
        error="status 401: An API key is required (api_key_required)",
    ),
    "R02-400": Case(
        plain(400, b'{"error":{"message":"messages is required","code":"invalid_request"}}'),
        Ending.HTTP_ERROR,
        error="status 400: messages is required (invalid_request)",
    ),
    "R03-unknown-model": Case(
        plain(404, b'{"error":{"message":"no provider has the model","code":"no_provider"}}'),
        Ending.HTTP_ERROR,
        error="status 404: no provider has the model (no_provider)",
    ),
    "R13-413": Case(plain(413, b"too large", "text/plain"), Ending.HTTP_ERROR, error="status 413"),
    "R07-503-html": Case(plain(503, b"<html>", "text/html"), Ending.HTTP_ERROR, error="status 503"),
    "R07-500-empty": Case(plain(500, b""), Ending.HTTP_ERROR, error="status 500"),
    "R07-502-cut": Case(
        plain(502, b"{" + b" " * 50)[:-20],
        Ending.HTTP_ERROR,
        "fin",
        notes=("the body of the error is not whole",),
        error="status 502",
    ),
    "R14-fin-before-the-head": Case(b"", Ending.NO_RESPONSE, "fin", error="closed the connection before it answered"),
    "R14-rst-before-the-head": Case(b"", Ending.NO_RESPONSE, "rst", error="reset the connection before it answered"),
    "R14-fin-inside-the-head": Case(
        b"HTTP/1.1 200 \r\nConte", Ending.NO_RESPONSE, "fin", error="in the middle of the response's head"
    ),
    "R14-rst-inside-the-head": Case(b"HTTP/1.1 2", Ending.NO_RESPONSE, "rst", error="reset the connection in the middle"),
    "no-http": Case(b"SSH-2.0-OpenSSH\r\n", Ending.NO_RESPONSE, "fin", error="begins with b'SSH-2.0-OpenSSH"),
    "answered": Case(
        plain(200, json.dumps(ANSWER).encode()), Ending.ANSWERED, text="Hello", finish_reason="stop", asks=NOT_STREAMED
    ),
    "answered-cut": Case(
        plain(200, json.dumps(ANSWER).encode())[:-5], Ending.TRUNCATED, "fin", asks=NOT_STREAMED, error="announced bytes came"
    ),
    "answered-reset": Case(plain(200, json.dumps(ANSWER).encode())[:-5], Ending.RESET, "rst", asks=NOT_STREAMED, error="reset"),
    "stream-not-asked-for": Case(
        stream(HI, STOP, DONE),
        Ending.DONE,
        text="Hi",
        finish_reason="stop",
        asks=NOT_STREAMED,
        notes=("a stream came that was not asked for",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_ending_by_the_gateway(line: Line, case: Case) -> None:
    """The client gets the gateway's bytes and its FIN or RST; the tap names the ending, and says what is wrong with it."""
    client, gateway, _ = line.ask(request(case.asks or STREAM))
    gateway.send(case.sends)
    received = client.receive(len(case.sends))
    if case.then != "keep":
        gateway.rst() if case.then == "rst" else gateway.close()
        assert client.receive_all() == (b"", case.then)
    seen = line.exchange()
    assert received == case.sends
    assert (seen.ending, seen.text, seen.finish_reason) == (case.ending, case.text, case.finish_reason)
    assert seen.notes == case.notes
    assert (case.error in (seen.error or "")) if case.error else seen.error is None, seen.error


CHUNKS = {
    "S01-stop": ([HI, STOP, DONE], "Hi", "stop"),
    "S02-length": ([HI, delta(finish="length"), DONE], "Hi", "length"),
    "S03-content-filter": ([delta(finish="content_filter"), DONE], "", "content_filter"),
    "S04-tool-calls": (
        [
            b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\":1}"}}]}}]}\n\n',
            delta(finish="tool_calls"),
            DONE,
        ],
        "",
        "tool_calls",
    ),
    "S05-role-first": ([b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n', HI, STOP, DONE], "Hi", "stop"),
    "S06-empty-choices-first": (
        [b'data: {"choices":[]}\n\n', b'data: {"choices":null}\n\n', b"data: {}\n\n", HI, STOP, DONE],
        "Hi",
        "stop",
    ),
    "S07-usage-last": ([HI, STOP, b'data: {"choices":[],"usage":{"total_tokens":3}}\n\n', DONE], "Hi", "stop"),
    "S08-null-content": (
        [
            b'data: {"choices":[{"delta":null}]}\n\n',
            b'data: {"choices":[{"delta":{"content":null},"finish_reason":null}]}\n\n',
            delta(""),
            b'data: {"choices":[{}],"error":null}\n\n',
            b'data: {"choices":[null]}\n\n',
            HI,
            STOP,
            DONE,
        ],
        "Hi",
        "stop",
    ),
    "S09-refusal": ([b'data: {"choices":[{"delta":{"refusal":"no"}}]}\n\n', STOP, DONE], "", "stop"),
    "S13-structured": ([delta('{"a":'), delta(' "b"}'), STOP, DONE], '{"a": "b"}', "stop"),
    "S14-unknown-fields": ([delta("Hi", x_new={"a": [1]}), STOP, DONE], "Hi", "stop"),
    "S15-nothing-but-choices": ([b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', STOP, DONE], "Hi", "stop"),
    "S-content-with-finish": ([delta("Hi", "stop"), DONE], "Hi", "stop"),
    "S-second-choice-is-not-the-answer": (
        [
            b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}},{"index":1,"delta":{"content":"Ho"}}]}\n\n',
            b'data: {"choices":[{"index":1,"delta":{"content":"!"},"finish_reason":"length"}]}\n\n',
            STOP,
            DONE,
        ],
        "Hi",
        "stop",
    ),
    "S-each-choice-finishes-in-its-own-time": ([HI, STOP, SECOND, SECOND_LENGTH, DONE], "Hi", "stop"),
    "S-an-only-choice-with-another-index": ([SECOND, SECOND_LENGTH, DONE], "Ho", "length"),
}


@pytest.mark.parametrize(("events", "text", "finish_reason"), CHUNKS.values(), ids=CHUNKS.keys())
def test_chunks(line: Line, events: list[bytes], text: str, finish_reason: str) -> None:
    """Text and finish reason are read from every shape of chunk that providers send."""
    client, gateway, _ = line.ask()
    gateway.send(stream(*events))
    client.receive(len(stream(*events)))
    seen = line.exchange()
    assert (seen.ending, seen.text, seen.finish_reason) == (Ending.DONE, text, finish_reason)
    assert seen.event_count == len(events)


def test_stall_mid_stream_until_the_client_gives_up() -> None:
    """E07: a client that leaves after the idle limit's silence has met a stall."""
    with open_line(stall_after_s=0.0) as line:
        client, gateway, _ = line.ask()
        gateway.send(SSE_HEAD + chunk(HI))
        client.receive(len(SSE_HEAD + chunk(HI)))
        client.close()
        assert gateway.receive_all()[0] == b""
        seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.STALLED, "Hi")
    assert "the client hung up before the response was complete" in (seen.error or "")


def test_stall_before_the_first_byte() -> None:
    """E08: silence from the start is a stall too, and there is no response in the record."""
    with open_line(stall_after_s=0.0) as line:
        client, _, _ = line.ask()
        client.rst()
        seen = line.exchange()
    assert (seen.ending, seen.response, seen.responded_at_s) == (Ending.STALLED, None, None)


@pytest.mark.parametrize(("stall_after_s", "ending"), [(0.0, Ending.STALLED), (60.0, Ending.CLIENT_CLOSED)])
def test_the_run_is_stopped(stall_after_s: float, ending: Ending) -> None:
    """A run that is stopped mid-stream ends in a stall after the limit's silence, else as closed from the client's side."""
    with open_line(stall_after_s=stall_after_s) as line:
        client, gateway, _ = line.ask()
        gateway.send(SSE_HEAD + chunk(HI))
        client.receive(len(SSE_HEAD + chunk(HI)))
        seen = line.exchange()
    assert seen.ending is ending
    assert seen.notes == ("the run was stopped",)


@pytest.mark.parametrize(("stall_after_s", "ending"), [(0.0, Ending.STALLED), (60.0, Ending.DONE)])
def test_open_after_the_sentinel(stall_after_s: float, ending: Ending) -> None:
    """E09: a client that leaves soon after the sentinel has had its whole answer; one that waited in vain has met a stall."""
    sent = stream(HI, STOP, DONE, end=b"")
    with open_line(stall_after_s=stall_after_s) as line:
        client, gateway, _ = line.ask()
        gateway.send(sent)
        client.receive(len(sent))
        client.close()
        assert gateway.receive_all()[0] == b""
        seen = line.exchange()
    assert seen.ending is ending
    assert len(seen.notes) == 1


def test_a_drip_is_no_stall(line: Line) -> None:
    """E20: a stream that comes byte by byte is done like any other."""
    client, gateway, _ = line.ask()
    for byte in stream(HI, STOP, DONE):
        gateway.send(bytes([byte]))
        client.receive(1)
    assert line.exchange().ending is Ending.DONE


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("sent", [b"", SSE_HEAD, stream(HI, end=b""), stream(HI, STOP, end=b"")])
def test_the_client_hangs_up_first(line: Line, how: str, sent: bytes) -> None:
    """C01: a client that leaves a silent gateway, by FIN or RST, is noticed, and the gateway's connection ends as well."""
    client, gateway, _ = line.ask()
    gateway.send(sent)
    client.receive(len(sent))
    client.rst() if how == "rst" else client.close()
    assert gateway.receive_all() == (b"", how)
    seen = line.exchange()
    assert seen.ending is Ending.CLIENT_CLOSED
    assert seen.ended_at_s >= seen.started_at_s


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("sent", [b"", stream(HI, end=b""), b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n\r\n" + HI])
def test_the_gateway_closes_because_the_client_left(line: Line, how: str, sent: bytes) -> None:
    """Most gateways close when they see the client's FIN: that follows from the leaving and is no truncation or reset."""
    client, gateway, _ = line.ask()
    gateway.send(sent)
    client.receive(len(sent))
    client.close()
    assert gateway.receive(1) == b""
    gateway.rst() if how == "rst" else gateway.close()
    give_up = line.timer() + 20
    while not line.tap.exchanges():
        assert line.timer() < give_up
    assert line.exchange().ending is Ending.CLIENT_CLOSED


def test_a_cut_after_the_client_only_finished_sending(line: Line) -> None:
    """A half-closed client that goes on reading meets a truncation like any other."""
    client, gateway, _ = line.ask()
    client.fin()
    assert gateway.receive(1) == b""
    sent = stream(HI, end=b"")
    gateway.send(sent)
    assert client.receive(len(sent)) == sent
    gateway.close()
    assert client.receive_all() == (b"", "fin")
    assert line.exchange().ending is Ending.TRUNCATED


def test_the_client_hangs_up_while_more_is_coming(line: Line) -> None:
    """What the gateway sends after the client has left does not turn its leaving into an answer, however complete."""
    client, gateway, _ = line.ask()
    gateway.send(stream(HI, end=b""))
    client.receive(len(stream(HI, end=b"")))
    client.close()
    gateway.receive(1)  # the FIN has been passed on
    gateway.send(chunk(STOP + DONE) + LAST_CHUNK)
    gateway.receive_all()
    seen = line.exchange()
    assert seen.ending is Ending.CLIENT_CLOSED


def hung_up_before_the_last_chunk(line: Line, *events: bytes) -> Exchange:
    """Return what is seen of a client that has received *events* and is gone when the last chunk comes."""
    client, gateway, _ = line.ask()
    sent = stream(*events, end=b"")
    gateway.send(sent)
    client.receive(len(sent))
    client.close()
    gateway.receive(1)
    gateway.send(LAST_CHUNK)
    gateway.receive_all()
    return line.exchange()


def test_the_client_hangs_up_between_the_sentinel_and_the_last_chunk(line: Line) -> None:
    """Many clients close after the sentinel: that is done, and noted where the last chunk did not come any more."""
    seen = hung_up_before_the_last_chunk(line, HI, STOP, DONE)
    assert seen.ending is Ending.DONE
    assert seen.notes == ("client closed after the sentinel, before the end of the response",)


def test_a_client_that_heard_the_last_word_without_a_finish_reason_has_not_broken_off(line: Line) -> None:
    """Between the sentinel and the last chunk nothing is missing but the finish reason, whoever closes."""
    seen = hung_up_before_the_last_chunk(line, HI, DONE)
    assert seen.ending is Ending.EOF_WITHOUT_DONE
    assert seen.notes == (
        "sentinel without finish_reason",
        "client closed after the sentinel, before the end of the response",
    )


def test_a_finish_reason_behind_the_sentinel_that_the_client_did_not_wait_for_does_not_count(line: Line) -> None:
    """What passes after the client has gone was not heard: the answer is neither whole nor ended by the gateway."""
    client, gateway, _ = line.ask()
    sent = stream(HI, DONE, end=b"")
    gateway.send(sent)
    client.receive(len(sent))
    client.close()
    with contextlib.suppress(OSError):  # the connection may have been reset by then
        gateway.send(chunk(STOP) + LAST_CHUNK)
    assert line.exchange().ending not in (Ending.DONE, Ending.DONE_WITHOUT_SENTINEL)


def test_a_client_that_only_finished_sending_gets_its_answer(line: Line) -> None:
    """A half-closed client is not gone: its stream goes on to the end and is done."""
    client, gateway, _ = line.ask()
    client.fin()
    assert gateway.receive(1) == b""
    sent = stream(HI, STOP, DONE)
    gateway.send(sent)
    assert client.receive_all() == (sent, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.notes) == (Ending.DONE, ())
