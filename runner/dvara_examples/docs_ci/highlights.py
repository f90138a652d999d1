"""Docusaurus' comments for highlighted lines: its readers do not see them, so they are no difference, and a sync keeps them."""

import re
from collections.abc import Sequence

_HIGHLIGHT = re.compile(r"^\s*(?:#|//|/\*|\{/\*|<!--)\s*(?P<what>highlight-(?:next-line|start|end))\s*(?:\*/\}?|-->)?\s*$")


def without_highlights(lines: Sequence[str]) -> tuple[str, ...]:
    """Return *lines* as a reader sees them."""
    return tuple(line for line in lines if not _HIGHLIGHT.match(line))


def highlights(lines: Sequence[str]) -> tuple[tuple[int, int, bool], ...]:
    """Return of each such comment before how many visible lines it stands, its index in *lines*, and whether it ends a part."""
    found, seen = [], 0
    for index, line in enumerate(lines):
        match = _HIGHLIGHT.match(line)
        if match is None:
            seen += 1
        else:
            found.append((seen, index, match["what"] == "highlight-end"))
    return tuple(found)
