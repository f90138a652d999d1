"""What the events of a stream say, for every way in which an answer can be said."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import Reply, Wire, chat_body, request

Ask = Callable[..., list[Any]]


@pytest.fixture
def ask(embedded: EmbeddedServer, add_key: Callable[..., str]) -> Ask:
    """Return a function that streams one answer and returns its events, parsed; ``[DONE]`` stays text."""

    def ask(answer: object, **more: object) -> list[Any]:
        with Wire(embedded.base_url) as wire:
            (reply,) = wire.exchange(request(add_key(answer), chat_body(**more)))
        return [event if event == "[DONE]" else json.loads(event) for event in reply.events]

    return ask


def choices(events: list[Any]) -> list[Any]:
    """Return the only choice of every chunk, without its index."""
    found = [event["choices"] for event in events if event != "[DONE]"]
    assert all(len(one) == 1 and one[0].pop("index") == 0 for one in found)
    return [one[0] for one in found]


def test_a_text_is_streamed_by_words(ask: Ask) -> None:
    """The role comes with the first word, blanks stand before the later ones, and the finish reason has a chunk of its own."""
    events = ask({"text": "Hello   wide\nworld", "piece_delay_s": 0})
    assert choices(events) == [
        {"delta": {"role": "assistant", "content": "Hello"}},
        {"delta": {"content": " wide"}},
        {"delta": {"content": " world"}},
        {"delta": {}, "finish_reason": "stop"},
    ]
    assert events[-1] == "[DONE]"


def test_chunks_carry_the_same_id_and_their_own_time(ask: Ask) -> None:
    """Every chunk has ``id``, ``object``, ``created`` and ``model`` in the gateway's order, and no null anywhere."""
    events = ask("a b", model="mock/test-model")[:-1]
    assert {tuple(event) for event in events} == {("id", "object", "created", "model", "choices")}
    assert len({event["id"] for event in events}) == 1
    assert events[0]["id"].startswith("mock-")
    assert {event["model"] for event in events} == {"mock/test-model"}
    assert "null" not in json.dumps(events)


@pytest.mark.parametrize(("model", "prefix"), [("gpt-4o", "chatcmpl-"), ("claude-sonnet-4-5", "msg_"), ("mock/x", "mock-")])
def test_ids_look_like_the_providers(ask: Ask, model: str, prefix: str) -> None:
    """The gateway passes on the id of the provider behind it."""
    assert ask("a", model=model)[0]["id"].startswith(prefix)


def test_an_empty_text_is_one_empty_piece(ask: Ask) -> None:
    """A provider that says nothing still sends a first chunk with empty content."""
    assert choices(ask({"text": ""}))[0] == {"delta": {"role": "assistant", "content": ""}}


def test_pieces_are_sent_as_they_are(ask: Ask) -> None:
    """Whitespace and the cuts between the pieces are kept."""
    pieces = [" a\n", "", "b  "]
    deltas = [choice["delta"].get("content") for choice in choices(ask({"pieces": pieces, "piece_delay_s": 0}))]
    assert deltas == [*pieces, None]


def test_json_parses_only_when_it_is_whole(ask: Ask) -> None:
    """No beginning of a JSON answer is JSON by itself, but all pieces together are."""
    value = {"name": "Jürgen", "tags": ["a", "b"], "age": 30}
    pieces = [choice["delta"].get("content", "") for choice in choices(ask({"json": value, "piece_delay_s": 0}))]
    assert len([piece for piece in pieces if piece]) > 5
    assert json.loads("".join(pieces)) == value
    for count in range(1, len(pieces) - 1):
        with pytest.raises(ValueError):
            json.loads("".join(pieces[:count]))


def test_a_role_can_come_first(ask: Ask) -> None:
    """``role_first`` sends the role with empty content in a chunk of its own."""
    first, second, *_ = choices(ask({"text": "Hi", "role_first": True}))
    assert (first["delta"], second["delta"]) == ({"role": "assistant", "content": ""}, {"content": "Hi"})


def test_a_deferred_answer_is_one_chunk(ask: Ask) -> None:
    """What governance held back comes in one chunk with role, text, tool calls and finish reason, then ``[DONE]``."""
    call = {"name": "weather", "arguments": {"city": "Paris"}, "id": "call_1"}
    events = ask({"text": "one two", "tool_calls": [call], "deferred": True})
    whole = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
    assert choices(events) == [
        {"delta": {"role": "assistant", "content": "one two", "tool_calls": [whole]}, "finish_reason": "tool_calls"}
    ]
    assert events[1:] == ["[DONE]"]


def test_a_refused_answer_shows_nothing_of_itself(ask: Ask) -> None:
    """Governance sends the role, ``content_filter`` and ``[DONE]``: no content, no message."""
    events = ask({"content_filter": True})
    assert choices(events) == [{"delta": {"role": "assistant"}, "finish_reason": "content_filter"}]
    assert events[1:] == ["[DONE]"]


def test_a_role_that_came_first_is_not_repeated_by_the_refusal(ask: Ask) -> None:
    """Where a chunk already carried the role, the refusal's delta is empty."""
    last = choices(ask({"content_filter": True, "role_first": True}))[-1]
    assert last == {"delta": {}, "finish_reason": "content_filter"}


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
def test_the_finish_reason_is_the_scripted_one(ask: Ask, reason: str) -> None:
    """The last chunk before ``[DONE]`` carries the provider's reason."""
    assert choices(ask({"text": "Hi", "finish_reason": reason}))[-1]["finish_reason"] == reason


def test_tool_calls_open_with_empty_arguments(ask: Ask) -> None:
    """A call opens with id, name and empty arguments; slices follow that add up to the arguments; the reason is tool_calls."""
    calls = [{"name": "weather", "arguments": {"city": "São Paulo"}}, {"name": "time", "arguments": "{}"}]
    events = choices(ask({"tool_calls": calls, "piece_delay_s": 0}))
    deltas = [call for event in events for call in event["delta"].get("tool_calls", [])]
    openers = [delta for delta in deltas if "id" in delta]
    assert [(o["index"], o["type"], o["function"]) for o in openers] == [
        (0, "function", {"name": "weather", "arguments": ""}),
        (1, "function", {"name": "time", "arguments": ""}),
    ]
    assert len({opener["id"] for opener in openers}) == 2
    told = "".join(delta["function"]["arguments"] for delta in deltas if delta["index"] == 0)
    assert json.loads(told) == {"city": "São Paulo"}
    assert events[-1] == {"delta": {}, "finish_reason": "tool_calls"}


def test_usage_comes_only_on_request(ask: Ask) -> None:
    """With ``include_usage`` one more chunk, without choices, stands before ``[DONE]``; no other chunk mentions usage."""
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}}
    answer = {"text": "Hi", "usage": usage}
    *chunks, last, done = ask(answer, stream_options={"include_usage": True})
    assert (last["choices"], done) == ([], "[DONE]")
    assert last["usage"] == {**usage, "total_tokens": 9}
    assert not any("usage" in chunk for chunk in chunks)
    assert not any("usage" in event for event in ask(answer) if event != "[DONE]")


def test_usage_that_no_provider_reported_is_not_made_up(ask: Ask) -> None:
    """``usage: false`` leaves the chunk out, although the client asked for it."""
    events = ask({"text": "Hi", "usage": False}, stream_options={"include_usage": True})
    assert all(event == "[DONE]" or event["choices"] for event in events)


def test_usage_is_counted_like_the_mock_provider(ask: Ask) -> None:
    """Without a script, four characters are a token."""
    messages = [{"role": "user", "content": "x" * 40}]
    usage = ask("y" * 20, messages=messages, stream_options={"include_usage": True})[-2]["usage"]
    assert usage == {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def test_providers_write_a_blank_behind_data(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """``sse_space: true`` writes ``data: `` everywhere; DVARA itself writes ``data:``."""
    replies: list[Reply] = []
    for how in ({"sse_space": True}, {}):
        with Wire(embedded.base_url) as wire:
            replies += wire.exchange(request(add_key({"text": "a b", **how})))
    spaced, plain = replies
    assert plain.chunks is not None
    assert spaced.chunks is not None
    assert all(chunk.startswith(b"data: ") for chunk in spaced.chunks)
    assert all(chunk.startswith((b"data:{", b"data:[")) for chunk in plain.chunks)


def test_a_deferred_answer_that_breaks_shows_what_had_come(ask: Ask) -> None:
    """The text that governance had let through comes as an ordinary chunk, and then the connection breaks."""
    assert choices(ask({"text": "one two three", "deferred": True, "abort_after": 2})) == [
        {"delta": {"role": "assistant", "content": "one two"}}
    ]


def test_head_and_first_event_come_together(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """Not even the status line is sent before there is something to say, and then both are in one segment."""
    with Wire(embedded.base_url) as wire:
        wire.send(request(add_key({"text": "a b", "first_delay_s": 0.1, "piece_delay_s": 5})))
        first = wire.read()
        assert first.startswith(b"HTTP/1.1 200 \r\n")
        assert first.count(b"data:") == 1
        assert first.endswith(b"\n\n\r\n")


def test_requests_of_a_key_get_its_answers_in_order(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """Request k gets answer k, the last one repeats, and another key's requests do not count."""
    key = add_key({"error": {"status": 503}}, "one", "two")
    other = add_key("other")
    seen = []
    for asking in (key, other, key, key, key):
        with Wire(embedded.base_url) as wire:
            (reply,) = wire.exchange(request(asking))
        seen.append(
            json.loads(reply.events[0])["choices"][0]["delta"]["content"] if "200" in reply.status else reply.error["code"]
        )
    assert seen == ["provider_circuit_open", "other", "one", "two", "two"]


def test_an_answer_many_times_over(ask: Ask) -> None:
    """``repeat`` repeats the pieces, and deferred they are one text."""
    answer = {"pieces": ["a", " b"], "repeat": 3, "piece_delay_s": 0}
    assert "".join(choice["delta"].get("content", "") for choice in choices(ask(answer))) == "a ba ba b"
    assert len(choices(ask(answer))) == 7
    assert choices(ask({**answer, "deferred": True}))[0]["delta"]["content"] == "a ba ba b"


def test_a_refusal_of_the_model_has_a_field_of_its_own(ask: Ask) -> None:
    """A model that declines says so word by word where the content would stand, and stops."""
    deltas = choices(ask({"refusal": "I decline", "piece_delay_s": 0}))
    assert deltas == [
        {"delta": {"role": "assistant", "refusal": "I"}},
        {"delta": {"refusal": " decline"}},
        {"delta": {}, "finish_reason": "stop"},
    ]


@pytest.mark.parametrize(("more", "last"), [({}, "error"), ({"done_after_error": True}, "[DONE]")])
def test_what_follows_an_error_event(ask: Ask, more: dict[str, object], last: str) -> None:
    """Nothing follows it at the gateway; ``done_after_error`` sends the sentinel all the same."""
    events = ask({"text": "a", "error_event_after": 1, **more})
    assert ["[DONE]" if event == "[DONE]" else next(iter(event)) for event in events][-1] == last
    assert len(events) == 2 + bool(more)


def test_habits_of_other_providers(ask: Ask) -> None:
    """Each habit adds or takes away what its name says, and the text stays."""
    text = {"text": "Hi", "piece_delay_s": 0}
    first, *_ = ask({**text, "chunks": "empty_first"})
    assert (first["choices"], first["object"]) == ([], "chat.completion.chunk")
    *_, usage, _ = ask({**text, "chunks": "usage_last"})
    assert (usage["choices"], usage["usage"]["completion_tokens"]) == ([], 0)
    assert [list(event) for event in ask({**text, "chunks": "bare"})[:-1]] == [["choices"]] * 2
    _, finish, _ = ask({**text, "chunks": "nulls"})
    assert finish["choices"] == [
        {"index": 0, "logprobs": None, "finish_reason": "stop", "delta": {"content": None, "refusal": None}}
    ]
    assert finish["usage"] is None
    hi, _, _ = ask({**text, "chunks": ["unknown_fields", "bare"]})
    assert set(hi) == {"x_provider", "choices"}
    assert hi["choices"][0]["delta"] == {"role": "assistant", "content": "Hi", "x_mood": {"calm": True}}
