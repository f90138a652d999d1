"""The reference pages name everything that there is."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.docs_ci.directives import DIRECTIVES, PLACEHOLDER_FOR
from dvara_examples.docs_ci.fence_status import FenceState
from dvara_examples.docs_ci.page import fence_words
from dvara_examples.embedded_gateway.answers import ANSWER_KEYS
from dvara_examples.expectations import expectation_keys
from dvara_examples.faults import fault_keys
from dvara_examples.gateways import CAPABILITIES
from dvara_examples.records.model import Ending
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import report_kinds
from dvara_examples.selection.filterset import WITH_PATTERN, WITHOUT

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("docs/manifest.md", [*expectation_keys(), *ANSWER_KEYS, *CAPABILITIES, *fault_keys()]),
        ("docs/endings.md", [ending.value for ending in Ending]),
        ("docs/docs-ci.md", [*DIRECTIVES, *[state.value for state in FenceState], *PLACEHOLDER_FOR, *fence_words()]),
        ("docs/reports.md", [*report_kinds()]),
        ("docs/exit-codes.md", [outcome.value for outcome in Outcome]),
        ("docs/running.md", [f"{name}()" for name in WITHOUT]),
    ],
)
def test_a_reference_page_names_every_word(page: str, words: list[str]) -> None:
    """A word that the program knows is explained on its page."""
    text = (REPOSITORY / page).read_text("utf-8")
    assert [word for word in words if f"`{word}`" not in text] == []


def test_the_page_about_running_has_an_example_of_each_predicate() -> None:
    """Every word of the filter language that takes a pattern is explained."""
    text = (REPOSITORY / "docs" / "running.md").read_text("utf-8")
    assert [name for name in WITH_PATTERN if f"\n| `{name}(" not in text] == []


def test_the_page_of_exit_codes_has_a_row_for_each() -> None:
    """Exit codes are documented data."""
    text = (REPOSITORY / "docs" / "exit-codes.md").read_text("utf-8")
    assert [code.value for code in ExitCode if f"\n| {code.value} |" not in text] == []
