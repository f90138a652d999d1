"""What the words mean that people meet in summaries: endings, expectations, faults, exit codes, outcomes.

The texts are Markdown beside this module, one file per kind: a heading per word (or several words that share a text), then a
paragraph each on what it means, how it comes about or is put, and what to do. They are the one source; other places quote them.
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
    """One word: *kind* is what it is a word for, *paragraphs* the text, each one line without breaks."""

    word: str
    kind: str
    paragraphs: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """The first paragraph."""
        return self.paragraphs[0]


def explanations(word: str) -> tuple[Explanation, ...]:
    """Return all that is known of *word*, whatever its case; some words are of two kinds."""
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
