"""Answers that are never streamed: one JSON document with a list of ``data``."""

from collections.abc import Mapping

from dvara_examples.protocols._json_events import JsonEventReader, part, shape_of
from dvara_examples.wire.sse import ServerSentEvent


class DocumentReader(JsonEventReader):
    """Reads one document; an event stream instead is in no known protocol. *items* is the content of its list, if one came."""

    def __init__(self) -> None:
        super().__init__()
        self.known = False
        self.items: list[object] | None = None

    def read_document(self, document: Mapping[str, object]) -> str:
        """Process the whole document, count its tokens, and return no text."""
        total = part(document, "usage").get("total_tokens")
        self.total_tokens = total if isinstance(total, int) else None
        items = document.get("data")
        if isinstance(items, list):
            self.items = items
        else:
            self._contested = f"expected data as a list, found {'none' if items is None else shape_of(items)}"
        return ""

    def _speaks(self, _data: Mapping[str, object]) -> bool:
        return True

    def _error_in(self, _event: ServerSentEvent, _data: Mapping[str, object]) -> str | None:
        return None

    def _take(self, _event: ServerSentEvent, _data: Mapping[str, object]) -> str:
        return ""
