"""What the block rules of both grammars share."""

from markdown_it.rules_block import StateBlock


def line_text(state: StateBlock, line: int) -> str:
    """Return the text of a *line*, without its indentation."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def push_block(state: StateBlock, kind: str, start: int, end: int) -> bool:
    """Make one token *kind* of the lines from *start* to *end* and continue after them; return True, as a matching rule does."""
    state.line = end
    token = state.push(kind, "", 0)
    token.map = [start, end]
    token.content = state.getLines(start, end, state.blkIndent, True)
    return True
