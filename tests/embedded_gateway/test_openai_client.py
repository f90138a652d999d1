"""The official client for Python takes the stand-in for a gateway."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionChunk, ChatCompletionUserMessageParam

from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import wait_for

MESSAGES: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "Hello!"}]


@pytest.fixture
def client(embedded: EmbeddedServer, add_key: Callable[..., str]) -> Iterator[Callable[..., OpenAI]]:
    """Return a function that makes a client whose key has the given answers; without answers the default book serves it."""
    with ExitStack() as opened:

        def make(*answers: object, retries: int = 0) -> OpenAI:
            return opened.enter_context(
                OpenAI(base_url=embedded.base_url, api_key=add_key(*answers), max_retries=retries, timeout=10.0)
            )

        yield make


def stream(client: OpenAI) -> Iterator[ChatCompletionChunk]:
    """Stream one answer."""
    yield from client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    """Return what the deltas say together."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_it_streams(client: Callable[..., OpenAI]) -> None:
    """Text, role and finish reason arrive."""
    chunks = list(stream(client({"text": "Hello from here"})))
    assert text_of(chunks) == "Hello from here"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]


def test_it_answers_at_once(client: Callable[..., OpenAI]) -> None:
    """A request that is not streamed gets a message and usage."""
    answer = client({"text": "Hello", "usage": {"prompt_tokens": 3, "completion_tokens": 1}}).chat.completions.create(
        model="claude-sonnet-4-5", messages=MESSAGES
    )
    assert answer.choices[0].message.content == "Hello"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 4


def test_it_lists_models(client: Callable[..., OpenAI]) -> None:
    """The list of models is one that the client understands."""
    assert "gpt-4o" in [model.id for model in client().models.list()]


def test_it_calls_tools(client: Callable[..., OpenAI]) -> None:
    """The slices of the arguments add up in the client's own accumulator."""
    calls = [{"name": "weather", "arguments": {"city": "Paris", "days": 3}}]
    with client({"tool_calls": calls}).chat.completions.stream(model="gpt-4o", messages=MESSAGES) as events:
        done = events.get_final_completion()
    called = done.choices[0].message.tool_calls
    assert called is not None
    assert called[0].function is not None
    assert (called[0].function.name, json.loads(called[0].function.arguments)) == ("weather", {"city": "Paris", "days": 3})
    assert done.choices[0].finish_reason == "tool_calls"


def test_it_streams_structured_output(client: Callable[..., OpenAI]) -> None:
    """The default book answers a schema with an instance of it."""
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    chunks = client().chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Extract: John is 30."}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "person", "schema": {"type": "object", "properties": properties}},
        },
        stream=True,
    )
    assert json.loads(text_of(list(chunks))) == {"name": "John", "age": 30}


def test_it_reports_usage_on_request(client: Callable[..., OpenAI]) -> None:
    """The last chunk of such a stream has usage and no choices."""
    chunks = list(
        client("Hi").chat.completions.create(
            model="gpt-4o", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].usage is not None
    assert chunks[-1].choices == []
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_a_refusal_is_a_graceful_end(client: Callable[..., OpenAI]) -> None:
    """The client sees a stream without text whose reason is ``content_filter``."""
    chunks = list(stream(client({"content_filter": True})))
    assert text_of(chunks) == ""
    assert chunks[-1].choices[0].finish_reason == "content_filter"


def test_an_abort_is_a_connection_error(client: Callable[..., OpenAI]) -> None:
    """What had come arrives, then the client raises."""
    chunks: list[ChatCompletionChunk] = []
    answer = stream(client({"text": "one two three", "abort_after": 2}))
    with pytest.raises(openai.APIConnectionError):
        chunks.extend(answer)
    assert text_of(chunks) == "one two"


def test_a_lifetime_that_ran_out_looks_like_success(client: Callable[..., OpenAI]) -> None:
    """The client notices nothing: only the missing finish reason tells that the answer is cut."""
    chunks = list(stream(client({"text": "one two three", "lifetime_after": 2})))
    assert text_of(chunks) == "one two"
    assert chunks[-1].choices[0].finish_reason is None


def test_an_error_event_is_an_error(client: Callable[..., OpenAI]) -> None:
    """The event's message reaches the exception."""
    with pytest.raises(openai.APIError, match="Budget exceeded"):
        list(stream(client({"text": "one two", "error_event_after": 1})))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"status": 400}, openai.BadRequestError),
        ({"status": 401}, openai.AuthenticationError),
        ({"status": 403}, openai.PermissionDeniedError),
        ({"status": 404}, openai.NotFoundError),
        ({"status": 422}, openai.UnprocessableEntityError),
        ({"status": 429}, openai.RateLimitError),
        ({"status": 500}, openai.InternalServerError),
        ({"status": 502}, openai.InternalServerError),
        ({"status": 503}, openai.InternalServerError),
    ],
)
def test_errors_have_their_classes(client: Callable[..., OpenAI], error: object, kind: type[openai.APIStatusError]) -> None:
    """Each status becomes the client's own exception, with the gateway's code."""
    with pytest.raises(kind) as caught:
        list(stream(client({"error": error})))
    assert caught.value.code
    assert caught.value.response.headers["x-trace-id"] in caught.value.response.text


def test_a_rate_limit_is_waited_out(client: Callable[..., OpenAI], log: list[str]) -> None:
    """A client with a retry left honours ``Retry-After`` and gets the next answer."""
    chunks = list(stream(client({"error": {"status": 429, "retry_after_s": 1}}, "Hello", retries=1)))
    assert text_of(chunks) == "Hello"
    assert wait_for(lambda: len(log) == 2)  # a line is written when its answer is out
    assert [line.split()[2] for line in log] == ["429", "200"]
