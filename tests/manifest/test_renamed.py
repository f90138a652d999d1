"""Words of manifests that were renamed: the old ones still work, and the user is told the new ones."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.core.renamed import ANSWER_KEYS, EXAMPLE_KEYS, EXPECTATIONS
from dvara_examples.core.values import InvalidValue
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.expectations import expectation_keys, parse_expectation
from dvara_examples.manifest.loader import load_manifest
from dvara_examples.records.verdict import Expectation
from dvara_examples.selection.filterset import parse_filter

MANIFEST = """\
version: 1
examples:
  - id: old-words
    title: Old words
    explicit: true
    answers:
      - silence: true
      - {text: a b, times: 3, spelling: spaced, error_event_after: 1, then_done: true}
      - refused: true
    expect: {exit: 0, hangs_up_within_s: 2.0}
    variants:
      python:
        file: old.py
        because: it waits
        expect: {attempt_gaps_s: [{min: 0.4}]}
"""


def parsed(expect: Mapping[str, object]) -> list[Expectation]:
    """Return what the plain values say, whatever they are called."""
    return [parse_expectation(key, value) for key, value in expect.items()]


OLD_ANSWERS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "refused": ({"refused": True}, {"content_filter": True}),
    "silence": ({"silence": True}, {"hang": True}),
    "times": ({"text": "a", "times": 2}, {"text": "a", "repeat": 2}),
    "spelling": ({"text": "a", "spelling": "spaced"}, {"text": "a", "sse_space": True}),
    "then_done": (
        {"text": "a b", "error_event_after": 1, "then_done": True},
        {"text": "a b", "error_event_after": 1, "done_after_error": True},
    ),
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Return a manifest in old words, with its script."""
    (tmp_path / "old.py").write_text("")
    path = tmp_path / "manifest.yaml"
    path.write_text(MANIFEST)
    return path


def test_old_words_mean_what_they_meant(manifest: Path) -> None:
    """A manifest in old words is read as the same manifest in new ones."""
    old = load_manifest(manifest, manifest.parent)
    text = MANIFEST
    for word, name in {**EXAMPLE_KEYS, **EXPECTATIONS, **ANSWER_KEYS}.items():
        text = text.replace(f"{word}: spaced", f"{name}: true").replace(f"{word}:", f"{name}:")
    manifest.write_text(text)
    new = load_manifest(manifest, manifest.parent)
    (was,), (now,) = old.examples, new.examples
    assert (was.opt_in, now.opt_in) == (True, True)
    assert [parse_answer(a) for a in was.answers] == [parse_answer(a) for a in now.answers]
    assert [parsed(v.expect) for v in was.variants] == [parsed(v.expect) for v in now.variants]
    assert new.notes == ()


def test_each_old_word_is_noted_where_it_stands(manifest: Path) -> None:
    """There is one note for each old word, in the order of the file, with line and column."""
    notes = load_manifest(manifest, manifest.parent).notes
    assert len(notes) == 8
    assert notes[0] == "manifest.yaml:5:5: 'explicit' is now 'opt_in'; rename it"
    assert notes[-1] == "manifest.yaml:15:18: 'attempt_gaps_s' is now 'retry_delays_s'; rename it"


@pytest.mark.parametrize("word", sorted(ANSWER_KEYS))
def test_old_words_of_answers(word: str) -> None:
    """An answer in old words is the answer in new ones, and what is wrong with it is named at the old word."""
    old, new = OLD_ANSWERS[word]
    assert parse_answer(old) == parse_answer(new)
    with pytest.raises(InvalidValue) as both:
        parse_answer({**old, **new})
    assert both.value.path == (word,)
    with pytest.raises(InvalidValue) as wrong:
        parse_answer({**old, word: []})
    assert wrong.value.path == (word,)


@pytest.mark.parametrize(("word", "value"), [("hangs_up_within_s", 2.0), ("attempt_gaps_s", [{"min": 0.4}])])
def test_old_words_of_expectations(word: str, value: object) -> None:
    """A stored run whose expectations have old names can be judged again."""
    assert parse_expectation(word, value).key == EXPECTATIONS[word]
    assert word not in expectation_keys()


def test_both_names_at_once_are_refused(manifest: Path) -> None:
    """An example that is explicit and opt_in at once is refused at the old word."""
    manifest.write_text(MANIFEST.replace("explicit: true", "explicit: true\n    opt_in: false"))
    with pytest.raises(
        ManifestError, match=r"manifest.yaml:5:5: examples\[0\]: expected 'opt_in' or 'explicit', its old name, found both"
    ):
        load_manifest(manifest, manifest.parent)


def test_the_old_predicate() -> None:
    """A filter may still say explicit()."""
    assert parse_filter("explicit()") == parse_filter("opt_in()")
