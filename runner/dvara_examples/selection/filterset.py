"""The language of ``--filter``: predicates such as ``tag(smoke)``, joined by ``&``, ``|``, ``!`` and parentheses.

Words and precedence are those of cargo-nextest's filtersets: ``!`` binds tightest, then ``&``, then ``|``; ``not``, ``and`` and
``or`` mean the same, for shells in which these signs are special.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from dvara_examples.core.errors import SelectionError
from dvara_examples.core.renamed import PREDICATES
from dvara_examples.core.values import did_you_mean, quoted

WITH_PATTERN = ("id", "tag", "language", "needs", "file")
"""The predicates that hold a word, in which ``*`` and ``?`` stand for other characters."""
WITHOUT = ("opt_in", "all", "none")
"""The predicates that hold nothing."""

_DEEPEST = 50
_LONGEST = 10_000
_TOKEN = re.compile(r"""\s*(?:(?P<sign>[()&|!])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s()&|!"']+))""", re.DOTALL)
_BARE = re.compile(r"""[^\s()&|!"'\\]+""")
_WORDS = {"not": "!", "and": "&", "or": "|"}


@dataclass(frozen=True, slots=True)
class Predicate:
    """One question about a variant; *column* is its position in the text, from 1, and *pattern_column* that of its pattern."""

    name: str
    pattern: str = ""
    column: int = field(default=1, compare=False)
    pattern_column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        bare = not self.pattern or _BARE.fullmatch(self.pattern)
        return f"{self.name}({self.pattern if bare else _in_quotes(self.pattern)})"


@dataclass(frozen=True, slots=True)
class Not:
    """Matches what *part* does not match."""

    part: "Filter"

    def __str__(self) -> str:
        return f"!{_within(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """Matches what all *parts*, two or more, match."""

    parts: tuple["Filter", ...]

    def __str__(self) -> str:
        return " & ".join(map(_within, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """Matches what any of *parts*, two or more, matches."""

    parts: tuple["Filter", ...]

    def __str__(self) -> str:
        return " | ".join(str(part) if isinstance(part, And) else _within(part) for part in self.parts)


Filter = Predicate | Not | And | Or


def parse_filter(text: str) -> Filter:
    """Parse *text*; ``str()`` of the result parses to the same. Raises SelectionError with the column, from 1."""
    if len(text) > _LONGEST:
        raise SelectionError(f"the filter {quoted(text)} is longer than {_LONGEST} characters", "say it in fewer")
    parser = _Parser(text)
    found = parser.any_of(0)
    parser.end()
    return found


def predicates(of: Filter) -> Iterator[Predicate]:
    """Yield every predicate in *of*, from left to right."""
    match of:
        case Predicate():
            yield of
        case Not(part):
            yield from predicates(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from predicates(part)


def refuse(text: str, column: int, what: str, hint: str = "") -> NoReturn:
    """Say what is wrong in the filter *text*, and where."""
    raise SelectionError(f"the filter {quoted(text)} is wrong at column {column}: {what}", hint)


def _within(part: Filter) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


def _in_quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class _Token:
    """A *sign*, or a word whose text is *word*; neither is the end."""

    column: int
    sign: str = ""
    word: str | None = None
    quoted: bool = False

    def __str__(self) -> str:
        if self.word is not None:
            return quoted(self.word)
        return repr(self.sign) if self.sign else "the end"


class _Parser:
    """Parses one text from left to right; each method parses what it is named after."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split())
        self._next = 0

    def any_of(self, depth: int) -> Filter:
        parts = [self._all_of(depth)]
        while self._takes("|"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def end(self) -> None:
        if self._token.sign or self._token.word is not None:
            self._expected("&, | or the end")

    def _all_of(self, depth: int) -> Filter:
        parts = [self._one(depth)]
        while self._takes("&"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Filter:
        if depth > _DEEPEST:
            refuse(self._text, self._token.column, f"more than {_DEEPEST} levels deep", "say it in fewer")
        if self._takes("!"):
            return Not(self._one(depth + 1))
        if self._takes("("):
            inner = self.any_of(depth + 1)
            if not self._takes(")"):
                self._expected("&, | or )")
            return inner
        return self._predicate()

    def _predicate(self) -> Predicate:
        token = self._token
        if token.word is None or token.quoted:
            self._expected("a predicate, ! or (", f"predicates are {_listing()}")
        name = PREDICATES.get(token.word, token.word)
        if name not in WITH_PATTERN + WITHOUT:
            known = did_you_mean(token.word, WITH_PATTERN + WITHOUT)
            refuse(self._text, token.column, f"unknown predicate {quoted(token.word)}", known)
        self._next += 1
        if not self._takes("("):
            self._expected(f"( after {token.word}")
        pattern, column = self._pattern(name) if name in WITH_PATTERN else ("", token.column)
        if not self._takes(")"):
            self._expected(")")
        return Predicate(name, pattern, token.column, column)

    def _pattern(self, name: str) -> tuple[str, int]:
        token = self._token
        if not token.word:
            self._expected(f"a word or a pattern with * and ?, as in {name}(stream*)")
        self._next += 1
        return token.word, token.column

    def _takes(self, sign: str) -> bool:
        token = self._token
        found = token.sign == sign or (token.word is not None and not token.quoted and _WORDS.get(token.word) == sign)
        self._next += found
        return found

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _expected(self, what: str, hint: str = "") -> NoReturn:
        refuse(self._text, self._token.column, f"expected {what}, found {self._token}", hint)

    def _split(self) -> Iterator[_Token]:
        text, start = self._text.rstrip(), 0
        while start < len(text):
            found = _TOKEN.match(text, start)
            if found is None:
                column = start + len(text[start:]) - len(text[start:].lstrip()) + 1
                refuse(
                    self._text, column, f"found {text[column - 1]!r}", 'text with odd characters is written in "double quotes"'
                )
            kind = str(found.lastgroup)
            column, start = found.start(kind) + 1, found.end()
            if kind == "sign":
                yield _Token(column, sign=found[kind])
            else:
                word = re.sub(r"\\(.)", r"\1", found[kind], flags=re.DOTALL) if kind == "quoted" else found[kind]
                yield _Token(column, word=word, quoted=kind == "quoted")
        yield _Token(len(text) + 1)


def _listing() -> str:
    return ", ".join([f"{name}(…)" for name in WITH_PATTERN] + [f"{name}()" for name in WITHOUT])
