"""A tap that asks before it passes requests on."""

import json

from dvara_examples.records.budget import Budget, UsageMeter
from dvara_examples.records.model import Ending
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, chunk, delta, open_line, request

ANSWER = b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}"


def test_a_refused_request_never_reaches_the_gateway() -> None:
    """Beyond the bound the client gets no answer, the gateway hears nothing, and the exchange says why."""
    with open_line(gate=UsageMeter(Budget(requests=1))) as line:
        client, gateway, _ = line.ask()
        gateway.send(ANSWER)
        assert client.receive(len(ANSWER)) == ANSWER
        second = line.client()
        second.send(request())
        assert second.receive_all() == (b"", "fin")
        assert not line.gateway_is_called()
        first, refused = line.exchanges()
    assert first.response is not None
    assert (refused.ending, refused.error) == (Ending.NO_RESPONSE, "the bound of 1 request is reached")


def test_a_refused_request_on_a_connection_that_is_open_already() -> None:
    """The bound holds for requests, not for connections: on a connection that is kept alive, too, nothing more goes out."""
    with open_line(gate=UsageMeter(Budget(requests=1))) as line:
        client, gateway, _ = line.ask()
        gateway.send(ANSWER)
        client.receive(len(ANSWER))
        client.send(request())
        assert client.receive_all() == (b"", "fin")
        client.close()
        assert gateway.receive_all()[0] == b""
        assert [one.response is None for one in line.exchanges()] == [False, True]


def test_the_usage_of_a_stream_counts() -> None:
    """The chunk with ``usage`` at a stream's end is what the bound on tokens goes by."""
    usage = b"data: " + json.dumps({"choices": [], "usage": {"total_tokens": 70}}).encode() + b"\n\n"
    meter = UsageMeter(Budget(tokens=70))
    with open_line(gate=meter) as line:
        client, gateway, _ = line.ask()
        body = b"".join(map(chunk, (delta("Hi", "stop"), usage, DONE)))
        gateway.send(SSE_HEAD + body + LAST_CHUNK)
        client.receive(len(SSE_HEAD + body + LAST_CHUNK))
        line.exchanges()
    assert meter.spent == "the bound of 70 tokens is reached"


def test_the_usage_of_a_whole_answer_counts() -> None:
    """Where no total is given, prompt and completion are added up."""
    document = {"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 12}}
    body = json.dumps(document).encode()
    answer = b"HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    meter = UsageMeter(Budget(tokens=42))
    with open_line(gate=meter) as line:
        client, gateway, _ = line.ask()
        gateway.send(answer)
        client.receive(len(answer))
        line.exchanges()
    assert meter.spent == "the bound of 42 tokens is reached"


def test_a_bound_on_tokens_below_what_was_used_is_not_reached_by_less() -> None:
    """One token less than the bound leaves the next request in."""
    body = b'{"usage": {"total_tokens": 41}}'
    answer = b"HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    meter = UsageMeter(Budget(tokens=42))
    with open_line(gate=meter) as line:
        client, gateway, _ = line.ask()
        gateway.send(answer)
        client.receive(len(answer))
        line.exchanges()
    assert meter.allow() is None
