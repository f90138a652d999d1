"""Classes that javac finds by itself: without a class path it searches the working folder, as it does under JBang.

So a script without ``//DEPS`` can use a class that no directive names, if it is started from that class's folder.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_QUALIFIED_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*")
_SUFFIXES = (".java", ".class")


def neighbours(sources: Iterable[Path], folder: Path) -> list[Path]:
    """Return the files below *folder* that javac may read because of *sources*, directly or indirectly, sorted."""
    known = {source.resolve() for source in sources}
    found: set[Path] = set()
    waiting = list(known)
    while waiting:
        source = waiting.pop()
        if source.suffix != ".java":
            continue
        for file in _mentioned(source, folder):
            if file not in known:
                known.add(file)
                found.add(file)
                waiting.append(file)
    return sorted(found)


def _mentioned(source: Path, folder: Path) -> Iterator[Path]:
    """Yield the files of *folder* whose class *source* may mention: alone, with its package, or from its own package."""
    try:
        text = source.read_text("utf-8", errors="replace")
    except OSError:
        return
    names = {re.sub(r"\s", "", name) for name in _QUALIFIED_NAME.findall(text)}
    simple = {part for name in names for part in name.split(".")}
    packages = {name for name in names if "." in name} | {name.rpartition(".")[0] for name in names}
    for package in packages | {""}:
        parts = [part for part in package.split(".") if part]
        place = folder.joinpath(*parts)
        for file in _children(place):
            if file.suffix in _SUFFIXES and file.stem in simple:
                yield file.resolve()


def _children(folder: Path) -> list[Path]:
    try:
        return [child for child in folder.iterdir() if child.is_file()]
    except OSError:
        return []
