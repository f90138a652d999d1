"""What all protocols share: words, and how requests, documents and errors are read."""

import json
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

FINISH_REASONS = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call"})
"""The common words for why an answer ended. Any other word says nothing that this tool can vouch for."""


def unknown_reason(found: str) -> str:
    """Say that a finish reason is not one of :data:`FINISH_REASONS`."""
    return f"expected a finish reason of {', '.join(sorted(FINISH_REASONS))}, found {found!r}"


class ToolCallPart(NamedTuple):
    """What one event says about one tool call: its *place* in the answer, and id, name and arguments, or a part of them."""

    place: int
    call_id: str = ""
    name: str = ""
    arguments: str = ""


def error_message(document: Mapping[str, object]) -> str:
    """Return the message and code of an error envelope; the document itself if it has another shape."""
    error = document.get("error")
    if isinstance(error, str):
        return error
    if isinstance(error, Mapping) and isinstance(error.get("message"), str):
        code = error.get("code")
        return f"{error['message']} ({code})" if isinstance(code, str) else str(error["message"])
    return json.dumps(document, ensure_ascii=False)


def read_object(body: bytes) -> Mapping[str, object] | None:
    """Return *body* as a JSON object, or None if it is not one."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def read_document(body: bytes) -> Mapping[str, object] | None:
    """Return *body* as a JSON object that every client can read: in UTF-8, and without ``NaN`` and ``Infinity``; else None."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
