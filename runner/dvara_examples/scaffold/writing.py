"""Writes several new files and replaces one, or leaves everything as it was."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dvara_examples.core.errors import SelectionError


def write_all(files: Mapping[Path, bytes], manifest: Path, content: bytes, check: Callable[[Path], None]) -> None:
    """Create each of *files*, which must be new, and let *manifest* have *content*, once *check* accepts a draft of it.

    Whatever goes wrong, and whatever *check* raises, nothing of it is left. Raises SelectionError for a file that is there.
    """
    with _undone_on_error() as made:
        for path, data in files.items():
            _make_folders(path.parent, made)
            _create(path, data, made)
        _make_folders(manifest.parent, made)
        draft = manifest.with_name(f".{manifest.name}.{secrets.token_hex(4)}")
        _create(draft, content, made)
        if manifest.exists():
            draft.chmod(manifest.stat().st_mode)
        check(draft)
        draft.replace(manifest)


@contextmanager
def _undone_on_error() -> Iterator[list[Path]]:
    """Yield a list of what was made, and remove all of it, latest first, where an exception comes."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        missing.mkdir()
        made.append(missing)


def _create(path: Path, data: bytes, made: list[Path]) -> None:
    try:
        with path.open("xb") as file:
            made.append(path)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SelectionError(f"{path} is there already", "choose another id, or remove it first") from None
