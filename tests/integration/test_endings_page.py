"""The tables of docs/endings.md come from runs, and these is available again."""

import pytest

from tests.endings_page import LANGUAGES, PAGE, WIRES, read_table, run_rows

pytestmark = pytest.mark.slow

AGAIN = ("conform-e21-silent-truncation", "conform-e12-error-event", "conform-r01-wrong-key", "conform-s02-length")
"""Rows that are made quickly, one of them with naive clients that are fooled in all languages."""


@pytest.mark.timeout(120)
def test_a_row_that_is_run_again_has_the_same_cells(languages: tuple[str, ...]) -> None:
    """What the page says of shipped examples and naive clients is what they do today."""
    page = PAGE.read_text("utf-8")
    shipped, naive = read_table(page, "shipped"), read_table(page, "naive")
    for row in run_rows(AGAIN, languages):
        assert row.entry in WIRES
        for language in languages:
            assert row.shipped[language] == shipped[row.entry][LANGUAGES[language]], "make endings"
            assert row.naive[language] == naive[row.entry][LANGUAGES[language]], "make endings"
