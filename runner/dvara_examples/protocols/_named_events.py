"""What the protocols have in common whose events are JSON objects with a ``type``."""

import json
from collections.abc import Mapping

from dvara_examples.wire.sse import ServerSentEvent

_SHOWN_CHARS = 80


class NamedEventReader:
    """Reads one stream of typed events; a protocol says in ``_take`` what each of them means."""

    needs_last_word = True

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self.sentinel = False
        self.error: str | None = None
        self.malformed: str | None = None
        self.after_sentinel = False
        self.oversized = False
        self.total_tokens: int | None = None

    def read(self, event: ServerSentEvent) -> str:
        """Take the next event and return the answer's text in it; an event after the last word is only noted."""
        if self.sentinel:
            self.after_sentinel = True
            return ""
        if event.data.startswith("[DONE]"):  # some gateways add it to every stream; here it says nothing
            return ""
        if event.cut:
            self.oversized = True
            return ""
        try:
            data = json.loads(event.data)
        except (ValueError, RecursionError) as error:
            return self._unreadable(event, str(error) or "nested too deeply")
        if not isinstance(data, dict):
            return self._unreadable(event, "no JSON object")
        kind = data.get("type")
        kind = kind if isinstance(kind, str) else event.name
        if kind == "error" or event.name == "error":
            self.error = self.error or said(data)
            return ""
        return self._take(kind, data)

    def _take(self, kind: str, data: Mapping[str, object]) -> str:
        raise NotImplementedError

    def _unreadable(self, event: ServerSentEvent, why: str) -> str:
        if event.name == "error":
            self.error = self.error or event.data
        else:
            self.malformed = self.malformed or f"an event is not the JSON it must be ({why}): {event.data[:_SHOWN_CHARS]!r}"
        return ""


def said(data: Mapping[str, object]) -> str:
    """Return the message of an error, whether it stands in an ``error`` object or beside the type, with its code."""
    error = data.get("error")
    holder = error if isinstance(error, Mapping) else data
    message, code = holder.get("message"), holder.get("code") or (holder.get("type") if holder is not data else None)
    if not isinstance(message, str):
        return json.dumps(data, ensure_ascii=False)
    return f"{message} ({code})" if isinstance(code, str) else message


def part(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the object under *key*, an empty one where there is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def texts(value: object, kind: str) -> str:
    """Return the joined ``text`` of all blocks of this *kind* in a list of blocks."""
    blocks = value if isinstance(value, list) else []
    return "".join(str(b.get("text") or "") for b in blocks if isinstance(b, Mapping) and b.get("type") == kind)
