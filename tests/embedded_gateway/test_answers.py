"""The YAML of answers: what is accepted, what is refused and where, and that the editor's schema agrees."""

import datetime

import jsonschema
import pytest

from dvara_examples.core.values import InvalidValue, Path
from dvara_examples.embedded_gateway.answers import ANSWER, ANSWER_KEYS, parse_answer
from dvara_examples.embedded_gateway.errors_table import ERRORS

GOOD: list[object] = [
    "Hello",
    {"text": ""},
    {"text": "Hi", "finish_reason": "length", "role_first": True, "piece_delay_s": 0.5, "first_delay_s": 1},
    {"text": "Hi", "tool_calls": [{"name": "f"}]},
    {"pieces": ["a", "b"], "abort_after": 2, "sse_space": True},
    {"json": {"a": [1, 2.5, True, None, "x"]}, "deferred": True},
    {"json": []},
    {"tool_calls": [{"name": "f", "arguments": "{}", "id": "call_1"}], "usage": False},
    {"text": "Hi", "usage": {"prompt_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 2}}},
    {"content_filter": True, "role_first": True},
    {"error": {"status": 429, "retry_after_s": 2}},
    {"error": {"code": "provider_error", "message": "no"}},
    {"hang": True},
    {"text": "a b", "lifetime_after": 0},
    {"text": "a b", "error_event_after": 2},
    {"text": "a b", "error_event_after": 2, "done_after_error": True},
    {"text": "a b", "repeat": 3, "abort_after": 6, "chunks": "nulls"},
    {"refusal": "I will not.", "chunks": ["empty_first", "usage_last", "unknown_fields", "bare"]},
]


@pytest.mark.parametrize("value", GOOD)
def test_the_parser_and_the_schema_accept(value: object) -> None:
    """What the parser takes, an editor does not underline."""
    parse_answer(value)
    jsonschema.validate(value, ANSWER.schema)


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        (3, (), "expected text or a mapping, found the number 3"),
        ({}, (), "expected one of error, hang, content_filter, json, text, pieces, refusal, tool_calls, found an empty"),
        ({"txt": "Hi"}, ("txt",), "did you mean 'text'?"),
        ({"text": 3}, ("text",), "expected text"),
        ({"pieces": []}, ("pieces",), "empty list"),
        ({"pieces": ["a", 1]}, ("pieces", 1), "expected text"),
        ({"json": 30}, ("json",), "expected a mapping or a list"),
        ({"json": {"a": [b"x"]}}, ("json", "a", 0), "expected text, a number, a boolean, null, a mapping or a list"),
        ({"json": {"born": datetime.date(2026, 1, 31)}}, ("json", "born"), "found a date"),
        ({"tool_calls": [{"arguments": {}}]}, ("tool_calls", 0), "expected the key 'name', found only arguments"),
        ({"text": "a", "tool_calls": []}, ("tool_calls",), "empty list"),
        ({"content_filter": False}, ("content_filter",), "expected true"),
        (
            {"content_filter": True, "finish_reason": "stop"},
            ("finish_reason",),
            "expected a key that goes with 'content_filter', found 'finish_reason'; these do: first_delay_s",
        ),
        ({"hang": True, "first_delay_s": 1}, ("first_delay_s",), "expected 'hang' as the only key"),
        ({"text": "a", "json": {}}, ("text",), "a key that goes with 'json', found"),
        ({"error": {}}, ("error",), "expected status or code, found neither"),
        ({"error": {"status": 418}}, ("error", "status"), "expected a status of the gateway: 400, 401"),
        ({"error": {"code": "provider_eror"}}, ("error", "code"), "did you mean 'provider_error'?"),
        (
            {"error": {"status": 400, "code": "provider_error"}},
            ("error", "code"),
            "expected a code of status 400, found 'provider_error', whose status is 502",
        ),
        (
            {"error": {"status": 503, "retry_after_s": 1}},
            ("error", "retry_after_s"),
            "expected 'retry_after_s' only with status 429",
        ),
        ({"text": "a", "finish_reason": "done"}, ("finish_reason",), "expected stop, length, tool_calls or content_filter"),
        ({"text": "a", "piece_delay_s": -1}, ("piece_delay_s",), "from 0 to 3600"),
        ({"text": "a", "sse_space": "wide"}, ("sse_space",), "true"),
        ({"text": "a", "usage": True}, ("usage",), "expected false or a mapping"),
        ({"text": "a", "usage": {"prompt_tokens": -1}}, ("usage", "prompt_tokens"), "from 0 up"),
        (
            {"text": "a", "done_after_error": True},
            ("done_after_error",),
            "expected 'error_event_after' next to 'done_after_error', found none",
        ),
        (
            {"text": "a", "abort_after": 1, "done_after_error": True},
            ("done_after_error",),
            "expected 'error_event_after' next to 'done_after_error', found none",
        ),
        ({"text": "a", "repeat": 0}, ("repeat",), "from 1 to"),
        ({"json": {}, "repeat": 2}, ("repeat",), "a key that goes with 'json', found"),
        ({"text": "a", "chunks": []}, ("chunks",), "each once"),
        ({"text": "a", "chunks": ["bare", "bear"]}, ("chunks", 1), "did you mean 'bare'?"),
        ({"text": "a b", "abort_after": 3}, ("abort_after",), "from 1 to 2"),
        ({"text": "a b", "abort_after": 0}, ("abort_after",), "from 1 up"),
        ({"text": "a b", "abort_after": 1, "lifetime_after": 1}, ("lifetime_after",), "one way"),
        ({"text": "a b", "abort_after": 1, "finish_reason": "stop"}, ("finish_reason",), "one way"),
    ],
)
def test_the_parser_refuses_and_says_where(value: object, path: Path, words: str) -> None:
    """The error leads to the part that is wrong and names what is accepted."""
    with pytest.raises(InvalidValue) as caught:
        parse_answer(value)
    assert caught.value.path == path
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        3,
        {},
        {"txt": "a"},
        {"text": "a", "chunks": "none"},
        {"text": "a", "repeat": 0},
        {"hang": True, "usage": False},
        {"text": 1},
        {"error": {}},
        {"json": "x"},
        {"content_filter": False},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(value: object) -> None:
    """The editor underlines the common mistakes too."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, ANSWER.schema)
    with pytest.raises(InvalidValue):
        parse_answer(value)


def test_every_key_is_known_to_the_editor() -> None:
    """No key of the parser is missing in the schema, nor the other way round."""
    variants = ANSWER.schema["oneOf"][1]["anyOf"]  # type: ignore[index]
    assert {key for variant in variants for key in variant.get("properties", ())} == {str(key) for key in ANSWER_KEYS}


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_can_be_scripted_by_its_code(code: str) -> None:
    """Each row of the table is reachable, and keeps its status."""
    answer = parse_answer({"error": {"code": code, "status": ERRORS[code].status}})
    assert answer.error is not None
    assert answer.error.row is ERRORS[code]


def test_a_status_alone_means_its_usual_error() -> None:
    """429 is the gateway's own rate limit, which always says how long to wait."""
    error = parse_answer({"error": {"status": 429}}).error
    assert error is not None
    assert (error.code, error.retry_after_s) == ("rate_limit_exceeded", 1)
