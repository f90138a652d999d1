"""The common words of all protocols."""

from typing import NamedTuple

FINISH_REASONS = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call"})
"""The common words for why an answer ended. Any other word says nothing that this tool can vouch for."""


def unknown_reason(found: str) -> str:
    """Say that a finish reason is none of :data:`FINISH_REASONS`."""
    return f"expected a finish reason of {', '.join(sorted(FINISH_REASONS))}, found {found!r}"


class ToolCallPart(NamedTuple):
    """What one event says of one tool call: its *place* in the answer, and id, name and arguments, or the part of them here."""

    place: int
    call_id: str = ""
    name: str = ""
    arguments: str = ""
