"""Lines of a fence that readers do not see: Docusaurus' comments for highlights, and MyST's options at the beginning.

They do not count as differences, and a sync keeps them.
"""

import re
from collections.abc import Sequence

_HIGHLIGHT = re.compile(r"^\s*(?:#|//|/\*|\{/\*|<!--)\s*(?P<what>highlight-(?:next-line|start|end))\s*(?:\*/\}?|-->)?\s*$")
_OPTION = re.compile(r":[A-Za-z][\w-]*:(?:\s.*)?")
"""No line of Python, JavaScript or Java begins so."""


def without_highlights(lines: Sequence[str]) -> tuple[str, ...]:
    """Return *lines* as a reader sees them."""
    return tuple(line for line in lines[_options(lines) :] if not _HIGHLIGHT.match(line))


def without_options(lines: Sequence[str]) -> tuple[str, ...]:
    """Return *lines* with blank lines instead of options, so that all others keep their numbers."""
    count = _options(lines)
    return (*("" for _ in range(count)), *lines[count:])


def highlights(lines: Sequence[str]) -> tuple[tuple[int, int, bool], ...]:
    """Return for each such comment the number of visible lines before it, its index in *lines*, and whether it ends a part."""
    options = _options(lines)
    found, seen = [(0, index, False) for index in range(options)], 0
    for index, line in enumerate(lines[options:], options):
        match = _HIGHLIGHT.match(line)
        if match is None:
            seen += 1
        else:
            found.append((seen, index, match["what"] == "highlight-end"))
    return tuple(found)


def _options(lines: Sequence[str]) -> int:
    """Return how many lines at the beginning are options, including the blank line after them."""
    count = 0
    while count < len(lines) and _OPTION.fullmatch(lines[count]):
        count += 1
    return count + (0 < count < len(lines) and not lines[count])
