"""Anthropic's Messages events: the last word is ``message_stop``, after a ``message_delta`` with a ``stop_reason``.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

from collections.abc import Mapping

from dvara_examples.protocols._json_events import NamedEventReader, part, texts

ENDPOINT = "/messages"

_COMMON = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class MessagesReader(NamedEventReader):
    """Reads the events of one message."""

    def _take_kind(self, kind: str, data: Mapping[str, object]) -> str:
        match kind:
            case "content_block_delta":
                delta = part(data, "delta")
                text = delta.get("text") if delta.get("type") == "text_delta" else None
                return text if isinstance(text, str) else ""
            case "message_start":
                self._count(part(part(data, "message"), "usage"))
            case "message_delta":
                self._finish(part(data, "delta"))
                self._count(part(data, "usage"))
            case "message_stop":
                self.sentinel = True
        return ""

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take a whole message, and return its text."""
        self._finish(document)
        self._count(part(document, "usage"))
        return texts(document.get("content"), "text")

    def _finish(self, holder: Mapping[str, object]) -> None:
        reason = holder.get("stop_reason")
        if isinstance(reason, str) and reason:
            self.finish_reason = _COMMON.get(reason, reason)

    def _count(self, usage: Mapping[str, object]) -> None:
        counted = [usage.get("input_tokens"), usage.get("output_tokens")]
        total = sum(number for number in counted if isinstance(number, int))
        if total:
            self.total_tokens = max(total, self.total_tokens or 0)


def reader() -> MessagesReader:
    """Return a new reader for one response."""
    return MessagesReader()
