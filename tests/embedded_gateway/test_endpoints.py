"""The endpoints next to chat: how each words the same answers, and how it reports what goes wrong."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import Reply, Wire, request

RESPONSES, MESSAGES, COMPLETIONS, EMBEDDINGS = "/v1/responses", "/v1/messages", "/v1/completions", "/v1/embeddings"
USUAL: Mapping[str, dict[str, object]] = {
    RESPONSES: {"model": "gpt-4o", "input": "Hi"},
    MESSAGES: {"model": "claude-sonnet-4-5", "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"}]},
    f"{MESSAGES}/count_tokens": {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "a" * 40}]},
    COMPLETIONS: {"model": "gpt-4o", "prompt": "Hi"},
    EMBEDDINGS: {"model": "gpt-4o", "input": "Hi", "encoding_format": "float"},
}
TALKED = {"text": "Hello wide world", "piece_delay_s": 0}

Post = Callable[..., Reply]


@pytest.fixture
def post(embedded: EmbeddedServer, add_key: Callable[..., str]) -> Post:
    """Return a function that posts the usual request of an endpoint, with changes, and returns the response."""

    def post(path: str, *answers: object, headers: Mapping[str, str | None] | None = None, **more: object) -> Reply:
        body = {**USUAL[path], **more}
        sent: dict[str, str | None] = {"anthropic_version": "2023-06-01"} if path.startswith(MESSAGES) else {}
        sent |= headers or {}
        with Wire(embedded.base_url) as wire:
            data = json.dumps({name: value for name, value in body.items() if value is not ...}).encode()
            (reply,) = wire.exchange(request(add_key(*answers), data, path=path, version="1.1", method="POST", **sent))
        return reply

    return post


def events(reply: Reply) -> list[tuple[str, Any]]:
    """Return names and data of the events of a stream."""
    found = []
    for text in reply.body.decode().removesuffix("\n\n").split("\n\n"):
        name, _, data = text.partition("\n")
        assert name.startswith("event:")
        assert data.startswith("data:{")
        found.append((name.removeprefix("event:"), json.loads(data.removeprefix("data:"))))
    return found


def names(reply: Reply) -> list[str]:
    """Return the names of the events, each run of equal ones once."""
    found = [name for name, _ in events(reply)]
    return [name for at, name in enumerate(found) if at == 0 or found[at - 1] != name]


OPENING = ["response.created", "response.in_progress"]
ANSWERED = [
    *OPENING,
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def test_a_response_is_told_in_the_gateways_order_of_events(post: Post) -> None:
    """Names repeat in ``type``, numbers count from 0, and the last event has the whole text."""
    reply = post(RESPONSES, TALKED, stream=True)
    assert names(reply) == ANSWERED
    assert [data["type"] for _, data in events(reply)] == [name for name, _ in events(reply)]
    assert [data["sequence_number"] for _, data in events(reply)] == list(range(11))
    assert "".join(data["delta"] for name, data in events(reply) if name.endswith("text.delta")) == "Hello wide world"
    last = events(reply)[-1][1]["response"]
    assert list(last) == ["id", "object", "created_at", "status", "model", "output"]
    assert last["output"][0]["content"][0]["text"] == "Hello wide world"
    assert b"[DONE]" not in reply.body
    assert reply.whole


@pytest.mark.parametrize("answer", [{**TALKED, "finish_reason": "length"}, {"content_filter": True}], ids=["length", "withheld"])
def test_a_response_hides_why_it_ended(post: Post, answer: object) -> None:
    """An answer cut off by length and one that governance withheld end with ``response.completed``, and no reason anywhere."""
    reply = post(RESPONSES, answer, stream=True)
    assert names(reply)[-1] == "response.completed"
    assert b"incomplete" not in reply.body
    assert b"reason" not in reply.body


def test_a_withheld_response_has_an_empty_text(post: Post) -> None:
    """The empty ``output_text.done`` is the only hint at a refusal."""
    reply = post(RESPONSES, {"content_filter": True}, stream=True)
    assert "response.output_text.delta" not in names(reply)
    assert next(data["text"] for name, data in events(reply) if name == "response.output_text.done") == ""


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ({"error": {"status": 502}}, "provider_error", False),
        ({"error": {"code": "provider_circuit_open"}}, "provider_error", False),
        ({**TALKED, "abort_after": 2}, "provider_error", True),
        ({**TALKED, "error_event_after": 2}, "budget_cap_hard", True),
    ],
    ids=["refused", "unavailable", "breaks", "stopped"],
)
def test_a_response_fails_inside_its_stream(post: Post, answer: object, code: str, text: bool) -> None:
    """A provider that cannot be opened comes after status 200, and every failure ends properly with ``response.failed``."""
    reply = post(RESPONSES, answer, stream=True)
    assert reply.status == "HTTP/1.1 200 "
    assert names(reply)[:2] == OPENING
    assert ("response.output_text.delta" in names(reply)) is text
    name, data = events(reply)[-1]
    assert (name, data["response"]["status"], data["response"]["error"]["code"]) == ("response.failed", "failed", code)
    assert reply.whole


@pytest.mark.parametrize("code", ["rate_limit_exceeded", "guardrail_blocked", "pii_detected"])
def test_filters_and_request_governance_refuse_a_response_with_a_status(post: Post, code: str) -> None:
    """What is decided before the stream is a status with OpenAI's envelope."""
    reply = post(RESPONSES, {"error": {"code": code}}, stream=True)
    assert reply.status != "HTTP/1.1 200 "
    assert reply.error["code"] == code


@pytest.mark.parametrize("path", [RESPONSES, MESSAGES])
def test_a_stream_whose_lifetime_is_over_has_no_last_word(post: Post, path: str) -> None:
    """The response ends properly, and no event says that the answer is whole."""
    reply = post(path, {**TALKED, "lifetime_after": 2}, stream=True)
    assert reply.whole
    assert events(reply)[-1][1]["type"] in ("response.output_text.delta", "content_block_delta")


@pytest.mark.parametrize("path", [RESPONSES, MESSAGES])
def test_a_silent_provider_ends_with_the_streams_lifetime(start: Callable[..., EmbeddedServer], path: str) -> None:
    """A response has begun and ends without its last word; a message has not, and is an error."""
    server = start(lifetime_s=0.3)
    body = json.dumps({**USUAL[path], "stream": True}).encode()
    key = server.add_key([parse_answer({"hang": True})])
    with Wire(server.base_url) as wire:
        (reply,) = wire.exchange(request(key, body, path=path, anthropic_version="2023-06-01"))
    if path == RESPONSES:
        assert names(reply) == OPENING
    else:
        assert reply.error["type"] == "api_error"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"store": True}, "unsupported_capability"),
        ({"background": True}, "unsupported_capability"),
        ({"previous_response_id": "resp_1"}, "unsupported_capability"),
        ({"reasoning": {"effort": "low"}}, "unsupported_capability"),
        ({"tools": [{"type": "web_search"}]}, "unsupported_capability"),
        ({"include": ["x"]}, "unsupported_capability"),
        ({"input": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "unsupported_capability"),
        ({"input": [{"role": "user", "content": [{"type": "riddle"}]}]}, "invalid_request"),
        ({"input": ...}, "invalid_request"),
        ({"model": "unheard-of"}, "no_provider"),
    ],
    ids=str,
)
def test_a_response_is_refused_what_the_gateway_cannot_do(post: Post, more: dict[str, object], code: str) -> None:
    """The refusal is a 400 in OpenAI's envelope."""
    reply = post(RESPONSES, TALKED, **more)
    assert (reply.status, reply.error["code"]) == ("HTTP/1.1 400 ", code)


def test_a_whole_response_is_one_document(post: Post) -> None:
    """Its status is ``completed`` even for an answer that was cut off by length."""
    reply = post(RESPONSES, {**TALKED, "finish_reason": "length"})
    assert list(reply.json) == ["id", "object", "created_at", "model", "status", "output", "usage"]
    assert reply.json["status"] == "completed"
    assert reply.header("X-Cache") == "MISS"


def test_a_message_is_told_block_by_block(post: Post) -> None:
    """Start, ping, one block of text, the reason, the stop; nulls are written, usage comes at the end."""
    reply = post(MESSAGES, TALKED, stream=True)
    assert names(reply) == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events(reply)[0][1]["message"]["stop_reason"] is None
    assert events(reply)[0][1]["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert events(reply)[-2][1]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert events(reply)[-2][1]["usage"] == {"input_tokens": 1, "output_tokens": 4}


def test_a_tool_call_is_a_block_of_its_own(post: Post) -> None:
    """The text's block is closed first, and the pieces of the arguments join to JSON."""
    call = {"name": "weather", "arguments": {"city": "Lima"}}
    reply = post(MESSAGES, {"text": "Look:", "tool_calls": [call, call], "piece_delay_s": 0}, stream=True)
    said = [data for _, data in events(reply)]
    starts = [data["content_block"]["type"] for data in said if data["type"] == "content_block_start"]
    assert starts == ["text", "tool_use", "tool_use"]
    assert [data["index"] for data in said if data["type"] == "content_block_stop"] == [0, 1, 2]
    deltas = [data for data in said if data["type"] == "content_block_delta" and data["index"] == 2]
    assert json.loads("".join(data["delta"]["partial_json"] for data in deltas)) == {"city": "Lima"}
    assert said[-2]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("answer", "reason"), [({**TALKED, "finish_reason": "length"}, "max_tokens"), ({"content_filter": True}, "refusal")]
)
def test_a_message_says_why_it_ended(post: Post, answer: object, reason: str) -> None:
    """Unlike a response: length is ``max_tokens``, and a withheld answer is a ``refusal`` without a block."""
    reply = post(MESSAGES, answer, stream=True)
    assert events(reply)[-2][1]["delta"]["stop_reason"] == reason
    assert ("content_block_start" in names(reply)) is (reason == "max_tokens")


@pytest.mark.parametrize(("where", "code"), [("abort_after", "provider_error"), ("error_event_after", "budget_cap_hard")])
def test_a_message_fails_with_an_error_event(post: Post, where: str, code: str) -> None:
    """The response ends properly, without ``message_stop``."""
    reply = post(MESSAGES, {**TALKED, where: 2}, stream=True)
    name, data = events(reply)[-1]
    assert (name, data["type"], data["error"]["type"], data["error"]["code"]) == ("error", "error", "api_error", code)
    assert reply.whole


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("rate_limit_exceeded", 429, "rate_limit_error"),
        ("provider_error", 502, "api_error"),
        ("provider_circuit_open", 503, "overloaded_error"),
        ("budget_cap_hard", 402, "permission_error"),
        ("invalid_api_key", 401, "authentication_error"),
    ],
)
def test_a_message_is_refused_in_anthropics_envelope(post: Post, code: str, status: int, kind: str) -> None:
    """Opening failures are statuses here, and filters use this envelope too."""
    reply = post(MESSAGES, {"error": {"code": code}}, stream=True)
    assert reply.status == f"HTTP/1.1 {status} "
    assert list(reply.json) == ["type", "error", "request_id"]
    assert reply.json["request_id"] == reply.header("X-Trace-ID")
    assert reply.error["type"] == kind
    assert reply.error["code"] == code


@pytest.mark.parametrize(
    ("headers", "more", "code"),
    [
        ({"anthropic_version": None}, {}, "unsupported_api_version"),
        ({"anthropic_version": "2023-01-01"}, {}, "unsupported_api_version"),
        ({}, {"max_tokens": ...}, "validation_error"),
        ({}, {"messages": []}, "validation_error"),
        ({}, {"mcp_servers": [{"name": "x"}]}, "unsupported_capability"),
        ({}, {"container": "x"}, "unsupported_capability"),
        ({}, {"metadata": {"user_id": "a", "team": "b"}}, "unsupported_capability"),
        ({}, {"tools": [{"type": "bash_20250124", "name": "bash"}]}, "unsupported_capability"),
        ({}, {"tools": [{"name": "weather"}]}, "invalid_request"),
        ({}, {"model": "gpt-4o", "thinking": {"type": "enabled"}}, "unsupported_capability"),
    ],
    ids=str,
)
def test_a_message_is_refused_what_the_gateway_cannot_do(
    post: Post, headers: dict[str, str | None], more: dict[str, object], code: str
) -> None:
    """The refusal is a 400 in Anthropic's envelope."""
    reply = post(MESSAGES, TALKED, headers=headers, **more)
    assert (reply.status, reply.error["code"], reply.json["type"]) == ("HTTP/1.1 400 ", code, "error")


def test_a_whole_message_has_its_text_and_its_calls(post: Post) -> None:
    """Blocks in order, and the arguments of a call as an object."""
    reply = post(MESSAGES, {"text": "Look:", "tool_calls": [{"name": "weather", "arguments": {"city": "Lima"}}]})
    content = reply.json["content"]
    assert isinstance(content, list)
    assert [block["type"] for block in content] == ["text", "tool_use"]
    assert content[1]["input"] == {"city": "Lima"}
    assert reply.json["stop_reason"] == "tool_use"


def test_tokens_are_counted_without_an_answer(post: Post) -> None:
    """Counting needs no ``max_tokens`` and uses up no scripted answer."""
    assert post(f"{MESSAGES}/count_tokens", {"error": {"status": 502}}).json == {"input_tokens": 10}


def test_the_default_answers_call_a_message_s_tool(embedded: EmbeddedServer) -> None:
    """Tools in Anthropic's shape are understood, and a tool's result is answered with words."""
    tool = {"name": "weather", "input_schema": {"type": "object", "properties": {}}}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "sunny"}]}
    for messages, reason in (([{"role": "user", "content": "Hi"}], "tool_use"), ([result], "end_turn")):
        body = json.dumps({**USUAL[MESSAGES], "tools": [tool], "messages": messages}).encode()
        with Wire(embedded.base_url) as wire:
            (reply,) = wire.exchange(request(embedded.default_key, body, path=MESSAGES, anthropic_version="2023-06-01"))
        assert reply.json["stop_reason"] == reason


def test_a_completion_has_its_text_in_the_choice(post: Post) -> None:
    """The document is a ``text_completion``."""
    reply = post(COMPLETIONS, TALKED)
    assert list(reply.json) == ["id", "object", "created", "model", "choices", "usage"]
    assert reply.json["choices"] == [{"text": "Hello wide world", "index": 0, "finish_reason": "stop"}]


@pytest.mark.parametrize("more", [{"stream": True}, {"prompt": ["a"]}, {"n": 2}, {"best_of": 2}, {"logprobs": 1}], ids=str)
def test_a_completion_is_refused_what_the_gateway_cannot_do(post: Post, more: dict[str, object]) -> None:
    """The older endpoint has one prompt, one answer and no stream."""
    assert post(COMPLETIONS, TALKED, **more).error["code"] == "unsupported_capability"


def test_embeddings_depend_on_the_text_alone(post: Post) -> None:
    """The same text has the same vector of length 1, in arrays of numbers."""
    reply = post(EMBEDDINGS, "unused", input=["a", "b", "a"])
    data = reply.json["data"]
    assert isinstance(data, list)
    assert [one["index"] for one in data] == [0, 1, 2]
    vectors = [one["embedding"] for one in data]
    assert vectors[0] == vectors[2] != vectors[1]
    assert sum(number**2 for number in vectors[0]) == pytest.approx(1, abs=1e-4)


def test_embeddings_come_as_floats_alone(post: Post) -> None:
    """``base64``, which OpenAI's clients ask for by default, is refused."""
    assert post(EMBEDDINGS, "unused", encoding_format="base64").error["code"] == "unsupported_capability"
    assert post(EMBEDDINGS, "unused", encoding_format=...).status == "HTTP/1.1 200 "


def test_embeddings_are_refused_like_any_request(post: Post) -> None:
    """A scripted error answers an embeddings request too."""
    assert post(EMBEDDINGS, {"error": {"status": 429}}).status == "HTTP/1.1 429 "
