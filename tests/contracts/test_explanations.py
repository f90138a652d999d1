"""Every word that a user can meet is explained."""

import re

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.explanations import explanations, words
from dvara_examples.expectations import expectation_keys
from dvara_examples.faults import fault_keys
from dvara_examples.records.model import Ending
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports._exchange_lines import MEANINGS

WORDS = {
    "ending": [str(ending) for ending in Ending],
    "expectation": list(expectation_keys()),
    "fault": list(fault_keys()),
    "exit code": [str(code.value) for code in ExitCode],
    "outcome": [*map(str, Outcome), "flaky", "parity", "known_failure"],
}


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_has_an_entry_and_no_entry_lacks_its_word(kind: str) -> None:
    """What the program knows is explained, once; what it does not know any more is not."""
    assert sorted(explanation.word for explanation in words()[kind]) == sorted(WORDS[kind])


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind in WORDS for word in WORDS[kind]])
def test_an_entry_says_what_it_means_how_it_comes_about_and_what_to_do(kind: str, word: str) -> None:
    """Three paragraphs of whole sentences, the second and third with their own beginning."""
    (found,) = (explanation for explanation in explanations(word) if explanation.kind == kind)
    assert len(found.paragraphs) == 3
    beginnings = {"expectation": ("Fails if: ", "Fix: "), "fault": ("Syntax: ", "Look for: ")}
    for paragraph, beginning in zip(found.paragraphs[1:], beginnings.get(kind, ("Cause: ", "Fix: ")), strict=True):
        assert paragraph.startswith(beginning)
    assert all(re.search(r"[.)]$", paragraph) for paragraph in found.paragraphs)


@pytest.mark.parametrize("ending", Ending)
def test_an_ending_is_explained_as_everywhere_else(ending: Ending) -> None:
    """Tap, page and `explain` begin with the same words."""
    (found,) = (explanation for explanation in explanations(ending) if explanation.kind == "ending")
    assert found.meaning.replace("`", "").casefold().startswith(MEANINGS[ending].casefold())


@pytest.mark.parametrize("kind", WORDS)
def test_an_entry_names_only_words_that_exist(kind: str) -> None:
    """A single word in backticks that looks like one of ours is one, or an option, a file, or code."""
    known = {word for group in WORDS.values() for word in group}
    ours = re.compile(r"see(?: the endings?)? `([a-z_]+)`(?: and `([a-z_]+)`)?")
    for explanation in words()[kind]:
        for found in ours.findall(" ".join(explanation.paragraphs)):
            assert {word for word in found if word} <= known
