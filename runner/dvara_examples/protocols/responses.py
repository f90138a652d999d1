"""OpenAI's Responses events: the last word is ``response.completed``, ``response.incomplete`` or ``response.failed``.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. DVARA ends an answer that was cut off by length, or
withheld, with ``response.completed`` too: there the wire says ``stop``, and no client can know better.
"""

from collections.abc import Mapping

from dvara_examples.protocols._json_events import NamedEventReader, part, said, texts

ENDPOINT = "/responses"

_COMMON = {"max_output_tokens": "length", "content_filter": "content_filter"}


class ResponsesReader(NamedEventReader):
    """Reads the events of one response; gaps in their numbers are noted."""

    def __init__(self) -> None:
        super().__init__()
        self._number: int | None = None

    def _take_kind(self, kind: str, data: Mapping[str, object]) -> str:
        number = data.get("sequence_number")
        if isinstance(number, int):
            if self._number is not None and number != self._number + 1:
                self._odd(f"sequence_number {number} came after {self._number}")
            self._number = number
        response = part(data, "response")
        match kind:
            case "response.output_text.delta":
                delta = data.get("delta")
                return delta if isinstance(delta, str) else ""
            case "response.completed" | "response.incomplete":
                self._finish(response, "completed" if kind == "response.completed" else "incomplete")
                self.sentinel = True
            case "response.failed":
                self.error = self.error or said(response)
        return ""

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take a whole response, and return its text."""
        status = document.get("status")
        if isinstance(status, str):
            self._finish(document, status)
        output = document.get("output")
        items = output if isinstance(output, list) else []
        return "".join(texts(item.get("content"), "output_text") for item in items if isinstance(item, Mapping))

    def _finish(self, response: Mapping[str, object], status: str) -> None:
        total = part(response, "usage").get("total_tokens")
        if isinstance(total, int):
            self.total_tokens = total
        if status == "completed":
            self.finish_reason = "stop"
        elif status == "incomplete":
            reason = part(response, "incomplete_details").get("reason")
            self.finish_reason = _COMMON.get(reason, reason) if isinstance(reason, str) and reason else "incomplete"


def reader() -> ResponsesReader:
    """Return a new reader for one response."""
    return ResponsesReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is an event of a response."""
    kind = data.get("type")
    return isinstance(kind, str) and (kind == "error" or kind.startswith("response."))
