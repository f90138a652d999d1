"""A tap between two raw ends, opened for one test."""

from collections.abc import Iterator

import pytest

from tests.tap.scripted import Line, open_line


@pytest.fixture
def line() -> Iterator[Line]:
    """A tap with the usual settings."""
    with open_line() as opened:
        yield opened
