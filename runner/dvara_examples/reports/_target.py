"""Creates the targets of reports: files that are replaced in one step, streams, and stdout.

Every obstacle that can be known is found before the runs start.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from dvara_examples.core.errors import ReportError
from dvara_examples.reports import Target


def stdout_target(stdout: TextIO) -> Target:
    """Return the target that writes to *stdout* at once."""

    def write(text: str) -> None:
        stdout.write(_repaired(text).decode())
        stdout.flush()

    return Target(write, write, None)


@contextmanager
def file_target(path: Path, *, keep: bool = False) -> Iterator[Target]:
    """Yield the target that writes to *path*, creating missing folders; the file is closed at the end.

    Anything but an ordinary file (a named pipe, a device) is written to directly. With *keep*, the text is appended to
    the existing content. Raises ReportError if it cannot be written.
    """
    with _telling_of(path):
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        file = _Stream(path) if mode and not stat.S_ISREG(mode) else _File(path, keep=keep)
    try:
        yield Target(file.write, file.append, path, file.kept_bytes)
    finally:
        file.close()


class _File:
    """An ordinary file; a link is followed, and its target replaced."""

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path, self._keep = path.resolve(), keep
        self._appending: int | None = None
        self._put(b"", trial=True)

    def kept_bytes(self) -> int:
        return self._path.stat().st_size if self._keep and self._path.exists() else 0

    def write(self, text: str) -> None:
        before = self._path.read_bytes() if self._keep and self._path.exists() else b""
        self._put(before + _repaired(text), trial=False)

    def append(self, text: str) -> None:
        if self._appending is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            self._appending = os.open(self._path, flags, 0o666)
        _write_all(self._appending, _repaired(text), self._path)

    def close(self) -> None:
        if self._appending is not None:
            os.close(self._appending)

    def _put(self, data: bytes, *, trial: bool) -> None:
        """Write *data* to a temporary file, and move it into place unless this is only a trial."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
        try:
            with part.open("xb", buffering=0) as file:
                _write_all(file.fileno(), data, self._path)
            if not trial:
                part.replace(self._path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


class _Stream:
    """Anything but an ordinary file: it cannot be replaced, and must not block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        os.set_blocking(self._fd, True)

    def write(self, text: str) -> None:
        _write_all(self._fd, _repaired(text), self._path)

    append = write

    def kept_bytes(self) -> int:
        return 0

    def close(self) -> None:
        os.close(self._fd)


def _write_all(fd: int, data: bytes, path: Path) -> None:
    """Write *data* without a buffer that could fail later, naming *path* in errors."""
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(fd, rest) :]
    except OSError as error:
        error.filename = str(path)
        raise


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0


@contextmanager
def _telling_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "nobody reads from it" if error.errno == errno.ENXIO else error.strerror
        where = f" ({error.filename})" if error.filename and error.filename != str(path) else ""
        cause = f"the report {path} cannot be written: {why}{where}"
        raise ReportError(cause, "name a file in a folder that you may write to") from None


def _repaired(text: str) -> bytes:
    """Encode any text: two halves of a surrogate pair become one character, a single half U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
