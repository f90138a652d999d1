"""The list of models, one document."""

from collections.abc import Mapping

from dvara_examples.protocols._one_document import DocumentReader

ENDPOINTS = ("/models",)


def reader() -> DocumentReader:
    """Return a new reader for one response."""
    return DocumentReader()


def speaks(_data: Mapping[str, object]) -> bool:
    """Return False: no event belongs here."""
    return False
