"""How a language is written in tables, pages, file names and code, and what its code says without running it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

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


def block_comment(text: str) -> str:
    """Return the text of the first ``/* … */`` at the top of *text*."""
    found = re.search(r"/\*+(.*?)\*/", text[:6_000], re.DOTALL)
    return re.sub(r"^[ \t]*\*", "", found[1], flags=re.MULTILINE) if found else ""


@dataclass(frozen=True, slots=True)
class BuiltClass:
    """A script that is a class of a build: *project* is the folder of the build, *main* the name of the class."""

    project: Path
    main: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be read from a script: *text* is all of it, *code* has comments and docstrings blanked out.

    *lists* are the names of files that declare dependencies, the one that counts first, and *lists_itself* tells whether a text
    declares its own. *variables* finds where a variable is read: the group that matched is its name, and it is called ``needed``
    where the script cannot do without.

    *says* takes the text and returns what it says of itself in other comments than single lines. *imports* takes the code and
    returns the names that it imports. *is_client* tells whether such a name is a library that asks a model; *companions* are
    other libraries that code on pages imports next to one, and *is_foreign* tells whether a name comes neither from the language
    nor from such a companion. *package_of* returns the package that it comes from, or None where
    nothing has to be installed. *provides* tells whether the folder of a list has the module of that name itself, *beside*
    whether it lies next to a script.

    *runs* takes text and code, and tells whether something happens when the script is started. *not_alone* takes text and code
    out of a page, and returns why that is no script, or None. *continues* takes two texts out of a page, and tells whether the
    second uses what the first defined. *build_of* takes a script, its text and the root of the repository, and returns which
    class of which build it is; None if it is started as it is.
    """

    lists: tuple[str, ...] = ()
    lists_itself: Callable[[str], bool] = lambda _text: False
    variables: re.Pattern[str] | None = None
    says: Callable[[str], str] = lambda _text: ""
    imports: Callable[[str], tuple[str, ...]] = lambda _code: ()
    is_client: Callable[[str], bool] = lambda _name: False
    companions: frozenset[str] = frozenset()
    is_foreign: Callable[[str], bool] = lambda _name: False
    package_of: Callable[[str], str | None] = lambda _name: None
    provides: Callable[[Path, str], bool] = lambda _list, _name: False
    beside: Callable[[Path, str], bool] = lambda _script, _name: False
    runs: Callable[[str, str], bool] = lambda _text, _code: True
    not_alone: Callable[[str, str], str | None] = lambda _text, _code: None
    continues: Callable[[str, str], bool] = lambda _before, _text: False
    build_of: Callable[[Path, str, Path], BuiltClass | None] = lambda _script, _text, _root: None


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is written.

    *title* is its name for people, *fences* are the words that begin the info string of a fence. *stem* makes the name of a
    script, without its ending, of the words of an id. *comment* is the sign before a comment that ends with its line. *reading*
    says what is told from the text of a script.

    *strings* finds comments and strings; a string has the groups ``prefix``, ``quote`` and ``body``. *reads* is the expression
    for a variable, with ``{}`` for its name. *with_variables* takes the prefix and quote of a string, the texts that stay and the
    expressions between them, and returns what is written instead; None if that cannot be said in such a string.

    *clashes* says whether a script with this stem would clash with something in its text. *named* takes code and the usual
    name of its file, and returns the name that it needs. *completed* takes code of a page's own and an example's script, and
    returns the code with what it lacks of that. *starter* is what a new script begins with where no example has the language.
    *typed* takes the first word of a fence, and returns the ending of a file with such code, where it is not the usual one.
    *image* is the container image in which its scripts run where they are to run in one, and none is named.
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
    typed: Callable[[str], str] = lambda _word: ""
    comment: str = "#"
    reading: Reading = Reading()
    image: str = ""
