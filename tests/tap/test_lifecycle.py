"""The life of a tap: its port, its threads, its clock, and what is left when it is closed."""

import socket
import threading
import time

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending, Endpoint
from dvara_examples.tap import CaptureLimits, Tap, server
from dvara_examples.tap.relay import GONE_AFTER_S
from tests.factories import make_transcript
from tests.tap.scripted import LAST_CHUNK, LIMIT_S, REAL_KEY, SSE_HEAD, Line, chunk, delta, open_line, request


def wait_for(condition: object, what: str) -> None:
    """Wait until the callable *condition* holds, a bounded time."""
    assert callable(condition)
    give_up = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.002)


def tap_threads(line: Line) -> list[str]:
    """Return the names of the tap's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(f"tap-{line.port}-")]


def test_the_endpoint_is_ready_before_the_tap_is_entered() -> None:
    """The port is bound when the tap is made, so that a client can never come too early."""
    tap = Tap(Endpoint("http://127.0.0.1:9/v1", REAL_KEY), start_timer(SystemClock()), Redactor())
    port = int(tap.endpoint.base_url.removesuffix("/v1").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as client, tap:
        client.sendall(request())
        assert client.recv(1) == b""
    assert [one.ending for one in tap.exchanges()] == [Ending.NO_RESPONSE]


def test_a_chosen_port() -> None:
    """A tap can be put on a port of one's choice."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with Tap(Endpoint("http://127.0.0.1:9/v1", ""), start_timer(SystemClock()), Redactor(), port=port) as tap:
        assert tap.endpoint.base_url == f"http://127.0.0.1:{port}/v1"


def test_close_ends_every_thread_and_can_be_repeated() -> None:
    """Idle, waiting and streaming connections all end with the tap, and their exchanges are there afterwards."""
    with open_line() as line:
        line.client()
        line.ask()
        client, gateway, _ = line.ask()
        gateway.send(SSE_HEAD + chunk(delta("Hi")))
        client.receive(len(SSE_HEAD + chunk(delta("Hi"))))
        assert len(tap_threads(line)) >= 3
        line.tap.close()
        assert tap_threads(line) == []
        line.tap.close()
        assert [(one.ending, one.text) for one in line.tap.exchanges()] == [
            (Ending.CLIENT_CLOSED, ""),
            (Ending.CLIENT_CLOSED, "Hi"),
        ]


def test_close_without_entering() -> None:
    """A tap that was never entered can be closed."""
    tap = Tap(Endpoint("http://127.0.0.1:9/v1", ""), start_timer(SystemClock()), Redactor())
    tap.close()
    assert tap.exchanges() == ()


def test_close_while_the_client_does_not_read() -> None:
    """A tap can be closed while a connection is blocked both ways."""
    with open_line() as line:
        _, gateway, _ = line.ask(request(None, "/v1/file", method="GET"))
        gateway.send(b"HTTP/1.1 200 OK\r\n\r\n")
        gateway.send_until_blocked(b"x" * 1_000_000)
        line.tap.close()
        assert tap_threads(line) == []


def test_a_finished_exchange_is_there_before_the_tap_is_closed(line: Line) -> None:
    """Who watches a running tap sees each exchange as it ends, and not before."""
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD)
    client.receive(len(SSE_HEAD))
    assert line.tap.exchanges() == ()
    gateway.send(LAST_CHUNK)
    wait_for(line.tap.exchanges, "the exchange never showed up")


def test_a_client_that_left_a_silent_gateway_is_given_up(line: Line) -> None:
    """A FIN from the client and silence from the gateway end the exchange by themselves, after a moment's grace."""
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD)
    client.receive(len(SSE_HEAD))
    client.close()
    wait_for(line.tap.exchanges, "the client's leaving went unnoticed")
    (seen,) = line.tap.exchanges()
    assert seen.ending is Ending.CLIENT_CLOSED
    assert line.timer() - seen.ended_at_s >= GONE_AFTER_S
    wait_for(lambda: len(tap_threads(line)) == 1, "the connection's thread goes on")


def test_a_client_that_keeps_its_side_open_is_let_go(line: Line) -> None:
    """After the gateway's FIN a connection does not wait for its client for ever."""
    client, gateway, _ = line.ask()
    gateway.close()
    assert client.receive_all() == (b"", "fin")
    wait_for(lambda: len(tap_threads(line)) == 1, "the connection's thread goes on")


def test_last_activity(line: Line) -> None:
    """The time of the last byte is zero at first and moves with bytes in either direction."""
    assert line.tap.last_activity_s() == 0.0
    client, gateway, _ = line.ask()
    asked_s = line.tap.last_activity_s()
    assert asked_s > 0.0
    gateway.send(SSE_HEAD)
    client.receive(len(SSE_HEAD))
    wait_for(lambda: line.tap.last_activity_s() > asked_s, "a byte from the gateway is no activity")


def test_times_are_in_order(line: Line) -> None:
    """Request, head, events and end of an exchange are on the run's clock, in this order."""
    before_s = line.timer()
    client, gateway, _ = line.ask()
    for part in (SSE_HEAD, chunk(delta("a")), chunk(delta("b")), LAST_CHUNK):
        gateway.send(part)
        client.receive(len(part))
    seen = line.exchange()
    assert seen.responded_at_s is not None
    times = [
        before_s,
        seen.started_at_s,
        seen.responded_at_s,
        *(event.at_s for event in seen.events),
        seen.ended_at_s,
        line.timer(),
    ]
    assert times == sorted(times)
    assert len(set(times)) == len(times)


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("ftp://x/v1", "http://host:port/v1 or https://host/v1 is accepted"),
        ("localhost:8080/v1", "http://host:port/v1 or https://host/v1 is accepted"),
        ("http://x:port/v1", "cannot be read"),
        ("http:///v1", "is not one"),
    ],
)
def test_an_address_that_is_none(base_url: str, said: str) -> None:
    """An upstream that nothing can connect to is refused when the tap is made, with what is accepted."""
    with pytest.raises(GatewayError, match=said):
        Tap(Endpoint(base_url, ""), start_timer(SystemClock()), Redactor())


def test_a_client_that_never_stops_asking() -> None:
    """Beyond the bound the newest exchange takes the place of the one before, and a note says how many were not kept."""
    answer = b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"
    with open_line(bounds=CaptureLimits(exchanges=3)) as line:
        client, gateway, sent = line.ask()
        gateway.send(answer)
        assert client.receive(len(answer)) == answer
        for _ in range(6):
            client.send(sent)
            gateway.receive_request()
            gateway.send(answer)
            assert client.receive(len(answer)) == answer
        assert [one.number for one in line.exchanges()] == [1, 2, 7]
        assert line.tap.notes() == ("4 of 7 exchanges were not kept; the first 2 and the last one were",)


def test_an_answer_that_is_not_whole_is_kept_beyond_the_bound() -> None:
    """Otherwise hundreds of whole ones around it would make it look as if all of them were; all requests are counted, too."""
    with open_line(bounds=CaptureLimits(exchanges=3)) as line:
        client, gateway, sent = line.ask(request({}, "/v1/a"))
        for number in range(1, 8):
            gateway.send(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % (b"503 Busy" if number == 5 else b"200 OK"))
            client.receive_head()
            if number < 7:
                client.send(sent)
                gateway.receive_request()
        seen = make_transcript(exchanges=line.exchanges())
    assert [each.number for each in seen.exchanges] == [1, 5, 7]
    assert not parse_expectation("ends", "whole").check(seen).ok
    assert [parse_expectation("requests", number).check(seen).ok for number in (3, 7)] == [False, True]


def test_a_client_that_is_stopped(line: Line) -> None:
    """Who says that the client is about to be stopped, and why, reads just that where the client would have hung up."""
    client, _, _ = line.ask()
    line.tap.stopping("the run was stopped at its idle limit")
    client.close()
    seen = line.exchange()
    assert seen.ending is Ending.CLIENT_CLOSED
    assert (seen.error or "").startswith("the run was stopped at its idle limit before the response was complete, after 0.")


JSON_HEAD = b"HTTP/1.1 200 \r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
ASKED_ONCE = {"model": "m", "messages": []}
DOCUMENT = b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_client_that_leaves_between_a_document_and_its_last_chunk_has_its_answer(line: Line, how: str) -> None:
    """The end of a JSON document is in itself: a client that closes on it is not blamed for the chunk that was still due."""
    client, gateway, _ = line.ask(request(ASKED_ONCE))
    gateway.send(JSON_HEAD + chunk(DOCUMENT))
    client.receive(len(JSON_HEAD + chunk(DOCUMENT)))
    if how == "rst":
        client.rst()
    else:
        client.close()
    wait_for(line.tap.exchanges, "the client's leaving went unnoticed")
    (seen,) = line.tap.exchanges()
    assert (seen.ending, seen.text, seen.error) == (Ending.ANSWERED, "Hi", None)
    assert seen.notes == ("client closed after the answer, before the end of the response",)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (DOCUMENT[:-1], Ending.CLIENT_CLOSED),
        (b"", Ending.CLIENT_CLOSED),
        (b"7", Ending.CLIENT_CLOSED),
        (b'{"error": {"message": "no"}}', Ending.CLIENT_CLOSED),
        (b'{"choices": [{"message": {"content": "Hi"}}]}\n', Ending.CLIENT_CLOSED),
        (DOCUMENT.replace(b"stop", b"abort"), Ending.UNRECOGNISED),
    ],
)
def test_a_client_that_leaves_before_the_end_of_a_document_has_no_answer(line: Line, body: bytes, ending: Ending) -> None:
    """One byte less than the document, no finish reason or an unknown one, and an error are no whole answer."""
    client, gateway, _ = line.ask(request(ASKED_ONCE))
    sent = JSON_HEAD + (chunk(body) if body else b"")
    gateway.send(sent)
    client.receive(len(sent))
    client.close()
    wait_for(line.tap.exchanges, "the client's leaving went unnoticed")
    assert [one.ending for one in line.tap.exchanges()] == [ending]


def test_a_thread_that_comes_late_to_the_end_ends_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a tap may be closed before its thread was awake once; the thread then ends without an error."""
    failures: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    monkeypatch.setattr(server, "_JOIN_LIMIT_S", 0.0)
    taps = [Tap(Endpoint("http://127.0.0.1:9/v1", ""), start_timer(SystemClock()), Redactor()) for _ in range(50)]
    for tap in taps:
        with tap:
            pass
    for tap in taps:
        tap._acceptor.join(LIMIT_S)
        assert not tap._acceptor.is_alive()
        assert tap._wiring.stopping.fileno() == -1
    assert failures == []
