"""What requests and documents have in common in all protocols."""

import json
from collections.abc import Mapping


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
