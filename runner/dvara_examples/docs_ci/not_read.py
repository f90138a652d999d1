"""Possible code on or next to pages that is not checked; says so, because nobody should believe that it was."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.docs_ci.check import Checked
from dvara_examples.docs_ci.find import below
from dvara_examples.docs_ci.markdown import split_page
from dvara_examples.docs_ci.page import OTHER_FORMATS, Page, language_of, word_of

_BUILT = frozenset({".html", ".htm"})
"""Pages that are more often built from others than written."""
_PRE = re.compile(r"<pre\b", re.IGNORECASE)
_NOT_SHOWN = re.compile(r"<!--.*?-->|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_SOUNDS_LIKE_CODE = re.compile(r"py|javascript|typescript|java|node|[jt]sx|deno|bun", re.IGNORECASE)


def not_read(found: Checked, named: Sequence[str], world: World) -> Iterator[str]:
    """Yield, for people, a line for each page and each folder with something unchecked."""
    for page, _ in found:
        parts = list(_on(page))
        if parts:
            yield f"  not read  {page.shown}: {', '.join(parts)}"
    for folder, files in _beside(found, named, world):
        counted = Counter(OTHER_FORMATS[file.suffix.lower()] for file in files)
        said = ", ".join(f"{name.removeprefix('a ')} ({number})" for name, number in sorted(counted.items()))
        yield f"  not read  {world.shown(folder)}: pages in other formats: {said}"


def _on(page: Page) -> Iterator[str]:
    """Yield what on *page* may be code, but is in no fence that the tool understands."""
    lines = split_page(page.text)
    for fence in page.fences:
        lines[fence.start : fence.end] = ["\n"] * (fence.end - fence.start)
    if number := len(_PRE.findall(_NOT_SHOWN.sub("", "".join(lines)))):
        yield f"{_some(number, 'block')} in HTML (<pre>)"
    if number := len(page.indented):
        yield f"{_some(number, 'indented block')}"
    words = (word_of(fence.info) for fence in page.fences if language_of(fence.info) is None)
    counted = Counter(word for word in words if word and _SOUNDS_LIKE_CODE.search(word))
    if counted:
        yield f"{_some(sum(counted.values()), 'fence')} in {', '.join(sorted(counted))}"


def _beside(found: Checked, named: Sequence[str], world: World) -> Iterator[tuple[Path, list[Path]]]:
    """Yield the folders that were named, or that contain pages of the manifest, with their files in other formats."""
    if named:
        folders = [folder for name in named if (folder := world.cwd / name).is_dir()]
        inside = {folder: list(below(folder, tuple(OTHER_FORMATS))) for folder in folders}
    else:
        inside = {folder: sorted(folder.iterdir()) for folder in dict.fromkeys(page.path.parent for page, _ in found)}
    for folder, files in inside.items():
        others = [file for file in files if file.suffix.lower() in OTHER_FORMATS and file.suffix.lower() not in _BUILT]
        if others:
            yield folder, others


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
