"""Gemini's own API: a protocol in one file, outside the package. Its streams are server-sent events, without any last word.

Source: https://ai.google.dev/api/generate-content. What asks for a stream is the path, and the event with a ``finishReason`` ends it.
"""

import json
from collections.abc import Mapping

from dvara_examples.protocols import JsonEventReader, error_message
from dvara_examples.wire.sse import ServerSentEvent

ENDPOINTS = (":generateContent", ":streamGenerateContent")
_COMMON = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter", "PROHIBITED_CONTENT": "content_filter"}


class GeminiReader(JsonEventReader):
    """Reads the parts of one answer; other reasons than these are nobody's to vouch for."""

    needs_last_word = False

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take an answer that was not streamed, and return its text."""
        text = self._take_part(document)
        if self.finish_reason is None:
            self.undecided = "expected a finishReason, found none"
        return text

    def _speaks(self, data: Mapping[str, object]) -> bool:
        return speaks(data)

    def _error_in(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        return error_message(data) if data.get("error") else None

    def _take(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str:
        return self._take_part(data)

    def _take_part(self, data: Mapping[str, object]) -> str:
        usage, candidates = data.get("usageMetadata"), data.get("candidates")
        if isinstance(usage, Mapping) and isinstance(usage.get("totalTokenCount"), int):
            self.total_tokens = usage["totalTokenCount"]
        first = candidates[0] if isinstance(candidates, list) and candidates else {}
        reason = first.get("finishReason")
        if reason is not None:
            self.finish_reason = _COMMON.get(reason, reason) if isinstance(reason, str) else json.dumps(reason)
        parts = (first.get("content") or {}).get("parts") or []
        return self._take_text("".join(str(part.get("text") or "") for part in parts))


def reader() -> GeminiReader:
    """Return a new reader for one response."""
    return GeminiReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is a part of an answer."""
    return "candidates" in data or "usageMetadata" in data


def asks_for_stream(target: str, _request: Mapping[str, object]) -> bool:
    """Tell whether the path asks for server-sent events; without ``alt=sse`` the answer is one JSON list."""
    return ":streamGenerateContent" in target and "alt=sse" in target
