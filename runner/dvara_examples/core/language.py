"""How people write a language: in tables and pages, in file names, and in code."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

BODY = r"(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"
"""The part of :attr:`Language.strings` that comes after the opening quote."""


def kebab_case(words: Sequence[str]) -> str:
    """Return ``stream-basic``."""
    return "-".join(words)


def snake_case(words: Sequence[str]) -> str:
    """Return ``stream_basic``."""
    return "_".join(words)


def concatenated(prefix: str, quote: str, texts: Sequence[str], values: Sequence[str]) -> str | None:
    """Return *texts* as strings and *values* as expressions, in turn and joined by ``+``."""
    strings = [f"{prefix}{quote}{text}{quote}" if text else "" for text in texts]
    terms = [term for pair in zip_longest(strings, values, fillvalue="") for term in pair if term]
    return terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is written.

    *title* is its name for people, *fences* are the words that begin the info string of a fence. *stem* makes the name of a
    script, without its ending, of the words of an id.

    *strings* finds comments and strings; a string has the groups ``prefix``, ``quote`` and ``body``. *reads* is the expression
    for a variable, with ``{}`` for its name. *with_variables* takes the prefix and quote of a string, the texts that stay and the
    expressions between them, and returns what is written instead; None where that cannot be said in such a string.

    *clashes* says whether a script with this stem would clash with something in its text. *named* takes code and the usual name
    of its file, and returns the name that it needs. *completed* takes code of a page's own and an example's script, and returns
    the code with what it lacks of that. *starter* is what a new script begins with where no example has the language.
    """

    title: str
    fences: tuple[str, ...]
    strings: re.Pattern[str]
    reads: str
    stem: Callable[[Sequence[str]], str] = kebab_case
    with_variables: Callable[[str, str, Sequence[str], Sequence[str]], str | None] = concatenated
    clashes: Callable[[str, str], bool] = lambda _stem, _text: False
    named: Callable[[str, str], str] = lambda _code, usual: usual
    completed: Callable[[str, str], str] = lambda code, _script: code
    starter: str = ""
