"""Updates pages: the content of drifted fences, and of generated tables, and not a byte else.

Lines that are already right stay as they are; new ones get the fence's indentation and quote marks, and the page's line
ends. The markers of a fence change in one case only: if the code has a line that would end it, both become longer.
The new page is read again before it replaces the old one, and refused if anything else would change.
"""

import codecs
import difflib
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.directives import Shows
from dvara_examples.docs_ci.highlights import highlights, without_highlights
from dvara_examples.docs_ci.markdown import Fence, split_page
from dvara_examples.docs_ci.page import Generated, Page, Snippet, read_page
from dvara_examples.docs_ci.sources import Sources, Unknown
from dvara_examples.docs_ci.table import table_lines

_LINE_END = re.compile(r"\r\n|\r|\n")


def synced(page: Page, sources: Sources) -> str:
    """Return the text of *page* with all updates; what refers to something unknown stays as it is.

    Raises PageError if the page cannot be written without changing something else.
    """
    lines = split_page(page.text)
    wanted = {snippet.fence.start: content for snippet in page.snippets if (content := _content(snippet, sources)) is not None}
    drifted = [f for f in page.fences if f.start in wanted and without_highlights(f.lines) != wanted[f.start]]
    edits = [(f.start, f.end, _fence(lines, f, wanted[f.start])) for f in drifted]
    edits += [(t.start, t.end, _table(lines, t, table_lines(sources.manifest, page.path))) for t in page.tables]
    for start, end, fresh in sorted(edits, reverse=True):
        lines[start:end] = fresh
    text = "".join(lines)
    if text != page.text:
        _check(page, text, wanted)
    return text


def save(page: Page, text: str) -> None:
    """Replace *page* by *text* in one step; the file's mode, its links and its byte order mark stay."""
    path = Path(os.path.realpath(page.path))
    data = (codecs.BOM_UTF8 if page.has_bom else b"") + text.encode()
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _content(snippet: Snippet, sources: Sources) -> tuple[str, ...] | None:
    """Return what a fence must show, or None if that is up to the page."""
    if not isinstance(snippet.about, Shows) or not snippet.fence.closed:
        return None
    try:
        return sources.find(snippet.about, snippet.language).region.lines
    except Unknown:
        return None


def _fence(lines: Sequence[str], fence: Fence, content: Sequence[str]) -> list[str]:
    """Return the lines of a fence with *content*; lines that are already right keep every byte."""
    opening, first, closing = lines[fence.start], fence.start + 1, lines[fence.end - 1]
    prefix, end = _prefix(opening, fence.markup), _line_end(opening)
    marks = highlights(fence.lines)
    visible = [index for index in range(len(fence.lines)) if index not in {index for _, index, _ in marks}]
    fresh: list[str] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, without_highlights(fence.lines), content, autojunk=False).get_opcodes():
        if tag == "equal":
            for place in range(i, j):
                fresh += [lines[first + index] for before, index, _ in marks if before == place]
                fresh.append(lines[first + visible[place]])
            continue
        within = [(index, ends) for before, index, ends in marks if i <= before < j]
        fresh += [lines[first + index] for index, ends in within if not ends]
        fresh += [_placed(prefix, line) + end for line in content[k:m]]
        fresh += [lines[first + index] for index, ends in within if ends]
    fresh += [lines[first + index] for before, index, _ in marks if before == len(visible)]
    longer = _marker(fence.markup, content)
    if longer != fence.markup:
        opening, closing = (re.sub(rf"{re.escape(fence.markup[0])}{{3,}}", longer, line, count=1) for line in (opening, closing))
    return [opening, *fresh, closing]


def _table(lines: Sequence[str], table: Generated, wanted: Sequence[str]) -> list[str]:
    seen = list(lines[table.start : table.end])
    if [_LINE_END.sub("", line) for line in seen] == list(wanted):
        return seen
    end = _line_end(lines[table.start - 1])
    return [line + end for line in wanted]


def _prefix(line: str, markup: str) -> str:
    """Return the prefix of each line of a fence's content: quote marks stay, and list markers become spaces."""
    return re.sub(r"[^>\s]", " ", line[: line.index(markup)])


def _placed(prefix: str, line: str) -> str:
    """Return *line* with *prefix*; a quote mark includes the space after it, and blank lines need none."""
    if not line:
        return prefix.rstrip()
    return f"{prefix} {line}" if prefix.endswith(">") and line[0] in " \t" else prefix + line


def _line_end(line: str) -> str:
    found = _LINE_END.search(line)
    return found.group() if found else "\n"


def _marker(markup: str, content: Sequence[str]) -> str:
    """Return the fence's marker, longer than any line of *content* that would end it."""
    closers = [re.fullmatch(rf" {{0,3}}({re.escape(markup[0])}{{3,}})\s*", line) for line in content]
    longest = max((len(found[1]) for found in closers if found), default=0)
    return markup if longest < len(markup) else markup[0] * (longest + 1)


def _check(page: Page, text: str, wanted: dict[int, tuple[str, ...]]) -> None:
    """Parse the new page, and refuse it if a fence is not what it must be, or another one has changed."""
    after = read_page(page.path, page.shown, text, mdx=page.mdx)
    meant = [wanted.get(fence.start, fence.lines) for fence in page.fences]
    seen = [without_highlights(fence.lines) for fence in after.fences]
    if seen != [without_highlights(each) for each in meant] or len(after.tables) != len(page.tables):
        line = next(
            (
                was.start + 1
                for was, now, lines in zip(page.fences, after.fences, meant, strict=False)
                if without_highlights(now.lines) != without_highlights(lines)
            ),
            1,
        )
        raise PageError(
            f"{page.shown}:{line}: this fence cannot be written without changing the page around it",
            "move it out of lists, quotes and HTML, and sync again",
        )
