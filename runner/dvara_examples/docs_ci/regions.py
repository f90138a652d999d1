"""Region tags: the parts of a script that pages show.

A region begins after a comment ``[START name]`` and ends before ``[END name]``, each alone on its line after ``#`` or
``//``. Regions may be nested, and a region's text omits the tags inside it; they must not overlap.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dvara_examples.core.errors import Diagnosed

_TAG = re.compile(r"\s*(?:#|//)\s*\[(?P<word>START|END)\s+(?P<name>[A-Za-z0-9][\w.-]*)\]\s*")


class BadRegion(Diagnosed):
    """The tags of a script do not match; *line* is the place, counted from 1."""

    def __init__(self, line: int, cause: str, hint: str) -> None:
        super().__init__(cause, hint)
        self.line = line


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of a script: its *lines* without common indentation and line ends, and the *numbers* of these lines.

    *indent* is what was removed from each line. *first_line* and *last_line* are those of the text between the tags.
    """

    name: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    indent: str

    @property
    def first_line(self) -> int:
        """The first line of the region, after its tag."""
        return self.numbers[0]

    @property
    def last_line(self) -> int:
        """The last line of the region, before its tag."""
        return self.numbers[-1]


def split_lines(text: str) -> list[str]:
    """Return the lines of *text* as editors and compilers count them: LF, CR LF and CR end a line, and nothing else."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def find_regions(text: str) -> Mapping[str, Region]:
    """Return the regions of a script by name, in the order in which they begin. Raises BadRegion."""
    open_at: dict[str, int] = {}
    kept: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(split_lines(text), 1):
        tag = _TAG.fullmatch(line)
        if tag is None:
            for name in open_at:
                kept[name].append((number, line))
        elif tag["word"] == "START":
            _check_start(tag["name"], number, kept)
            open_at[tag["name"]], kept[tag["name"]] = number, []
        else:
            _check_end(tag["name"], number, open_at, kept)
            del open_at[tag["name"]]
    for name, number in open_at.items():
        raise BadRegion(number, f"the region {name} begins here and has no [END {name}]", "add one after its last line")
    return {name: _region(name, lines) for name, lines in kept.items()}


def _check_start(name: str, number: int, kept: Mapping[str, object]) -> None:
    if name in kept:
        raise BadRegion(number, f"the region {name} begins a second time", "each name is accepted once: rename one of the two")


def _check_end(name: str, number: int, open_at: Mapping[str, int], kept: Mapping[str, Sequence[object]]) -> None:
    if name not in open_at:
        raise BadRegion(number, f"the region {name} ends here and has not begun", f"add [START {name}] before its first line")
    innermost = list(open_at)[-1]
    if innermost != name:
        raise BadRegion(number, f"the region {name} ends inside {innermost}", "regions may be nested, but must not overlap")
    if not kept[name]:
        raise BadRegion(number, f"the region {name} is empty", "put what a page is to show between its tags")


def _region(name: str, kept: Sequence[tuple[int, str]]) -> Region:
    whole = "\n".join(line for _, line in kept)
    lines = textwrap.dedent(whole).split("\n")
    pairs = [(short, long) for short, (_, long) in zip(lines, kept, strict=True) if short]
    indent = pairs[0][1][: len(pairs[0][1]) - len(pairs[0][0])] if pairs else ""
    return Region(name, tuple(lines), tuple(number for number, _ in kept), indent)
