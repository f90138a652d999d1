"""Ollama's own API: a protocol in one file, outside the package. Its streams are JSON lines; the last word is ``"done": true``.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from collections.abc import Mapping

from dvara_examples.protocols import JSON_LINES, JsonEventReader, error_message
from dvara_examples.wire.sse import ServerSentEvent

ENDPOINTS = ("/api/chat", "/api/generate")


class OllamaReader(JsonEventReader):
    """Reads the lines of one answer; ``done_reason`` says why it ended."""

    format = JSON_LINES

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take an answer that was not streamed, and return its text."""
        text = self._take_line(document)
        if self.finish_reason is None:
            self.undecided = "expected a done_reason, found none"
        return text

    def _speaks(self, data: Mapping[str, object]) -> bool:
        return speaks(data)

    def _error_in(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        return error_message(data) if data.get("error") else None

    def _take(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str:
        text = self._take_line(data)
        self.sentinel = data.get("done") is True
        return text

    def _take_line(self, data: Mapping[str, object]) -> str:
        reason, message = data.get("done_reason"), data.get("message")
        if data.get("done") is True and isinstance(reason, str):
            self.finish_reason = reason or None
        counts = [count for key in ("prompt_eval_count", "eval_count") if isinstance(count := data.get(key), int)]
        self.total_tokens = sum(counts) if counts else self.total_tokens
        text = message.get("content") if isinstance(message, Mapping) else data.get("response")
        return self._take_text(text) if isinstance(text, str) else ""


def reader() -> OllamaReader:
    """Return a new reader for one response."""
    return OllamaReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is a line of an answer."""
    return "done" in data or isinstance(data.get("error"), str)


def asks_for_stream(_target: str, request: Mapping[str, object]) -> bool:
    """Tell whether *request* asks for a stream; it does unless it says otherwise."""
    return request.get("stream") is not False
