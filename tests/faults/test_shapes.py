"""Faults of spelling, segments and pace, seen by a raw client through the tap."""

import gzip
import itertools

import pytest

from dvara_examples.records.model import Ending
from tests.faults.conftest import Spoilt, noted
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, Side, chunk, delta

HI, STOP = delta("Hi"), delta(finish="stop")
BODY = HI + STOP + DONE
CRLF = BODY.replace(b"\n", b"\r\n")
EVENTS = [HI, STOP, DONE]
WHOLE = SSE_HEAD + b"".join(map(chunk, EVENTS)) + LAST_CHUNK
COMMENT = b": still here\n\n"
NO_SPACE = [event.replace(b"data: ", b"data:") for event in EVENTS]
PLAIN = b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n"

REWRITTEN: list[tuple[dict[str, object], list[bytes], str]] = [
    ({"line_ends": "crlf"}, [event.replace(b"\n", b"\r\n") for event in EVENTS], "line_ends crlf"),
    ({"line_ends": "cr"}, [event.replace(b"\n", b"\r") for event in EVENTS], "line_ends cr"),
    ({"data_space": "drop"}, NO_SPACE, "data_space drop"),
    ({"bom": True}, [b"\xef\xbb\xbf" + HI, STOP, DONE], "bom"),
    ({"comments": "before"}, [COMMENT, *EVENTS], "comments before"),
    ({"comments": ["between", "after"]}, [HI, COMMENT, STOP, COMMENT, DONE, COMMENT], "comments between, after"),
]


@pytest.mark.parametrize("how", ["chunked", "chunked-at-random", "length", "close"])
@pytest.mark.parametrize(("entry", "chunks", "words"), REWRITTEN, ids=[words for _, _, words in REWRITTEN])
def test_the_same_stream_spelt_differently(spoilt: Spoilt, entry: object, chunks: list[bytes], words: str, how: str) -> None:
    """Each event arrives respelt in a chunk of its own, a length is given up for chunks, and the ending is as good as before."""
    line = spoilt(entry)
    client, gateway, _ = line.ask()
    if how == "chunked":
        gateway.send(WHOLE)
    elif how == "chunked-at-random":
        gateway.send(SSE_HEAD, chunk(BODY[:7]), chunk(BODY[7:90]), chunk(BODY[90:]) + LAST_CHUNK)
    elif how == "length":
        gateway.send(PLAIN + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    else:
        gateway.send(PLAIN + b"\r\n" + BODY)
    gateway.fin()
    received = client.receive_all()
    if how == "close":
        assert received == (PLAIN + b"\r\n" + b"".join(chunks), "fin")
    else:
        assert received == (SSE_HEAD + b"".join(map(chunk, chunks)) + LAST_CHUNK, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text, seen.finish_reason) == (Ending.DONE, "Hi", "stop")
    assert noted(seen)[-1] == f"fault: {words}"
    assert sum(piece.size_bytes for piece in seen.pieces) == len(received[0])


def test_a_space_is_added(spoilt: Spoilt) -> None:
    """``data_space: add`` writes what DVARA sends without a space as most providers do."""
    line = spoilt({"data_space": "add"})
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD + b"".join(map(chunk, NO_SPACE)) + LAST_CHUNK)
    assert client.receive(len(WHOLE)) == WHOLE


def test_an_old_response_with_a_length_loses_it(spoilt: Spoilt) -> None:
    """An HTTP/1.0 response knows no chunks: its body, of another length now, ends with the connection."""
    line = spoilt({"line_ends": "crlf"})
    client, gateway, _ = line.ask()
    head = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n"
    gateway.send(head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    assert client.receive_all() == (head + b"\r\n" + CRLF, "fin")
    assert noted(line.exchange()) == ("close-delimited body", "fault: line_ends crlf")


def test_without_the_sentinel(spoilt: Spoilt) -> None:
    """``drop_done`` takes the sentinel away and leaves the framing whole."""
    line = spoilt({"drop_done": True})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.fin()
    assert client.receive_all() == (SSE_HEAD + chunk(HI) + chunk(STOP) + LAST_CHUNK, "fin")
    seen = line.exchange()
    assert seen.ending is Ending.DONE_WITHOUT_SENTINEL
    assert noted(seen) == ("fault: drop_done",)


@pytest.mark.parametrize(
    ("entry", "chunks", "ending"),
    [
        ({"drop_last_blank_line": True}, [HI, STOP[:-1], b"\n" + DONE[:-1]], Ending.DONE_WITHOUT_SENTINEL),
        ({"drop_last_blank_line": True, "drop_done": True}, [HI, STOP[:-1]], Ending.UNRECOGNISED),
    ],
    ids=["sentinel-lost", "finish-reason-lost"],
)
def test_without_the_last_blank_line(spoilt: Spoilt, entry: object, chunks: list[bytes], ending: Ending) -> None:
    """The standard drops the last event and some clients read it, so a finish reason in it decides nothing."""
    line = spoilt(entry)
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.fin()
    assert client.receive_all() == (SSE_HEAD + b"".join(map(chunk, chunks)) + LAST_CHUNK, "fin")
    seen = line.exchange()
    assert seen.ending is ending
    assert "last event without a blank line" in noted(seen)
    assert "fault: drop_last_blank_line" in noted(seen)


@pytest.mark.parametrize(
    "entry",
    [
        {"line_ends": "cr"}, {"data_space": "drop"}, {"bom": True}, {"comments": "before"}, {"drop_done": True},
        {"drop_last_blank_line": True}, {"cut": {"after_events": 1}}, {"stall": {"mid_event": 1}}, {"delay": {"event_s": 1}},
        {"slice": {"events": 1}},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("kind", ["gzip", "json"])
def test_a_body_in_which_no_events_can_be_found(spoilt: Spoilt, entry: object, kind: str) -> None:
    """Compressed bodies and those that are no event stream pass unchanged under faults of events, and the note says so."""
    head = PLAIN + b"Content-Encoding: gzip\r\n" if kind == "gzip" else b"HTTP/1.1 200 \r\nContent-Type: application/json\r\n"
    body = gzip.compress(BODY) if kind == "gzip" else b'{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'
    raw = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    line = spoilt(entry)
    client, gateway, _ = line.ask()
    gateway.send(raw)
    assert client.receive(len(raw)) == raw
    (note,) = noted(line.exchange())
    assert note.startswith("fault: ")
    assert note.endswith(("not an uncompressed event stream", "never came to it"))


def segments(client: Side) -> list[bytes]:
    """Return what single reads give until the end."""
    found = []
    while data := client.socket.recv(1 << 16):
        found.append(data)
    return found


@pytest.mark.parametrize(("entry", "longest"), [({"slice": {"bytes": 1, "pause_s": 0.001}}, 1), ({"slice": {"bytes": 7}}, 7)])
def test_bytes_by_the_segment(spoilt: Spoilt, entry: object, longest: int) -> None:
    """However the gateway wrote it, the response goes out in segments of so many bytes, and is still the same response."""
    line = spoilt(entry)
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.fin()
    assert b"".join(segments(client)) == WHOLE
    seen = line.exchange()
    assert seen.ending is Ending.DONE
    assert {piece.size_bytes for piece in seen.pieces[:-1]} == {longest}
    assert len(seen.pieces) == -(-len(WHOLE) // longest)


def test_events_by_the_segment(spoilt: Spoilt) -> None:
    """Events that came one by one go out two by two; what is left over goes out at the end."""
    line = spoilt({"slice": {"events": 2}})
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD)
    assert client.receive(len(SSE_HEAD)) == SSE_HEAD
    gateway.send(chunk(HI))
    client.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.socket.recv(1)
    client.socket.settimeout(20)
    gateway.send(chunk(STOP), chunk(DONE) + LAST_CHUNK)
    assert client.receive(len(WHOLE) - len(SSE_HEAD)) == WHOLE[len(SSE_HEAD) :]
    sizes = [piece.size_bytes for piece in line.exchange().pieces]
    assert sizes == [len(SSE_HEAD), len(chunk(HI) + chunk(STOP)), len(chunk(DONE) + LAST_CHUNK)]


def test_many_events_in_one_piece_are_taken_apart(spoilt: Spoilt) -> None:
    """Events that came in one piece go out one by one."""
    line = spoilt({"slice": {"events": 1}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    assert [piece.size_bytes for piece in line.exchange().pieces] == [
        len(SSE_HEAD), len(chunk(HI)), len(chunk(STOP)), len(chunk(DONE) + LAST_CHUNK)
    ]  # fmt: skip


def test_delays(spoilt: Spoilt) -> None:
    """The head waits its time, then each event its own, and the size of a chunk comes with its event."""
    line = spoilt({"delay": {"head_s": 0.2, "event_s": 0.1}})
    client, gateway, _ = line.ask()
    begun_s = line.timer()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    seen = line.exchange()
    times = [begun_s + 0.1, *(piece.at_s for piece in seen.pieces)]
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(times))
    assert [piece.size_bytes for piece in seen.pieces] == [
        len(SSE_HEAD), len(chunk(HI)), len(chunk(STOP)), len(chunk(DONE) + LAST_CHUNK)
    ]  # fmt: skip
    assert noted(seen) == ("fault: delay 0.2 s before the head and 0.1 s before each event",)


def test_a_narrow_line(spoilt: Spoilt) -> None:
    """No more than so many bytes go out in any second, and they are the same bytes."""
    line = spoilt({"throttle": {"bytes_per_s": 500}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    seen = line.exchange()
    assert max(piece.size_bytes for piece in seen.pieces) == 25
    assert seen.pieces[-1].at_s - seen.pieces[0].at_s >= (len(WHOLE) - 50) / 500
    assert noted(seen) == ("fault: throttle to 500 bytes per second",)


def test_kept_open_after_the_sentinel(spoilt: Spoilt) -> None:
    """The last chunk is swallowed and the gateway's FIN too; a client that leaves after the sentinel has had it all."""
    line = spoilt({"keep_open": True})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.fin()
    expected = WHOLE.removesuffix(LAST_CHUNK)
    assert client.receive(len(expected)) == expected
    client.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.socket.recv(1)
    client.close()
    seen = line.exchange()
    assert seen.ending is Ending.DONE
    assert noted(seen) == ("client closed after the sentinel, before the end of the response", "fault: keep_open")


def test_a_body_with_a_length_cannot_be_kept_open(spoilt: Spoilt) -> None:
    """Such a body is whole with its last byte; the note says that nothing was done, and the connection can be used again."""
    line = spoilt({"keep_open": True})
    client, gateway, sent = line.ask()
    raw = PLAIN + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    for _ in range(2):
        gateway.send(raw)
        assert client.receive(len(raw)) == raw
        client.send(sent)
        gateway.receive_request()
    first, second, _ = line.exchanges()
    assert (first.ending, second.ending, noted(second)) == (Ending.DONE, Ending.DONE, ())
    assert "not done" in noted(first)[0]


def test_closed_early(spoilt: Spoilt) -> None:
    """The gateway has had the request, and the client gets a FIN instead of a status line."""
    line = spoilt({"close_early": True})
    client, gateway, sent = line.ask()
    assert sent.startswith(b"POST /v1/chat/completions")
    gateway.send(WHOLE)
    assert client.receive_all() == (b"", "fin")
    seen = line.exchange()
    assert (seen.ending, noted(seen)) == (Ending.NO_RESPONSE, ("fault: close_early",))


def test_refused_connections(spoilt: Spoilt) -> None:
    """Connections are reset as long as refusals are next; what follows is served, and its exchange tells of them."""
    line = spoilt({"refuse": True}, {"refuse": True}, {"cut": {"after_events": 1}})
    for _ in range(2):
        with pytest.raises(ConnectionResetError):  # while connecting, or at the first read
            line.client().socket.recv(1)
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive_all() == (SSE_HEAD + chunk(HI), "fin")
    seen = line.exchange()
    assert (seen.number, seen.connection, seen.ending) == (1, 3, Ending.TRUNCATED)
    assert noted(seen) == (
        "fault: refuse: connection 1 was reset before it was read",
        "fault: refuse: connection 2 was reset before it was read",
        "fault: cut after 1 event",
    )


def test_a_refusal_on_a_connection_that_is_open_already(spoilt: Spoilt) -> None:
    """A request that meets a refusal on an open connection is not passed on: the connection is reset."""
    line = spoilt("none", {"refuse": True})
    client, gateway, sent = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    client.send(sent)
    assert client.receive_all() == (b"", "rst")
    assert gateway.receive_all()[0] == b""
    first, second = line.exchanges()
    assert (first.ending, second.ending, noted(second)) == (Ending.DONE, Ending.NO_RESPONSE, ("fault: refuse",))


def test_several_faults_on_one_response(spoilt: Spoilt) -> None:
    """Spelling comes first, then the place, counted in what the client gets, then the segments."""
    line = spoilt({"slice": {"bytes": 5}, "cut": {"after_events": 1}, "line_ends": "crlf"})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    expected = SSE_HEAD + chunk(HI.replace(b"\n", b"\r\n"))
    assert client.receive_all() == (expected, "fin")
    seen = line.exchange()
    assert seen.ending is Ending.TRUNCATED
    assert {piece.size_bytes for piece in seen.pieces[:-1]} == {5}
    assert set(noted(seen)) == {"fault: slice into segments of 5 bytes", "fault: cut after 1 event", "fault: line_ends crlf"}


def test_the_gateway_is_not_read_while_a_fault_holds_back(spoilt: Spoilt) -> None:
    """What a stall keeps from the client stays with the gateway: memory does not grow with it."""
    line = spoilt({"stall": {"after_bytes": 0}})
    client, gateway, _ = line.ask()
    gateway.send(PLAIN + b"\r\n")
    assert client.receive(len(PLAIN) + 2) == PLAIN + b"\r\n"
    assert gateway.send_until_blocked(delta("x" * 60_000)) < 64 * 1024 * 1024
    client.rst()
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        gateway.send(*[b"x" * 60_000] * 2000)


def test_the_gateways_own_end_comes_after_what_a_fault_delays(spoilt: Spoilt) -> None:
    """A cut by the gateway itself is passed on when everything before it has been, and named as ever."""
    line = spoilt({"delay": {"event_s": 0.05}})
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD + chunk(HI) + chunk(HI))
    gateway.close()
    assert client.receive_all() == (SSE_HEAD + chunk(HI) + chunk(HI), "fin")
    assert line.exchange().ending is Ending.TRUNCATED


def test_closing_the_tap_does_not_wait_for_a_fault(spoilt: Spoilt) -> None:
    """A fault that has an hour to wait does not keep the tap from closing, and the exchange says what it did."""
    line = spoilt({"stall": {"after_events": 1, "for_s": 3600}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(SSE_HEAD + chunk(HI))) == SSE_HEAD + chunk(HI)
    begun_s = line.timer()
    seen = line.exchange()
    assert line.timer() - begun_s < 5
    assert seen.ending is Ending.CLIENT_CLOSED
    assert "fault: stall after 1 event, for 3600 s" in noted(seen)
    assert client.receive_all()[0] == b""


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (
            {"cut": {"after_events": 1}},
            "the fault 'cut after 1 event' closed the connection in the middle of the response: the last chunk never came",
        ),
        (
            {"reset": {"after_bytes": 9}},
            "the fault 'reset after 9 bytes of the body' reset the connection after 9 bytes of the body",
        ),
        ({"cut": {"before_head": True}}, "the fault 'cut before the head' closed the connection before the gateway answered"),
        ({"close_early": True}, "the fault 'close_early' closed the connection before the gateway answered"),
    ],
)
def test_who_closed_the_connection(spoilt: Spoilt, entry: object, error: str) -> None:
    """Where a fault has closed the connection, the record does not say that the gateway did."""
    line = spoilt(entry)
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    client.receive_all()
    assert line.exchange().error == error


def test_refused_connections_without_a_request_after_them(spoilt: Spoilt) -> None:
    """Where nothing but refusals took place, there is no exchange, and the tap's own notes tell of them."""
    line = spoilt({"refuse": True}, {"refuse": True})
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            line.client().socket.recv(1)
    assert line.exchanges() == ()
    assert line.tap.notes() == (
        "fault: refuse: connection 1 was reset before it was read",
        "fault: refuse: connection 2 was reset before it was read",
    )
