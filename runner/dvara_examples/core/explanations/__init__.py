"""Explanations of the words in a summary: endings, expectations, faults, exit codes, outcomes.

The texts are Markdown files in this package, one per kind: a heading per word (or several words that share a text), then
paragraphs on meaning, cause or syntax, and fix. They are the only source; other places quote them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS: Mapping[str, str] = {
    "endings": "ending",
    "expectations": "expectation",
    "faults": "fault",
    "codes": "exit code",
    "outcomes": "outcome",
}
"""The files and what their words are, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One word: *kind* is its kind, *paragraphs* is the text, each one line without breaks."""

    word: str
    kind: str
    paragraphs: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """The first paragraph."""
        return self.paragraphs[0]


def explanations(word: str) -> tuple[Explanation, ...]:
    """Return the explanations of *word*, ignoring case; some words are of two kinds."""
    return tuple(found for found in _all() if found.word == word.lower())


def words() -> Mapping[str, tuple[Explanation, ...]]:
    """Return every kind with its words, in the order of the texts."""
    return {kind: tuple(found for found in _all() if found.kind == kind) for kind in KINDS.values()}


@cache
def _all() -> tuple[Explanation, ...]:
    return tuple(found for name, kind in KINDS.items() for found in _read(name, kind))


def _read(name: str, kind: str) -> Iterator[Explanation]:
    text = (files(__name__) / f"{name}.md").read_text("utf-8")
    for section in text.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        paragraphs = tuple(" ".join(paragraph.split()) for paragraph in body.strip().split("\n\n"))
        for word in heading.split(","):
            yield Explanation(word.strip(), kind, paragraphs)
