"""Leads other people's pages past ``docs sync`` and holds every byte outside the named fences.

    python -m bench.pages FOLDER [FOLDER ...]

Each Markdown page below the folders is tried twice: as it is, where nothing may change at all, and with a comment put above
every closed fence in Python, JavaScript or Java, where the content of these fences has to be replaced and nothing else. What
has to come out is put together from the page's lines here, without the program's own way to write them.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.fence_status import check_page
from dvara_examples.docs_ci.find import below
from dvara_examples.docs_ci.markdown import Fence, split_page
from dvara_examples.docs_ci.page import Page, language_of, load_page, read_page
from dvara_examples.docs_ci.sources import Sources
from dvara_examples.docs_ci.sync import synced
from dvara_examples.manifest import load_manifest

_SHOWN = ("first line", "    second line")
"""No blank line among them: sync keeps the bytes of a line that is right already, however many blanks it has."""
_MANIFEST = """\
version: 1
examples:
- id: it
  title: Is shown
  expect: {exit: 0}
  variants: {python: it.py, node: it.mjs, java: It.java}
"""


def make_sources(folder: Path) -> Sources:
    """Write a manifest whose scripts all show the same lines."""
    (folder / "manifest.yaml").write_text(_MANIFEST)
    for name, sign in (("it.py", "#"), ("it.mjs", "//"), ("It.java", "//")):
        (folder / name).write_text("\n".join([f"{sign} [START it]", *_SHOWN, f"{sign} [END it]", ""]))
    return Sources(load_manifest(folder / "manifest.yaml", folder))


def _named(page: Page) -> tuple[str, str, int]:
    """Return the page with its fences named, what has to become of it, and how many these are."""
    lines = split_page(page.text)
    before, after, number, done = [], [], 0, 0
    for fence in page.fences:
        prefix = lines[fence.start][: lines[fence.start].index(fence.markup)]
        if language_of(fence.info) is None or not fence.closed or prefix.strip(" \t>"):
            continue  # not ours, without an end, or right behind the sign of a list, where no comment fits above
        end = re.search(r"\r\n|\r|\n", lines[fence.start])
        assert end is not None
        comment = f"{prefix}<!-- example: it[{language_of(fence.info)}] -->{end.group()}"
        before += [*lines[done : fence.start], comment, *lines[fence.start : fence.end]]
        after += [*lines[done : fence.start], comment, *_replaced(lines, fence, prefix, end.group())]
        done, number = fence.end, number + 1
    return "".join([*before, *lines[done:]]), "".join([*after, *lines[done:]]), number


def _replaced(lines: list[str], fence: Fence, prefix: str, end: str) -> list[str]:
    if fence.lines == _SHOWN:
        return lines[fence.start : fence.end]
    fresh = [_placed(prefix, line) + end for line in _SHOWN]
    return [lines[fence.start], *fresh, lines[fence.end - 1]]


def _placed(prefix: str, line: str) -> str:
    return prefix + (" " if prefix.endswith(">") and line.startswith(" ") else "") + line


def try_page(path: Path, sources: Sources, counts: Counter[str]) -> None:
    """Try one page both ways, print what is wrong with it, and count."""
    try:
        page = load_page(path, str(path))
    except PageError as error:
        counts["no text in UTF-8"] += 1
        print(f"passed over: {error}")
        return
    counts["pages"] += 1
    counts["fences"] += len(page.fences)
    counts["fences that check looks at"] += len(check_page(page, sources))
    if synced(page, sources) != page.text:
        counts["WRONG"] += 1
        print(f"WRONG: {path} was changed, although it names nothing")
    text, wanted, number = _named(page)
    counts["fences named"] += number
    try:
        got = synced(read_page(path, str(path), text, mdx=page.mdx), sources)
    except PageError as error:
        counts["refused"] += 1
        print(f"refused: {error}")
        return
    if got != wanted:
        counts["WRONG"] += 1
        line = next((n for n, (a, b) in enumerate(zip(got.splitlines(), wanted.splitlines(), strict=False), 1) if a != b), 0)
        print(f"WRONG: {path}:{line} is not what it has to be")


def main() -> int:
    """Try every page, print what was found, and return 1 if any byte was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        sources = make_sources(Path(scratch))
        for folder in parser.parse_args().folders:
            for path in below(folder):
                try_page(path, sources, counts)
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    return 1 if counts["WRONG"] or not counts["pages"] else 0


if __name__ == "__main__":
    sys.exit(main())
