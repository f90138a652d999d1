"""Tool calls that were cut off in streamed answers."""

import json
from dataclasses import dataclass

from dvara_examples.protocols import tool_call_parts
from dvara_examples.records.transcript import Exchange

_ASKS_FOR_TOOLS = frozenset({"tool_calls", "function_call", "stop"})
"""Reasons that end a whole call; some providers say ``stop`` here as well."""


@dataclass(frozen=True, slots=True)
class CutToolCall:
    """A call whose *arguments* are incomplete; *why* says how that is known, for people."""

    exchange: Exchange
    call_id: str
    name: str
    arguments: str
    why: str


@dataclass(slots=True)
class _Parts:
    """What the events have said about one call so far."""

    call_id: str = ""
    name: str = ""
    arguments: str = ""


def cut_tool_calls(exchange: Exchange) -> list[CutToolCall]:
    """Return the calls in *exchange* that must not be executed: no finish reason for calls, or arguments that are not JSON.

    If not all events were stored, the missing ones may have ended the calls, so nothing is returned.
    """
    if exchange.event_count > len(exchange.events):
        return []
    calls: dict[int, _Parts] = {}
    for part in (part for event in exchange.events for part in tool_call_parts(exchange.request.target, event.data)):
        parts = calls.setdefault(part.place, _Parts())
        parts.call_id = parts.call_id or part.call_id
        parts.name = parts.name or part.name
        parts.arguments += part.arguments
    return [
        CutToolCall(exchange, parts.call_id, parts.name or "?", parts.arguments, why)
        for parts in calls.values()
        if (why := _why_cut(exchange, parts.arguments))
    ]


def _why_cut(exchange: Exchange, arguments: str) -> str:
    """Say why a call with *arguments* is cut off; empty if it is complete."""
    if exchange.finish_reason is None:
        return "no finish_reason"
    if exchange.finish_reason not in _ASKS_FOR_TOOLS:
        return f"finish_reason {exchange.finish_reason}"
    try:
        json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return "arguments that are not JSON"
    return ""
