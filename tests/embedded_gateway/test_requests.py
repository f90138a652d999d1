"""What is asked: paths, methods, keys and request bodies, and the errors that the gateway answers with."""

import json
from collections.abc import Callable

import pytest

from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import Reply, Wire, chat_body, request

Post = Callable[..., Reply]


@pytest.fixture
def post(embedded: EmbeddedServer) -> Post:
    """Return a function that sends one request and returns the reply."""

    def post(body: bytes | None = None, *, key: str | None = "", **how: str | None) -> Reply:
        with Wire(embedded.base_url) as wire:
            return wire.exchange(request(embedded.default_key if key == "" else key, body, **how))[-1]  # type: ignore[arg-type]

    return post


def seen(reply: Reply) -> tuple[object, ...]:
    """Return status, type and code of an error."""
    return reply.status.split()[1], reply.error["type"], reply.error["code"]


@pytest.mark.parametrize(
    ("key", "how", "code"),
    [
        (None, {}, "api_key_required"),
        (None, {"Authorization": "Basic Z3c6eA=="}, "api_key_required"),
        (None, {"Authorization": "Bearer "}, "api_key_required"),
        ("gw_unknown", {}, "invalid_api_key"),
        (None, {"x_api_key": "gw_unknown"}, "invalid_api_key"),
        (None, {"path": "/v1/models", "method": "GET"}, "api_key_required"),
        (None, {"path": "/v1/nope"}, "api_key_required"),
    ],
)
def test_a_key_is_always_required(post: Post, key: str | None, how: dict[str, str], code: str) -> None:
    """A filter refuses without a known key before anything else is looked at, in ISO-8859-1, whatever lies at the path."""
    reply = post(key=key, **how)
    assert seen(reply) == ("401", "authentication_error", code)
    assert reply.header("Content-Type") == "application/json;charset=ISO-8859-1"
    assert reply.error["trace_id"] == reply.header("X-Trace-ID")


def test_a_key_is_taken_from_either_header(embedded: EmbeddedServer, post: Post) -> None:
    """``x-api-key`` is as good as ``Authorization: Bearer``."""
    assert post(path="/v1/models", method="GET", key=None, x_api_key=embedded.default_key).status == "HTTP/1.1 200 "


def test_a_withdrawn_key_is_refused(embedded: EmbeddedServer, post: Post, add_key: Callable[..., str]) -> None:
    """A key ends with the run that it was made for."""
    key = add_key("Hi")
    assert post(key=key).status == "HTTP/1.1 200 "
    embedded.withdraw(key)
    assert seen(post(key=key))[2] == "invalid_api_key"


@pytest.mark.parametrize("trace", ["a" * 129, "white space", "<script>", ""])
def test_only_a_proper_trace_id_is_echoed(post: Post, trace: str) -> None:
    """Anything else is replaced by an id of the gateway's own."""
    echoed = post(path="/v1/models", method="GET", X_Trace_ID=trace).header("X-Trace-ID")
    assert echoed != trace
    assert echoed is not None
    assert len(echoed) == 32


@pytest.mark.parametrize(
    "path",
    ["/v1//chat/completions", "/v1/chat%2Fcompletions", "/v1/chat;x=1/completions", "/v1/../v1/models", "/v1/./models", "/v1/.."],
)
def test_a_path_has_to_be_canonical(post: Post, path: str) -> None:
    """Doubled slashes, escapes, parameters and dot segments are refused by a filter, which ends the connection."""
    reply = post(path=path)
    assert seen(reply) == ("400", "invalid_request_error", "invalid_path")
    assert reply.header("Connection") == "close"


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/v1/nope", "POST", "resource_not_found"),
        ("/v1", "GET", "resource_not_found"),
        ("/v1/batches", "POST", "resource_not_found"),
        ("/v1/files", "POST", "resource_not_found"),
        ("/v2/models", "GET", "not_found"),
        ("/", "GET", "not_found"),
    ],
)
def test_unknown_paths_are_not_found(post: Post, path: str, method: str, code: str) -> None:
    """What the stand-in does not serve is a 404 in the gateway's envelope; the code tells whether the prefix was right."""
    assert seen(post(path=path, method=method)) == ("404", "not_found_error", code)


def test_a_wrong_method_is_told_the_right_one(post: Post) -> None:
    """405 names the allowed method in ``Allow``."""
    reply = post(path="/v1/models")
    assert seen(reply) == ("405", "invalid_request_error", "method_not_allowed")
    assert reply.header("Allow") == "GET"


def test_the_list_of_models(post: Post) -> None:
    """The list holds the models of the documentation, says who owns them, and comes with their capabilities."""
    listed = post(path="/v1/models", method="GET").json["data"]
    assert isinstance(listed, list)
    assert {"mock/test-model", "gpt-4o", "claude-sonnet-4-5"} <= {model["id"] for model in listed}
    assert {model["owned_by"] for model in listed} == {"dvara-examples"}
    assert all(model["capabilities"]["supports_streaming"] for model in listed)


@pytest.mark.parametrize("name", ["", "/liveness", "/readiness"])
def test_health_is_open(post: Post, name: str) -> None:
    """Health needs no key."""
    reply = post(key=None, path=f"/actuator/health{name}", method="GET")
    assert (reply.status, reply.json) == ("HTTP/1.1 200 ", {"status": "UP"})


def test_the_rest_of_the_actuator_is_closed(post: Post) -> None:
    """Other actuator paths have an error of their own kind."""
    reply = post(path="/actuator/env", method="GET")
    assert (reply.status, reply.error["type"]) == ("HTTP/1.1 401 ", "actuator_auth_error")


def schema(value: object) -> dict[str, object]:
    """Return a response format of the kind ``json_schema``."""
    return {"response_format": {"type": "json_schema", "json_schema": value}}


@pytest.mark.parametrize(
    ("more", "code", "words", "param"),
    [
        ({"model": ""}, "validation_error", "model is required", "model"),
        ({"model": None}, "validation_error", "model is required", "model"),
        ({"messages": []}, "validation_error", "messages must not be empty", "messages"),
        ({"messages": [{"role": "robot", "content": ""}]}, "validation_error", "role must be", "messages[0].role"),
        ({"messages": ["Hi"]}, "invalid_json", "'messages[0]'", None),
        ({"messages": [{"role": "user", "content": 3}]}, "invalid_json", "'messages[0].content'", None),
        ({"messages": [{"role": "user", "content": [{"type": "sound"}]}]}, "invalid_request", "messages[0].content", None),
        ({"stream": "yes"}, "invalid_json", "'stream'", None),
        ({"max_tokens": True}, "invalid_json", "'max_tokens'", None),
        ({"response_format": {}}, "invalid_request", "response_format.type is required", None),
        ({"response_format": {"type": "xml"}}, "invalid_request", "must be one of", None),
        (schema(None), "invalid_request", "json_schema must be an object", None),
        (schema({"name": "x", "schema": []}), "invalid_request", "schema must be an object", None),
        ({"n": 2}, "unsupported_capability", "'n'", "n"),
        ({"logprobs": True}, "unsupported_capability", "'logprobs'", "logprobs"),
        ({"top_logprobs": 2}, "unsupported_capability", "'top_logprobs'", "top_logprobs"),
        ({"parallel_tool_calls": False}, "unsupported_capability", "'parallel_tool_calls'", "parallel_tool_calls"),
        ({"model": "claude-sonnet-4-5", "seed": 1}, "unsupported_capability", "'seed'", "seed"),
        ({"model": "llama3"}, "no_provider", "'llama3'", None),
        ({"model": "openai/gpt-4o"}, "no_provider", "/v1/models", None),
    ],
)
def test_wrong_requests(post: Post, more: dict[str, object], code: str, words: str, param: str | None) -> None:
    """Each defect is a 400 with its code, a message that names it, and ``param`` where the gateway gives one."""
    reply = post(chat_body(**more))
    assert seen(reply) == ("400", "invalid_request_error", code)
    assert words in str(reply.error["message"])
    assert reply.error.get("param") == param


@pytest.mark.parametrize(
    "more",
    [
        {"n": 1, "logprobs": False, "top_logprobs": 0, "parallel_tool_calls": True},
        {"seed": 1, "stop": ["x"], "user": "me", "metadata": {}, "max_completion_tokens": 5, "unknown": True},
        {"temperature": 0.5, "max_tokens": None, "tools": None, "response_format": {"type": "text"}},
        {"messages": [{"role": "developer", "content": [{"type": "text", "text": "Hi"}]}, {"role": "tool", "content": "x"}]},
        {"model": "ollama/llama3.2"},
    ],
)
def test_right_requests(post: Post, more: dict[str, object]) -> None:
    """Usual, empty and unknown fields are no reason to refuse."""
    assert post(chat_body(**more, stream=False)).status == "HTTP/1.1 200 "


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object(post: Post, body: bytes) -> None:
    """Anything else is ``invalid_json``, however deep or broken."""
    assert seen(post(body))[2] == "invalid_json"


def test_a_broken_chunked_body(post: Post) -> None:
    """A body whose chunks cannot be read is ``invalid_json``, and the connection ends."""
    reply = post(b"zz\r\n", Transfer_Encoding="chunked", Content_Length=None)
    assert seen(reply)[2] == "invalid_json"
    assert reply.header("Connection") == "close"


@pytest.mark.parametrize("encoding", ["announced", "chunked"])
def test_a_body_has_a_limit(post: Post, encoding: str) -> None:
    """More than 10 MB is 413, whether its size is announced or not."""
    size = 11 * 1024 * 1024
    if encoding == "announced":
        reply = post(b"{", Content_Length=str(size))
    else:
        body = b"".join(b"100000\r\n%b\r\n" % bytes(0x100000) for _ in range(11))
        reply = post(body, Transfer_Encoding="chunked", Content_Length=None)
    assert seen(reply) == ("413", "input_size_error", "input_too_large")


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/models HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /v1/models HTTP/2.0\r\nHost: x\r\n\r\n",
    ],
)
def test_the_container_refuses_broken_heads(embedded: EmbeddedServer, head: bytes) -> None:
    """A head that is no HTTP/1 is answered by the container's page, not by the gateway."""
    with Wire(embedded.base_url) as wire:
        wire.send(head)
        assert wire.until_fin().startswith(b"HTTP/1.1 400 \r\nContent-Type: text/html;charset=utf-8\r\n")


def test_a_name_that_utf8_cannot_spell_is_answered_all_the_same(post: Post) -> None:
    """A lone surrogate comes back as a question mark, as from a Java program."""
    reply = post(chat_body(model="gpt-\ud800", stream=False))
    assert reply.json["model"] == "gpt-?"
    assert json.loads(reply.body)["choices"]
