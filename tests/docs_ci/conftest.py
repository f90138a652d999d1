"""A small manifest with scripts in three languages, whose regions pages can show."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.docs_ci.page import Page, read_page
from dvara_examples.docs_ci.sources import Sources
from dvara_examples.manifest import load_manifest

MANIFEST = """\
version: 1
docs: [docs]
examples:
- id: greet
  title: Says hello
  expect: {exit: 0}
  variants: {python: greet.py, node: greet.mjs, java: Greet.java}
- id: greet-twice
  title: Says hello | and again
  expect: {exit: 0}
  variants: {python: greet_twice.py}
- id: nul
  title: Shows a NUL
  opt_in: true
  expect: {exit: 0}
  variants: {python: nul.py}
"""
SCRIPTS = {
    "greet.py": (
        '"""Greets."""\n\n# [START greet]\nimport sys\n\nif sys.argv:\n'
        '    # [START inner]\n    print("hello")\n    # [END inner]\n# [END greet]\n'
    ),
    "greet.mjs": "// Greets.\n// [START greet]\nconst word = `hello`;\n\nconsole.log(word);\n// [END greet]\n",
    "Greet.java": "//JAVA 21+\n// [START greet]\nclass Greet {\n    // hello\n}\n// [END greet]\n",
    "greet_twice.py": "# [START greet_twice]\nprint('''\n```\nhello\n```\n''')\n# [END greet_twice]\n",
    "nul.py": "# [START nul]\nx = '\0'\n# [END nul]\n",
}
GREET = {
    "python": ("import sys", "", "if sys.argv:", '    print("hello")'),
    "node": ("const word = `hello`;", "", "console.log(word);"),
    "java": ("class Greet {", "    // hello", "}"),
}
"""What the region of ``greet`` holds in each language."""

ReadText = Callable[..., Page]


def write_folder(folder: Path) -> Path:
    """Fill *folder* with the manifest and its scripts, and return it."""
    (folder / "manifest.yaml").write_text(MANIFEST)
    for name, text in SCRIPTS.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """What pages can show, in a folder of its own."""
    folder = write_folder(tmp_path_factory.mktemp("examples"))
    return Sources(load_manifest(folder / "manifest.yaml", folder))


@pytest.fixture
def page(sources: Sources) -> ReadText:
    """Return a function that reads a text as a page next to the manifest."""

    def read(text: str, name: str = "page.md") -> Page:
        return read_page(sources.manifest.root / name, name, text)

    return read
