"""Bytes pass unchanged and at once, however they are cut, framed and ended, and however slow the reader is."""

import gzip
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvara_examples.records.model import Ending
from dvara_examples.tap import CaptureLimits
from tests.tap.scripted import LAST_CHUNK, SSE_HEAD, Line, Side, chunk, delta, open_line, request

MIB = 1024 * 1024


def framed(body: bytes, how: str, cut: int) -> bytes:
    """Return a whole response with *body* in the given framing; chunks are of *cut* bytes."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    if how == "gzip":
        head, body = head + b"Content-Encoding: gzip\r\n", gzip.compress(body)
    if how == "length":
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    if how == "close":
        return head + b"\r\n" + body
    chunks = b"".join(chunk(body[i : i + cut]) for i in range(0, len(body), cut))
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + LAST_CHUNK


@settings(max_examples=60, deadline=None)
@given(
    body=st.binary(max_size=600)
    | st.lists(st.sampled_from([delta("ü"), delta(finish="stop"), b"data: [DONE]\n\n"])).map(b"".join),
    how=st.sampled_from(["chunked", "length", "close", "gzip"]),
    cut=st.integers(1, 300),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=20),
)
def test_random_bytes_cut_at_random(body: bytes, how: str, cut: int, sizes: list[int]) -> None:
    """Any body, in any framing, cut at any positions, arrives as it was sent, and its payload is recorded whole."""
    raw = framed(body, how, cut)
    with open_line() as line:
        client, gateway, _ = line.ask()
        position = 0
        for index in range(len(raw)):
            if position >= len(raw):
                break
            part = raw[position : position + sizes[index % len(sizes)]]
            gateway.send(part)
            assert client.receive(len(part)) == part
            position += len(part)
        gateway.close()
        assert client.receive_all() == (b"", "fin")
        seen = line.exchange()
    assert seen.response is not None
    assert seen.response.body == body
    assert seen.response.body_size_bytes == len(body)
    assert sum(piece.size_bytes for piece in seen.pieces) == len(raw)
    assert seen.ending not in (Ending.TRUNCATED, Ending.RESET, Ending.CLIENT_CLOSED)


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(min_size=1, max_size=300))
def test_nonsense_passes_too(raw: bytes) -> None:
    """Bytes that are no HTTP at all reach the client as they are, and are never taken for an answer."""
    with open_line() as line:
        client, gateway, _ = line.ask()
        gateway.send(raw)
        gateway.close()
        assert client.receive_all() == (raw, "fin")
        assert line.exchange().ending is Ending.NO_RESPONSE


def _send_and_close(side: Side, *parts: bytes) -> threading.Thread:
    """Send in a thread, for more than sockets hold; the thread is joined by the caller."""

    def run() -> None:
        side.send(*parts)
        side.close()

    thread = threading.Thread(target=run, name="gateway")
    thread.start()
    return thread


@pytest.mark.parametrize("kind", [b"application/octet-stream", b"text/event-stream", b"application/json"])
@pytest.mark.parametrize("how", ["length", "chunked", "close"])
def test_a_large_body(kind: bytes, how: str) -> None:
    """Sixty-four megabytes in any framing pass whole; only the beginning is kept, and the size is known."""
    block = b"x" * MIB
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n" % kind
    if how == "length":
        parts = [head + b"Content-Length: %d\r\n\r\n" % (64 * MIB), *([block] * 64)]
    elif how == "chunked":
        parts = [head + b"Transfer-Encoding: chunked\r\n\r\n", *([chunk(block)] * 64), LAST_CHUNK]
    else:
        parts = [head + b"\r\n", *([block] * 64)]
    with open_line(bounds=CaptureLimits(response_body_bytes=1000)) as line:
        client, gateway, _ = line.ask(request(None, "/v1/file", method="GET"))
        sender = _send_and_close(gateway, *parts)
        received = client.receive_all()
        sender.join(20)
        seen = line.exchange()
    assert received == (b"".join(parts), "fin")
    proven = kind == b"application/octet-stream" or (kind == b"application/json" and how == "length")
    assert seen.ending is (Ending.ANSWERED if proven else Ending.UNRECOGNISED)
    assert seen.response is not None
    assert (len(seen.response.body), seen.response.body_size_bytes) == (1000, 64 * MIB)


def test_a_client_that_does_not_read_holds_the_gateway_back(line: Line) -> None:
    """A slow reader costs no memory: the gateway is held back once the sockets' own buffers are full."""
    client, gateway, _ = line.ask(request(None, "/v1/file", method="GET"))
    gateway.send(b"HTTP/1.1 200 OK\r\n\r\n")
    sent = gateway.send_until_blocked(b"x" * MIB)
    assert sent < 512 * MIB
    gateway.fin()
    assert client.receive_all() == (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * sent, "fin")
    seen = line.exchange()
    assert seen.response is not None
    assert seen.response.body_size_bytes == sent


def test_a_client_that_leaves_without_reading(line: Line) -> None:
    """A client that resets while the gateway is held back is noticed, and what it never took does not count as delivered."""
    client, gateway, _ = line.ask()
    gateway.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    gateway.send_until_blocked(delta("x" * 60_000))
    client.rst()
    assert gateway.receive_all() == (b"", "rst")
    assert line.exchange().ending is Ending.CLIENT_CLOSED


def test_both_directions_at_once(line: Line) -> None:
    """A gateway may answer while the request is still being sent, neither side waiting for the other."""
    client = line.client()
    body = b"x" * (16 * MIB)
    head = b"POST /v1/file HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    uploading = threading.Thread(target=client.send, args=(head, body), name="upload")
    uploading.start()
    gateway = line.gateway()
    gateway.receive_head()
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    answering = threading.Thread(target=gateway.send, args=(reply,), name="answer")
    answering.start()
    assert gateway.receive(1000) == body[:1000]
    assert client.receive(len(reply)) == reply
    assert gateway.receive(len(body) - 1000) == body[1000:]
    uploading.join(20)
    answering.join(20)
    assert line.exchange().ending is Ending.ANSWERED


def test_an_early_refusal_of_a_large_upload(line: Line) -> None:
    """R13: a 413 that comes before the body has been read reaches the client whole, the rest of the body still passing."""
    client = line.client()
    client.send(b"POST /v1/file HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 1000)
    gateway = line.gateway()
    gateway.receive_head()
    refusal = b"HTTP/1.1 413 \r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"
    gateway.send(refusal)
    gateway.fin()
    assert client.receive_all() == (refusal, "fin")
    client.send(b"y" * 1000)
    assert gateway.receive(2000) == b"x" * 1000 + b"y" * 1000
    assert line.exchange().ending is Ending.HTTP_ERROR


def test_bounds_of_events_pieces_and_text() -> None:
    """Beyond the bounds events are only counted, pieces dropped, and a text that was cut says so."""
    with open_line(bounds=CaptureLimits(events=3, pieces=4, text_bytes=5, event_chars=20)) as line:
        client, gateway, _ = line.ask()
        gateway.send(SSE_HEAD)
        client.receive(len(SSE_HEAD))
        for number in range(10):
            gateway.send(chunk(delta(str(number))))
            client.receive(len(chunk(delta(str(number)))))
        seen = line.exchange()
    assert (len(seen.events), seen.event_count, len(seen.pieces)) == (3, 10, 4)
    assert (seen.text, seen.text_complete) == ("01234", False)
    assert [len(event.data) for event in seen.events] == [20, 20, 20]


def test_each_piece_goes_out_before_the_next_is_there(line: Line) -> None:
    """Nothing is held back for more: every piece is with the client before the gateway has sent another."""
    client, gateway, _ = line.ask()
    for part in (SSE_HEAD[:10], SSE_HEAD[10:], b"5\r\nda", b"ta:", b"\r\n"):
        gateway.send(part)
        assert client.receive(len(part)) == part
    assert [piece.size_bytes for piece in line.exchange().pieces] == [10, len(SSE_HEAD) - 10, 5, 3, 2]
