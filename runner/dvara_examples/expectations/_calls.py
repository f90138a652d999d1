"""Groups requests into calls of a client: what an application asked for once, however often the client sent it."""

import json
from collections.abc import Sequence

from dvara_examples.protocols import tool_results
from dvara_examples.records.transcript import Exchange, Request

Call = list[Exchange]
_FROM_OUTSIDE = ("system", "developer", "user", "tool", "function")
"""Roles whose messages come from the application; a client adds the assistant's own by itself when it asks again."""


def calls(exchanges: Sequence[Exchange]) -> list[Call]:
    """Group *exchanges* by question, in the order of their first requests.

    Requests with the same method and target ask the same if their messages are equal apart from the assistant's own. So a
    client that sends the cut answer back and asks again stays in its call, and a request with a tool's result begins a new one.
    A body that is no chat request, or was not kept in full, is compared byte by byte.
    """
    found: dict[tuple[str, str, str | bytes], Call] = {}
    for exchange in exchanges:
        request = exchange.request
        found.setdefault((request.method, request.target, _asked(request)), []).append(exchange)
    return list(found.values())


def messages(request: Request) -> list[dict[str, object]]:
    """Return the messages of a chat request; none if the body is something else or was not stored in full."""
    if len(request.body) < request.body_size_bytes:
        return []
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    found = document.get("messages") if isinstance(document, dict) else None
    return [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []


def results(request: Request) -> list[tuple[str, object]]:
    """Return the ids and contents of the tool results in a request; none if its body was not stored in full."""
    return tool_results(request.target, request.body) if len(request.body) >= request.body_size_bytes else []


def _asked(request: Request) -> str | bytes:
    """Return the key that distinguishes one question from another."""
    outside = [message for message in messages(request) if message.get("role") in _FROM_OUTSIDE]
    return json.dumps(outside, sort_keys=True) if outside else request.body
