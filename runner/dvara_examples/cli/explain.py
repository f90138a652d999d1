"""``dvara-examples explain``."""

from typing import TYPE_CHECKING

import click

from dvara_examples.cli import _completion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dvara_examples.core.explanations import Explanation

_MOST_WIDTH = 100
_MOST_BEGUN = 3


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[WORD]...", shell_complete=_completion.words)
def command(words: tuple[str, ...]) -> None:
    """Explain a word of the summary: what it means, what causes it, what to do.

    WORD is an ending, expectation, fault, exit code or outcome. Without WORD, all of them are listed.

    \b
    dvara-examples explain truncated
    dvara-examples explain prints_the_stream progressive
    dvara-examples explain 3
    """
    import shutil

    width = min(shutil.get_terminal_size().columns, _MOST_WIDTH)
    found = [explanation for word in words for explanation in _explanations(word)]
    for line in _told(found, width) if words else _listed(width):
        click.echo(line)


def _explanations(word: str) -> "tuple[Explanation, ...]":
    from dvara_examples.core.explanations import explanations, words
    from dvara_examples.core.renamed import EXPECTATIONS
    from dvara_examples.core.values import near_words

    found = explanations(EXPECTATIONS.get(word, word))
    if not found:
        known = [each.word for group in words().values() for each in group]
        begun = [each for each in known if each.startswith(word)]
        near = " or ".join(map(repr, begun)) if 0 < len(begun) <= _MOST_BEGUN else ""
        question = f"did you mean {near}?" if near else near_words(word, known)
        question += " " if question else ""
        raise click.UsageError(f"unknown word {word!r}; {question}`dvara-examples explain` lists all words")
    return found


def _told(found: "list[Explanation]", width: int) -> "Iterator[str]":
    import textwrap

    for place, explanation in enumerate(found):
        if place:
            yield ""
        yield f"{explanation.word}: {_article(explanation.kind)}"
        for paragraph in explanation.paragraphs:
            yield ""
            yield textwrap.fill(paragraph, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _listed(width: int) -> "Iterator[str]":
    import textwrap

    from dvara_examples.core.explanations import words

    for kind, group in words().items():
        yield f"{kind}s"
        listing = ", ".join(explanation.word for explanation in group)
        yield textwrap.fill(listing, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
