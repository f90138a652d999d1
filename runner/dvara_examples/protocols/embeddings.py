"""OpenAI's embeddings: vectors in one document."""

from collections.abc import Mapping

from dvara_examples.protocols._one_document import DocumentReader

ENDPOINTS = ("/embeddings",)


def reader() -> DocumentReader:
    """Return a new reader for one response."""
    return DocumentReader()


def speaks(_data: Mapping[str, object]) -> bool:
    """Tell that no event belongs here."""
    return False
