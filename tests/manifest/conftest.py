"""Folders that hold a manifest and its scripts, and the words that manifests are held against."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.manifest.vocabulary import Vocabulary, installed_vocabulary

DATA = Path(__file__).parents[1] / "data"

WriteFolder = Callable[..., Path]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The words of the installed plug-ins, looked up once."""
    return installed_vocabulary()


@pytest.fixture
def write_manifest(tmp_path: Path) -> WriteFolder:
    """Return a function that writes a manifest (text, bytes or an example's extra lines) and empty scripts; gives its path."""

    def write(text: str | bytes, *scripts: str) -> Path:
        path = tmp_path / "manifest.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for script in scripts:
            (tmp_path / script).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / script).touch()
        return path

    return write
