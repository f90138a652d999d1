"""The relevant blocks of a Markdown page, in order, each with its lines; by the rules of CommonMark or of MDX.

CommonMark defines what a fence is (in lists and quotes too) and what only looks like one (inside an HTML block or a comment,
or indented). MDX differs: it has no HTML blocks and no indented code, and its comments are ``{/* … */}``. Front matter belongs
to neither, and is skipped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from dvara_examples.docs_ci._block_rules import line_text, push_block
from dvara_examples.docs_ci.mdx import use_mdx

_COMMENT = re.compile(r"<!--(?P<html>.*?)-->|\{/\*(?P<mdx>.*?)\*/\}", re.DOTALL)
_IMPORT = re.compile(r"import\s.*\sfrom\s+['\"].+['\"];?\s*$", re.MULTILINE)
_COMPONENT = re.compile(r"\s*</?[A-Z][\w.]*[a-z]")
"""A tag of a component: those of HTML are written in lower case, or all in capitals."""
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_UNSEEN = re.compile(r"<!--(?P<html>.*?)-->|\{\s*/\*(?P<mdx>.*?)\*/", re.DOTALL)
_MARKUP = r"<summary>[^<]*</summary>|<[^<>]*>|\{%[^\n]*?%\}|\{\{[<%][^\n]*?[%>]\}\}|:::+[^\n]*|===[+!]? +\"[^\n]*|////*[^\n]*"
_TABS = re.compile(rf"(?:\s*(?:{_MARKUP}))+\s*")
"""What tabs are made of: tags, and the words of Hugo, Liquid, Docusaurus, MkDocs and Python-Markdown."""
_INDENTS = re.compile(r"(?:===[+!]?|!!!|\?\?\?\+?) +(?:[\w -]+|(?:[\w-]+ +)*\"[^\"]*\")\s*")
_INDENT = 4
_COLON_FENCE = re.compile(r"(?P<markup>:{3,})(?P<info>\{\s*(?:code|code-block|code-cell|sourcecode)\s*\}.*)")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: *start* is the index of its opening line, *end* the index after its last line.

    *lines* are its content without indentation and quote marks; *closed* tells whether it has a closing fence.
    """

    start: int
    end: int
    info: str
    markup: str
    lines: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that readers do not see, on the lines from *start* up to *end*; *nested* if in a list or a quote."""

    start: int
    end: int
    text: str
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """Anything else that a reader sees, such as *indented* code; the markup of tabs is no block."""

    start: int
    indented: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """A comment inside something else, on the line *start*: it belongs to no fence, and readers may see it."""

    start: int
    text: str


Block = Fence | Comment | Prose | Unseen


def split_page(text: str) -> list[str]:
    """Return the lines of *text* with their ends, by CommonMark's rule; joined, they give *text* again."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def blocks(text: str, *, mdx: bool | None = None) -> list[Block]:
    """Return the blocks of a page; *mdx* is its grammar. With None, an import or a component in its prose makes it MDX."""
    tokens = _parser(mdx or False).parse(text)
    if mdx is None and any(map(_only_in_mdx, tokens)):
        tokens = _parser(mdx=True).parse(text)
    return list(_blocks(tokens))


def _only_in_mdx(token: Token) -> bool:
    if token.type == "inline":
        return token.level == 1 and _IMPORT.match(token.content) is not None
    return token.type == "html_block" and _COMPONENT.match(token.content) is not None


def _parser(mdx: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])  # ignores what is inside a line
    parser.block.ruler.before("code", "front_matter", _front_matter)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    if mdx:
        use_mdx(parser)
    else:
        parser.block.ruler.before("fence", "comment", _line_comment, interrupts)
        parser.block.ruler.before("code", "indented", _indented, interrupts)
        parser.block.ruler.before("fence", "colon_fence", _colon_fence, interrupts)
    return parser


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    for token in tokens:
        if token.map is None or token.type in ("front_matter", "module"):
            continue
        start, end = token.map
        yield from _unseen(token, start)
        if token.type == "fence":
            yield _fence(token, start, end)
        elif token.type == "html_block":
            yield from _html(token, start)
        elif token.type == "indented" and token.content.lstrip().startswith("==="):
            continue  # a tab
        elif token.type in ("indented", "inline", "code_block", "hr") and not (token.content and _is_markup(token.content)):
            yield Prose(start, token.type == "code_block")


def _html(token: Token, start: int) -> Iterator[Block]:
    """Yield the comments in a block of HTML, and whatever else a reader sees of it."""
    at, content = 0, token.content
    for found in _COMMENT.finditer(content):
        if not _is_markup(content[at : found.start()]):
            yield Prose(start)
        first, last = (start + content.count("\n", 0, place) for place in found.span())
        yield Comment(first, last + 1, (found["html"] or found["mdx"] or "").strip(), nested=token.level > 0)
        at = found.end()
    if not _is_markup(content[at:]):
        yield Prose(start)


def _unseen(token: Token, start: int) -> Iterator[Unseen]:
    """Yield the comments in text, in indented code, in a fence without an end, and in MDX expressions."""
    content = token.content
    if token.type == "inline":
        content = _CODE_SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span[0]), content)
    elif token.type == "html_block":
        content = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), content)
    elif token.type == "fence" and token.map is not None and not _fence(token, *token.map).closed:
        start += 1
    elif token.type != "code_block":
        return
    for found in _UNSEEN.finditer(content):
        yield Unseen(start + content.count("\n", 0, found.start()), (found["html"] or found["mdx"] or "").strip())


def _is_markup(text: str) -> bool:
    return not text.strip() or _TABS.fullmatch(text) is not None


def _fence(token: Token, start: int, end: int) -> Fence:
    lines = token.content.split("\n")
    if lines[-1] == "":
        lines.pop()
    return Fence(start, end, token.info.strip(), token.markup, tuple(lines), closed=end - start - 1 > len(lines))


def _front_matter(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse what is between two lines ``---`` at the very beginning."""
    if start != 0 or state.level != 0 or state.src[: state.eMarks[0]].rstrip() != "---":
        return False
    closing = next((n for n in range(1, end) if state.src[state.bMarks[n] : state.eMarks[n]].rstrip() in ("---", "...")), None)
    return closing is not None and (silent or push_block(state, "front_matter", start, closing + 1))


def _line_comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - the rule's signature
    """Parse an MDX comment on its own line, which pages without MDX may use too."""
    line = line_text(state, start).rstrip()
    if state.is_code_block(start) or not (line.startswith("{/*") and line.endswith("*/}")):
        return False
    return silent or push_block(state, "html_block", start, start + 1)


def _colon_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a MyST directive for code, which may be between colons too."""
    found = _COLON_FENCE.fullmatch(line_text(state, start).rstrip())
    if found is None or state.is_code_block(start):
        return False
    closing = re.compile(f"{found['markup']}:*")
    last = next((n for n in range(start + 1, end) if closing.fullmatch(line_text(state, n).rstrip())), end)
    if not silent:
        token = state.push("fence", "code", 0)
        token.info, token.markup = found["info"], found["markup"]
        token.content = state.getLines(start + 1, last, state.sCount[start], True)
        token.map = [start, min(last + 1, end)]
        state.line = min(last + 1, end)
    return True


def _indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a tab or an admonition of Python-Markdown: its line, and the lines below that are indented by four spaces."""
    if state.is_code_block(start) or not _INDENTS.fullmatch(line_text(state, start)):
        return False
    last = start + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] - state.blkIndent >= _INDENT):
        last += 1
    if silent or last == start + 1:
        return last > start + 1
    push_block(state, "indented", start, start + 1)
    outer, line_max = state.blkIndent, state.lineMax
    state.blkIndent, state.lineMax = outer + _INDENT, last
    state.md.block.tokenize(state, start + 1, last)
    state.blkIndent, state.lineMax = outer, line_max
    state.line = last
    return True
