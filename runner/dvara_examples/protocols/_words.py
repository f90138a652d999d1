"""The common words of all protocols."""

FINISH_REASONS = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call"})
"""The common words for why an answer ended. Any other word says nothing that this tool can vouch for."""


def unknown_reason(found: str) -> str:
    """Say that a finish reason is none of :data:`FINISH_REASONS`."""
    return f"expected a finish reason of {', '.join(sorted(FINISH_REASONS))}, found {found!r}"
