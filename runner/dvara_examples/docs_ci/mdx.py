"""The blocks that only MDX has: tags, expressions and modules; and paragraphs, which indented blocks can interrupt there.

Tests compare the result with the compiler ``@mdx-js/mdx``. MDX has neither HTML blocks nor indented code.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from dvara_examples.docs_ci._block_rules import line_text, push_block
from dvara_examples.docs_ci.javascript import balanced, expression_end, tag_end

_SUMMARY = re.compile(r"(?:<summary>[^<]*</summary>\s*|<[^<>]*>\s*)+")
_MODULE = re.compile(r"(?:import|export)\b")


def use_mdx(parser: MarkdownIt) -> None:
    """Let *parser* read the blocks of MDX."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    parser.disable(["html_block", "code", "lheading", "reference"])
    parser.block.ruler.before("fence", "html_comment", _html_comment, interrupts)
    parser.block.ruler.before("fence", "markup", _markup, interrupts)
    parser.block.ruler.before("fence", "module", _module)
    parser.block.ruler.at("paragraph", _paragraph)


def _html_comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse an HTML comment, which Docusaurus still accepts, of any number of lines."""
    if not line_text(state, start).startswith("<!--"):
        return False
    last = next((n for n in range(start, end) if "-->" in line_text(state, n)), None)
    return last is not None and (silent or push_block(state, "html_block", start, last + 1))


def _markup(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse tags and expressions that are alone on their lines; what follows them is a separate block."""
    if line_text(state, start)[:1] not in ("<", "{"):
        return False
    if _SUMMARY.fullmatch(line_text(state, start)):
        return silent or push_block(state, "html_block", start, start + 1)
    text, starts = "", []
    for number in _own_lines(state, start, end):
        starts.append(len(text))
        text += line_text(state, number) + "\n"
    at = 0
    while text[at : at + 1] in ("<", "{"):
        found = tag_end(text, at) if text[at] == "<" else expression_end(text, at)
        if found is None:
            return False
        at = found
        while text[at : at + 1] in (" ", "\t"):
            at += 1
        if text[at] == "\n":
            last = sum(begin <= at for begin in starts)
            return silent or push_block(state, "html_block", start, start + last)
    return False


def _own_lines(state: StateBlock, start: int, end: int) -> Iterator[int]:
    """Yield the lines from *start* that belong to the same list item or quote, which *start* itself may end."""
    indent = min(state.blkIndent, state.sCount[start])
    for number in range(start, end):
        if not state.isEmpty(number) and state.sCount[number] < indent:
            return
        yield number


def _module(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse imports and exports: from a line of the page itself to the first blank line at which all brackets are closed."""
    if state.level or state.blkIndent or state.sCount[start] or not _MODULE.match(line_text(state, start)):
        return False
    last = start
    while last < end:
        while last < end and not state.isEmpty(last):
            last += 1
        if balanced(state.getLines(start, last, 0, True)):
            return silent or push_block(state, "module", start, last)
        while last < end and state.isEmpty(last):
            last += 1
    return False


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - the rule's signature
    """Parse lines up to a blank one or another block of any indentation."""
    rules, outer = state.md.block.ruler.getRules("paragraph"), state.parentType
    state.parentType = "paragraph"
    last = start + 1
    while last < state.lineMax and not state.isEmpty(last):
        if state.sCount[last] >= 0 and any(rule(state, last, state.lineMax, True) for rule in rules):
            break
        last += 1
    state.parentType = outer
    return push_block(state, "inline", start, last)
