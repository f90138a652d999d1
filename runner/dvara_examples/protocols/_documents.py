"""What all protocols have in common: words, and how requests, documents and errors are read."""

import json
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

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


def error_message(document: Mapping[str, object]) -> str:
    """Return what an error envelope says, with its code; the document itself where it has another shape."""
    error = document.get("error")
    if isinstance(error, str):
        return error
    if isinstance(error, Mapping) and isinstance(error.get("message"), str):
        code = error.get("code")
        return f"{error['message']} ({code})" if isinstance(code, str) else str(error["message"])
    return json.dumps(document, ensure_ascii=False)


def read_object(body: bytes) -> Mapping[str, object] | None:
    """Return *body* as a JSON object, or None where it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def read_document(body: bytes) -> Mapping[str, object] | None:
    """Return *body* as a JSON object that everybody can read: in UTF-8, and without ``NaN`` and ``Infinity``; else None."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
