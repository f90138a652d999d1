"""OpenAI's Responses events: the last word is ``response.completed``, ``response.incomplete`` or ``response.failed``.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. DVARA also ends an answer that was cut off by
length, or withheld, with ``response.completed``: there the wire says ``stop``, and no client can tell.
"""

from collections.abc import Iterator, Mapping

from dvara_examples.protocols._documents import ToolCallPart
from dvara_examples.protocols._json_events import NamedEventReader, index_at, part, parts_of, said, shape_of, text_at, texts

ENDPOINTS = ("/responses",)
_NOT_ENDED = ("queued", "in_progress")
_COMMON = {"max_output_tokens": "length", "content_filter": "content_filter"}


class ResponsesReader(NamedEventReader):
    """Reads the events of one response; notes gaps in their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._number: int | None = None
        self._delta_chars = self._said_chars = 0

    def _take_kind(self, kind: str, data: Mapping[str, object]) -> str:
        number = data.get("sequence_number")
        if isinstance(number, int):
            if self._number is not None and number != self._number + 1:
                self._odd(f"sequence_number {number} came after {self._number}")
            self._number = number
        match kind:
            case "response.output_text.delta":
                delta = data.get("delta")
                if isinstance(delta, str):
                    self._delta_chars += len(delta)
                    return self._take_text(delta)
                self._cannot_tell_the_text(f"expected delta as text, found {shape_of(delta)}")
            case "response.output_text.done" | "response.refusal.delta":
                if data.get("text") or data.get("delta"):
                    self._take_in_place_of_text(kind)
                self._said_chars += len(text_at(data, "text"))
            case "response.function_call_arguments.delta":
                self._take_arguments(index_at(data, "output_index"), data.get("delta"))
            case "response.completed" | "response.incomplete":
                response = part(data, "response")
                if _text(response):
                    self._take_in_place_of_text(f"some in {kind}")
                status = response.get("status")
                self._finish(response, status if isinstance(status, str) else kind.removeprefix("response."))
                self._compare(kind, response)
                self.sentinel = True
            case "response.failed":
                self.error = self.error or said(part(data, "response"))
        return ""

    def _compare(self, kind: str, response: Mapping[str, object]) -> None:
        """Note what the last event says against the good end that it is."""
        if error := part(response, "error"):
            self._contested = self._contested or f"{kind} holds an error: {said(error)}"
        whole = max(self._said_chars, len(_text(response)))
        if 0 < self._delta_chars < whole:
            self._contested = self._contested or f"the deltas have {self._delta_chars} of the {whole} characters of the answer"

    def _speaks(self, data: Mapping[str, object]) -> bool:
        return speaks(data)

    def read_document(self, document: Mapping[str, object]) -> str:
        """Process a whole response, and return its text."""
        status = document.get("status")
        if isinstance(status, str) and status not in _NOT_ENDED:
            self._finish(document, status)
        if self.finish_reason is None:
            self.undecided = f"expected the status completed or incomplete, found {status!r}"
        if not isinstance(output := document.get("output"), list):
            self._cannot_tell_the_text(f"expected output as a list, found {shape_of(output)}")
        return _text(document)

    def _finish(self, response: Mapping[str, object], status: str) -> None:
        total = part(response, "usage").get("total_tokens")
        if isinstance(total, int):
            self.total_tokens = total
        reason = part(response, "incomplete_details").get("reason")
        if status == "incomplete" or reason:
            self.finish_reason = _COMMON.get(reason, reason) if isinstance(reason, str) and reason else "incomplete"
        else:
            self.finish_reason = "stop" if status == "completed" else status


def _text(document: Mapping[str, object]) -> str:
    """Return the text of a whole response."""
    output = document.get("output")
    items = output if isinstance(output, list) else []
    return "".join(texts(item.get("content"), "output_text") for item in items if isinstance(item, Mapping))


def reader() -> ResponsesReader:
    """Return a new reader for one response."""
    return ResponsesReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is an event of a response."""
    kind = data.get("type")
    return isinstance(kind, str) and (kind == "error" or kind.startswith("response."))


def tool_call_parts(data: Mapping[str, object]) -> Iterator[ToolCallPart]:
    """Yield what an event says about an item of the type ``function_call``."""
    index, item = index_at(data, "output_index"), part(data, "item")
    if data.get("type") == "response.output_item.added" and item.get("type") == "function_call":
        yield ToolCallPart(index, text_at(item, "call_id"), text_at(item, "name"))
    elif data.get("type") == "response.function_call_arguments.delta":
        yield ToolCallPart(index, arguments=text_at(data, "delta"))


def tool_results(request: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the items of the type ``function_call_output``."""
    for item in parts_of(request.get("input")):
        if item.get("type") == "function_call_output":
            yield text_at(item, "call_id"), item.get("output")
