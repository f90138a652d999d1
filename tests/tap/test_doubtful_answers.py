"""Answers that look whole although their own words speak against it: the tap cannot tell."""

import json

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from tests.tap.fuzzing import Closing, observe
from tests.tap.scripted import DONE, delta

HI = delta("Hello")
STREAM, JSON = "text/event-stream", "application/json"


def seen(body: bytes, kind: str = STREAM) -> Exchange:
    """Return what the tap saw of a response with this *body*, whose framing is complete."""
    raw = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    line = b"POST /v1/chat/completions HTTP/1.1\r\nHost: tap\r\n\r\n"
    return observe(raw, (len(raw),), Closing.FIN, request=line, asked=json.dumps({"stream": kind == STREAM}).encode())


def doubtful(exchange: Exchange, why: str) -> bool:
    """Tell whether nothing is claimed of *exchange*, and *why* is part of the reason."""
    return exchange.ending is Ending.UNRECOGNISED and why in (exchange.unread or "")


@pytest.mark.parametrize("error", [{"code": 502, "message": "provider gone"}, "provider gone"])
def test_an_error_inside_a_choice_outweighs_its_finish_reason(error: object) -> None:
    """The reason says "stop", and the error next to it says otherwise."""
    choice = {"index": 0, "error": error, "finish_reason": "stop"}
    last = b"data: " + json.dumps({"choices": [{**choice, "delta": {"content": ""}}]}).encode() + b"\n\n"
    document = json.dumps({"choices": [{**choice, "message": {"content": "Hel"}}]}).encode()
    assert doubtful(seen(HI + last + DONE), "a choice holds an error: provider gone")
    assert doubtful(seen(document, JSON), "a choice holds an error: provider gone")


def test_an_error_that_is_null_is_none() -> None:
    """Some gateways send the key in every choice."""
    last = b'data: {"choices": [{"index": 0, "delta": {}, "error": null, "finish_reason": "stop"}]}\n\n'
    assert seen(HI + last + DONE).ending is Ending.DONE
