"""A page as this tool sees it: its text, its fences with their directives, and what is wrong with these."""

import codecs
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.directives import (
    BadDirective,
    Close,
    Directive,
    Placeholders,
    RunsAs,
    Shows,
    Table,
    TableEnd,
    Untested,
    parse_directive,
)
from dvara_examples.docs_ci.grammar import is_mdx
from dvara_examples.docs_ci.markdown import Block, Comment, Fence, Prose, Unseen, blocks
from dvara_examples.toolchains import languages, load_toolchain

SUFFIXES = (".md", ".mdx", ".markdown")
OTHER_FORMATS = {
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".ipynb": "a Jupyter notebook",
    ".org": "Org",
    ".textile": "Textile",
    ".html": "HTML",
    ".htm": "HTML",
}
"""Formats of pages with code in them that are not read here: without a word, all of it would seem to be tested."""

_WORD = re.compile(
    r"(?:\{\s*(?:code|code-block|code-cell|sourcecode)\s*\}\s*"  # MyST: {code-block} python
    r"|\{\s*(?:#\S+\s+)?)?"  # Pandoc: {#id .python}
    r"\.?(?P<word>[A-Za-z0-9_+#-]+)"
)
_About = Shows | RunsAs | Untested


@cache
def fence_words() -> Mapping[str, str]:
    """Return the first words of info strings, and the language whose toolchain runs such a fence."""
    return {word: language for language in languages() for word in load_toolchain(language).spelling.fences}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A fence that can be tested: its *language*, and its directive with its line, if there is one."""

    fence: Fence
    language: str | None
    about: _About | None = None
    about_line: int = 0

    @property
    def line(self) -> int:
        """The line of the opening fence, counted from 1."""
        return self.fence.start + 1


@dataclass(frozen=True, slots=True)
class PageProblem:
    """Something on *line* (from 1) that cannot be understood."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Generated:
    """A part of the page that this tool writes: the lines from index *start* up to *end*, between two comments."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read from *path*; *shown* is its name in messages. *text* has no byte order mark."""

    path: Path
    shown: str
    text: str
    has_bom: bool = False
    fences: tuple[Fence, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    tables: tuple[Generated, ...] = ()
    placeholders: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    problems: tuple[PageProblem, ...] = ()
    mdx: bool | None = None
    indented: tuple[int, ...] = ()


def load_page(path: Path, shown: str) -> Page:
    """Read the page at *path*. Raises PageError if it is not text in UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PageError(f"{shown}: the page cannot be read ({reason})", "name a Markdown file or a folder") from None
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
        return read_page(path, shown, text, has_bom=data.startswith(codecs.BOM_UTF8), mdx=is_mdx(path, text))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"found the byte 0x{error.object[error.start]:02x}, which is not UTF-8 here"
        raise PageError(f"{shown}:{line}: {found}", "save the page as UTF-8") from None


def read_page(path: Path, shown: str, text: str, *, has_bom: bool = False, mdx: bool | None = None) -> Page:
    """Return the page for *text*; *mdx* is its grammar, None to decide by a name that ends in ``.mdx`` or by the content."""
    found = blocks(text, mdx=True if mdx is None and path.suffix == ".mdx" else mdx)
    reader = _Reader()
    reader.read(found)
    return Page(
        path,
        shown,
        text,
        has_bom,
        tuple(block for block in found if isinstance(block, Fence)),
        tuple(reader.snippets),
        tuple(reader.tables),
        tuple(reader.placeholders),
        tuple(reader.variables),
        tuple(sorted(reader.problems, key=lambda problem: problem.line)),
        mdx,
        tuple(block.start + 1 for block in found if isinstance(block, Prose) and block.indented),
    )


def word_of(info: str) -> str | None:
    """Return the first word of an info string, in lower case, or None."""
    word = _WORD.match(info)
    return word["word"].lower() if word else None


def language_of(info: str) -> str | None:
    """Return the language whose toolchain runs a fence with this info string, or None."""
    word = word_of(info)
    return fence_words().get(word) if word else None


@dataclass(slots=True)
class _Reader:
    """Goes through the blocks of one page and assigns a directive to each fence.

    A directive applies to the first fence in each language after it, as long as only tabs are between; if a comment closes its
    group, prose may be between too.
    """

    snippets: list[Snippet] = field(default_factory=list)
    tables: list[Generated] = field(default_factory=list)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    variables: list[tuple[str, str]] = field(default_factory=list)
    problems: list[PageProblem] = field(default_factory=list)
    _about: _About | None = None
    _line: int = 0
    _closed_later: bool = False
    _served: set[str | None] = field(default_factory=set)
    _table: int | None = None

    def read(self, found: Sequence[Block]) -> None:
        directives = self._directives(found)
        closed = _closed_later(directives)
        for index, block in enumerate(found):
            match block:
                case Comment():
                    if index in directives:
                        self._take(block, directives[index], closed_later=index in closed)
                case Fence():
                    self._fence(block)
                case Unseen():
                    self._unseen(block)
                case Prose():
                    if not self._closed_later:
                        self._end()
        self._end()
        if self._table is not None:
            self._problem(self._table, "the table that begins here has no /examples comment at its end; add one")

    def _unseen(self, block: Unseen) -> None:
        try:
            ours = parse_directive(block.text) is not None
        except BadDirective:
            ours = True
        if ours:
            sentence = "this comment is inside something else and has no effect; move it to its own line"
            self._problem(block.start + 1, sentence)

    def _directives(self, found: Sequence[Block]) -> dict[int, Directive]:
        directives = {}
        for index, block in enumerate(found):
            if isinstance(block, Comment):
                try:
                    directive = parse_directive(block.text)
                except BadDirective as error:
                    self._problem(block.start + 1, str(error))
                    continue
                if directive is not None:
                    directives[index] = directive
        return directives

    def _take(self, block: Comment, directive: Directive, *, closed_later: bool) -> None:
        match directive:
            case Placeholders():
                self.placeholders.extend(directive.pairs)
                self.variables.extend(directive.variables)
            case Table() if block.nested:
                self._problem(block.start + 1, "a table inside a list or a quote cannot be written; put it outside")
            case Table():
                self._table = block.end
            case TableEnd():
                if self._table is None or self._table > block.start:
                    self._problem(
                        block.start + 1,
                        "no table has begun above that could end here; add a line with the comment examples: table",
                    )
                else:
                    self.tables.append(Generated(self._table, block.start))
                self._table = None
            case Close():
                if self._about is None:
                    self._problem(block.start + 1, "nothing is open that could be closed here; remove the comment")
                self._end()
            case _:
                self._end()
                self._about, self._line, self._closed_later, self._served = directive, block.start + 1, closed_later, set()

    def _fence(self, fence: Fence) -> None:
        language = language_of(fence.info)
        about = self._about
        named = about.language if isinstance(about, Shows | RunsAs) else None
        if named is not None and not self._served:
            self._served.add(named)
            self.snippets.append(Snippet(fence, named, about, self._line))
            if not self._closed_later:
                self._end()
        elif language is None:
            return
        elif about is None or named is not None or language in self._served:
            if not self._closed_later:
                self._end()
            self.snippets.append(Snippet(fence, language))
        else:
            self._served.add(language)
            self.snippets.append(Snippet(fence, language, about, self._line))

    def _end(self) -> None:
        """End the group of the directive; one that applies to no fence is a mistake."""
        if self._about is not None and not self._served:
            sentence = (
                "no fence in Python, JavaScript or Java follows this comment; only blank lines and tabs may be between, "
                "and inside HTML a fence needs a blank line before it"
            )
            self._problem(self._line, sentence)
        self._about, self._closed_later = None, False

    def _problem(self, line: int, sentence: str) -> None:
        self.problems.append(PageProblem(line, sentence))


def _closed_later(directives: Mapping[int, Directive]) -> set[int]:
    """Return the indices of the directives whose group a comment closes."""
    about = [(index, d) for index, d in sorted(directives.items()) if isinstance(d, Shows | RunsAs | Untested | Close)]
    return {index for (index, _), (_, following) in itertools.pairwise(about) if isinstance(following, Close)}
