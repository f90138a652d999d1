"""Requests that are not streamed: the same answers in one JSON document, or the error that takes their place."""

from collections.abc import Callable

import pytest

from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import Reply, Wire, chat_body, request


@pytest.fixture
def ask(embedded: EmbeddedServer, add_key: Callable[..., str]) -> Callable[[object], Reply]:
    """Return a function that asks once, without streaming."""

    def ask(answer: object) -> Reply:
        with Wire(embedded.base_url) as wire:
            return wire.exchange(request(add_key(answer), chat_body(stream=False)))[-1]

    return ask


def test_a_text_keeps_its_whitespace(ask: Callable[[object], Reply]) -> None:
    """Only streaming cuts an answer into words; the document holds it as it is, with usage and the cache's header."""
    reply = ask({"text": "Hello\n  world"})
    assert list(reply.json) == ["id", "object", "created", "model", "choices", "usage"]
    message = {"role": "assistant", "content": "Hello\n  world"}
    assert reply.json["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]
    assert [name for name, _ in reply.headers] == ["X-Trace-ID", "X-Cache", "Content-Type", "Transfer-Encoding", "Date"]


def test_tool_calls_are_whole(ask: Callable[[object], Reply]) -> None:
    """A call carries its complete arguments, and there is no content where none was said."""
    reply = ask({"tool_calls": [{"name": "weather", "arguments": {"city": "Paris"}, "id": "call_1"}]})
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
    message = {"role": "assistant", "tool_calls": [call]}
    assert reply.json["choices"] == [{"index": 0, "message": message, "finish_reason": "tool_calls"}]


def test_a_refusal_is_an_error(ask: Callable[[object], Reply]) -> None:
    """What ends a stream with ``content_filter`` is 400 ``pii_detected`` where nothing is streamed."""
    reply = ask({"content_filter": True})
    assert (reply.status, reply.error["code"]) == ("HTTP/1.1 400 ", "pii_detected")


def test_a_refusal_of_the_model_stands_beside_no_content(ask: Callable[[object], Reply]) -> None:
    """A model that declines gives an answer like any other, whose text has a field of its own."""
    message = {"role": "assistant", "refusal": "I decline"}
    reply = ask({"refusal": "I decline"})
    assert reply.json["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]


@pytest.mark.parametrize("breaks", ["abort_after", "lifetime_after", "error_event_after"])
def test_a_broken_provider_is_an_error(ask: Callable[[object], Reply], breaks: str) -> None:
    """What would cut a stream is 502 ``provider_error``."""
    reply = ask({"text": "a b", breaks: 1})
    assert (reply.status, reply.error["code"]) == ("HTTP/1.1 502 ", "provider_error")
