"""Anthropic's Messages events: the last word is ``message_stop``, after a ``message_delta`` with a ``stop_reason``.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

import json
from collections.abc import Iterator, Mapping

from dvara_examples.protocols._documents import ToolCallPart
from dvara_examples.protocols._json_events import NamedEventReader, index_at, part, parts_of, shape_of, text_at, texts

ENDPOINTS = ("/messages",)
_COMMON = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_NO_TEXT = ("input_json_delta", "signature_delta", "citations_delta")
"""The types of deltas that hold no text that anybody would show."""
_TOKENS = {
    "input": ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
    "output": ("output_tokens",),
}


class MessagesReader(NamedEventReader):
    """Reads the events of one message; notes blocks that overlap, or stay open."""

    def __init__(self) -> None:
        super().__init__()
        self._open: object = None
        self._counted = {"input": 0, "output": 0}

    def _take_kind(self, kind: str, data: Mapping[str, object]) -> str:
        match kind:
            case "content_block_delta":
                if data.get("index") != self._open:
                    self._odd(f"a delta of content block {data.get('index')} came while that block was not open")
                return self._text(data.get("index"), part(data, "delta"))
            case "content_block_start":
                if self._open is not None:
                    self._odd(f"content block {data.get('index')} began before block {self._open} had ended")
                self._open = data.get("index")
                if part(data, "content_block").get("text"):
                    self._cannot_tell_the_text("a content block began with text in it")
            case "content_block_stop":
                self._open = None
            case "message_start":
                self._count(part(part(data, "message"), "usage"))
            case "message_delta":
                self._finish(part(data, "delta"))
                self._count(part(data, "usage"))
            case "message_stop":
                if self._open is not None:
                    self._odd(f"content block {self._open} was still open at the end")
                self.sentinel = True
        return ""

    def _speaks(self, data: Mapping[str, object]) -> bool:
        return speaks(data)

    def read_document(self, document: Mapping[str, object]) -> str:
        """Process a whole message, and return its text."""
        self._finish(document)
        if self.finish_reason is None:
            self.undecided = "expected a stop_reason, found none"
        self._count(part(document, "usage"))
        content = document.get("content")
        if not isinstance(content, list):
            self._cannot_tell_the_text(f"expected content as a list of blocks, found {shape_of(content)}")
        return texts(content, "text")

    def _text(self, index: object, delta: Mapping[str, object]) -> str:
        kind, text = delta.get("type"), delta.get("text")
        if kind == "input_json_delta":
            self._take_arguments(index if isinstance(index, int) else None, delta.get("partial_json"))
        if kind == "text_delta" and isinstance(text, str):
            return self._take_text(text)
        if kind not in _NO_TEXT:
            self._take_in_place_of_text(f"a delta of the type {kind!r}")
        return ""

    def _finish(self, holder: Mapping[str, object]) -> None:
        reason = holder.get("stop_reason")
        if isinstance(reason, str):
            self.finish_reason = _COMMON.get(reason, reason) or self.finish_reason
        elif reason is not None:
            self.finish_reason = json.dumps(reason)

    def _count(self, usage: Mapping[str, object]) -> None:
        """Keep the highest count of each kind: a stream gives the input at its start, and the output at its end."""
        for kind, names in _TOKENS.items():
            counts = [number for name in names if isinstance(number := usage.get(name), int)]
            self._counted[kind] = max(self._counted[kind], sum(counts))
        total = sum(self._counted.values())
        if total:
            self.total_tokens = total


def reader() -> MessagesReader:
    """Return a new reader for one response."""
    return MessagesReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is an event of a message."""
    kind = data.get("type")
    return isinstance(kind, str) and (kind in ("ping", "error") or kind.startswith(("message_", "content_block_")))


def tool_call_parts(data: Mapping[str, object]) -> Iterator[ToolCallPart]:
    """Yield what an event says about a block of the type ``tool_use``."""
    index, block, delta = index_at(data, "index"), part(data, "content_block"), part(data, "delta")
    if block.get("type") == "tool_use":
        yield ToolCallPart(index, text_at(block, "id"), text_at(block, "name"))
    elif delta.get("type") == "input_json_delta":
        yield ToolCallPart(index, arguments=text_at(delta, "partial_json"))


def tool_results(request: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the blocks of the type ``tool_result``."""
    for message in parts_of(request.get("messages")):
        for block in parts_of(message.get("content")):
            if block.get("type") == "tool_result":
                yield text_at(block, "tool_use_id"), block.get("content")
