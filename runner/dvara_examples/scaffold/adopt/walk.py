"""The files of a repository that may be scripts."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

_NOT_OURS = frozenset(
    {
        *("node_modules", "bower_components", "vendor", "vendored", "third_party", "third-party", "site-packages"),
        *("dist", "build", "out", "target", "bin", "obj", "coverage", "htmlcov", "generated", "__pycache__", "__pypackages__"),
    }
)
_TESTS = frozenset({"test", "tests", "__tests__", "__mocks__", "spec", "specs", "fixtures", "testdata", "e2e"})
MOST_BYTES = 1_000_000
"""A larger file is no example that anybody reads."""


def script_files(folder: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Yield the files below *folder* with one of *suffixes*, sorted, without links and without hidden and foreign folders."""
    stack = [folder]
    while stack:
        place = stack.pop()
        try:
            with os.scandir(place) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            continue
        if place != folder and any(entry.name in (".git", "pyvenv.cfg") for entry in entries):
            continue  # another repository, or a virtual environment
        below = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NOT_OURS:
                    below.append(place / entry.name)
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(tuple(suffixes)):
                yield place / entry.name
        stack.extend(reversed(below))


def in_tests(relative: str) -> bool:
    """Tell whether the path *relative*, relative to the root, leads through a folder of tests."""
    return any(part in _TESTS for part in relative.split("/")[:-1])
