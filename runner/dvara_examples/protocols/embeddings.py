"""OpenAI's embeddings: vectors in one document."""

from collections.abc import Mapping

from dvara_examples.protocols._json_events import parts_of, texts_asked
from dvara_examples.protocols._one_document import DocumentReader

ENDPOINTS = ("/embeddings",)


def reader() -> DocumentReader:
    """Return a new reader for one response."""
    return DocumentReader()


def speaks(_data: Mapping[str, object]) -> bool:
    """Return False: no event belongs here."""
    return False


def lacks(request: Mapping[str, object], came: DocumentReader) -> str | None:
    """Say so if fewer vectors came than *request* has texts, or return None."""
    if came.items is None:
        return None
    asked = texts_asked(request.get("input"))
    vectors = sum(bool(item.get("embedding")) for item in parts_of(came.items))
    return f"expected {asked} embeddings, as the request asks, found {vectors}" if vectors < asked else None
