"""What a tap tells while an exchange goes on."""

import socket
from queue import SimpleQueue

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.faults import parse_faults
from dvara_examples.records.model import Ending, Endpoint
from dvara_examples.tap import CaptureLimits, Tap, TapEvent
from dvara_examples.tap.progress import TOLD_CHARS, EventPassed, ExchangeEnded, Remarked, RequestArrived, ResponseBegan
from tests.tap.scripted import DONE, LAST_CHUNK, LIMIT_S, REAL_KEY, SSE_HEAD, chunk, delta, open_line, request

OWN_KEY = "sk-the-clients-own-0123456789"


def test_each_step_is_told_when_it_happens() -> None:
    """Request, head, event and end are told one by one, with the times that the record has, and before the next one comes."""
    told: SimpleQueue[TapEvent] = SimpleQueue()
    with open_line(on_event=told.put) as line:
        client, gateway, _ = line.ask()
        arrived = told.get(timeout=LIMIT_S)
        gateway.send(SSE_HEAD)
        began = told.get(timeout=LIMIT_S)
        gateway.send(chunk(delta("Hi")))
        passed = told.get(timeout=LIMIT_S)
        gateway.send(chunk(delta(finish="stop") + DONE) + LAST_CHUNK)
        finish, sentinel, end = (told.get(timeout=LIMIT_S) for _ in range(3))
        client.close()
        seen = line.exchange()
    assert arrived == RequestArrived(1, seen.started_at_s, "POST", "/v1/chat/completions")
    assert began == ResponseBegan(1, seen.responded_at_s or 0.0, 200, "", "text/event-stream")
    assert [passed, finish, sentinel] == [EventPassed(1, event) for event in seen.events]
    assert end == ExchangeEnded(1, seen.ended_at_s, Ending.DONE, (), 3, "stop", "Hi", True)
    assert told.empty()


def test_what_is_not_kept_is_still_told() -> None:
    """A tap that keeps nothing tells all the same, also of events beyond what would be kept."""
    told: SimpleQueue[TapEvent] = SimpleQueue()
    with open_line(on_event=told.put, keep=False, bounds=CaptureLimits(events=1)) as line:
        _, gateway, _ = line.ask()
        gateway.send(SSE_HEAD + chunk(delta("a") + delta("b") + delta("c")) + LAST_CHUNK)
        steps = [told.get(timeout=LIMIT_S) for _ in range(6)]
        assert [step.event.text for step in steps if isinstance(step, EventPassed)] == ["a", "b", "c"]
        assert isinstance(steps[-1], ExchangeEnded)
        assert line.exchanges() == ()


def test_no_secret_is_told() -> None:
    """Neither the real key nor what the client brought itself is in what is told, wherever the gateway repeats it."""
    told: SimpleQueue[TapEvent] = SimpleQueue()
    with open_line(on_event=told.put) as line:
        sent = request(path=f"/v1/chat/completions?key={OWN_KEY}%21", headers={"Authorization": f"Bearer {OWN_KEY}"})
        client, gateway, got = line.ask(sent)
        assert got.count(OWN_KEY.encode()) == 2
        said = f"you sent {OWN_KEY}, I know {REAL_KEY}"
        padding = "x" * (TOLD_CHARS - 20)
        head = SSE_HEAD.replace(b"200 ", f"200 {OWN_KEY}".encode())
        gateway.send(head + chunk(delta(said) + delta(padding + OWN_KEY)) + LAST_CHUNK)
        assert OWN_KEY.encode() in client.receive(len(head))
        steps = [told.get(timeout=LIMIT_S) for _ in range(5)]
        seen = line.exchange()
    assert "you sent ***" in repr(steps)
    for secret in (OWN_KEY, REAL_KEY, OWN_KEY[:12]):
        assert secret not in repr(steps)
        assert secret not in repr(seen)


@pytest.mark.parametrize(
    "header", ["Authorization: Bearer", "x-api-key:", "api-key:", "Cookie: a=b; s=", "Proxy-Authorization: Basic"]
)
def test_a_key_of_the_clients_own_is_masked_in_the_answer(header: str) -> None:
    """A gateway's error that quotes the client's key is stored without it, whichever header the key came in."""
    name, _, scheme = header.partition(":")
    with open_line(key="") as line:
        separator = "" if scheme.endswith("=") else " "
        client, gateway, got = line.ask(request(headers={name: f"{scheme}{separator}{OWN_KEY}".strip()}))
        assert OWN_KEY.encode() in got
        body = b'{"error": {"message": "incorrect key %s"}}' % OWN_KEY.encode()
        gateway.send(b"HTTP/1.1 401 \r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        client.receive_head()
        assert client.receive(len(body)) == body
        seen = line.exchange()
    assert seen.error == f"status 401: incorrect key {'*' * len(OWN_KEY)}"
    assert OWN_KEY not in repr(seen)


def test_a_short_word_in_the_place_of_a_key_is_no_secret() -> None:
    """``EMPTY``, which local gateways are given, does not spoil the text it occurs in."""
    with open_line(key="") as line:
        _, gateway, _ = line.ask(request(headers={"Authorization": "Bearer EMPTY"}))
        gateway.send(SSE_HEAD + chunk(delta("an EMPTY box", "stop") + DONE) + LAST_CHUNK)
        seen = line.exchange()
    assert seen.text == "an EMPTY box"
    assert seen.request.header("authorization") == "Bearer *****"


def test_a_port_that_is_taken() -> None:
    """A port that something else listens on is refused with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(GatewayError, match=rf"port {port} on 127.0.0.1 cannot be used \(address already in use\); stop what"):
            Tap(Endpoint("http://127.0.0.1:9/v1", ""), start_timer(SystemClock()), Redactor(), port=port)


def test_a_refused_connection_is_told() -> None:
    """A connection that a fault resets belongs to no exchange, and is told by itself."""
    told: SimpleQueue[TapEvent] = SimpleQueue()
    with open_line(on_event=told.put, faults=[parse_faults({"refuse": True})]) as line:
        with pytest.raises(ConnectionResetError):
            line.client().socket.recv(1)
        remarked = told.get(timeout=LIMIT_S)
    assert isinstance(remarked, Remarked)
    assert remarked.text == "fault: refuse: connection 1 was reset before it was read"
