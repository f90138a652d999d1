"""A language or a protocol of one's own that cannot be used is one clear error, and no example is blamed for it."""

import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import REPOSITORY, call


@pytest.mark.parametrize(
    ("variable", "code", "words"),
    [
        ("DVARA_EXAMPLES_PROTOCOLS", "ENDPOINTS = (\n", "expected a module that can be imported, found SyntaxError: "),
        ("DVARA_EXAMPLES_PROTOCOLS", "import no_such_module\n", "found ModuleNotFoundError: No module named 'no_such_module'"),
        ("DVARA_EXAMPLES_PROTOCOLS", "ENDPOINTS = ('/x',)\n", "expected ENDPOINTS, reader, speaks, found no reader, no speaks"),
        ("DVARA_EXAMPLES_LANGUAGES", "raise KeyError('x')\n", "found KeyError: 'x'"),
        ("DVARA_EXAMPLES_LANGUAGES", "", "expected toolchain, found no toolchain"),
    ],
)
def test_a_module_that_is_none(tmp_path: Path, variable: str, code: str, words: str) -> None:
    """It is named with what is wrong, before anything runs."""
    module = tmp_path / "mine.py"
    module.write_text(code)
    done = call("list", cwd=REPOSITORY, **{variable: str(tmp_path)})
    assert done.returncode == 2
    first, hint = done.stderr.splitlines()
    assert first.startswith(f"error: {module}: ")
    assert words in first
    assert hint.startswith("hint: ")
    assert done.stdout == ""


@pytest.mark.parametrize("variable", ["DVARA_EXAMPLES_PROTOCOLS", "DVARA_EXAMPLES_LANGUAGES"])
def test_a_folder_that_is_none(variable: str) -> None:
    """A file is no folder of modules, and the variable is named."""
    done = call("list", cwd=REPOSITORY, **{variable: sys.executable})
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {variable}: expected a folder, found {sys.executable}\nhint: ")


@pytest.mark.parametrize("variable", ["DVARA_EXAMPLES_PROTOCOLS", "DVARA_EXAMPLES_LANGUAGES"])
def test_a_folder_without_modules(tmp_path: Path, variable: str) -> None:
    """It adds nothing; modules whose names begin with an underscore are the others' own."""
    (tmp_path / "_helper.py").write_text("raise KeyError\n")
    assert call("list", cwd=REPOSITORY, **{variable: str(tmp_path)}).returncode == 0
