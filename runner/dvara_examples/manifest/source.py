"""The manifest as text, read from its file, and as the events that a YAML parser makes of it.

What is no text file of a sensible size is refused. The parser is libyaml's where PyYAML was built with it, and PyYAML's own
elsewhere.
"""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import yaml
import yaml.reader

from dvara_examples.core.errors import Diagnosis, ManifestError

Position = tuple[int, int]
"""Line and column, both counted from 1, the column in characters."""


class YamlMark(Protocol):
    """Where the parser stood; both are counted from 0."""

    line: int
    column: int


class YamlEvent(Protocol):
    """What PyYAML's events have among them: each has a mark, and as much of the rest as its kind needs."""

    start_mark: YamlMark
    anchor: str
    tag: str | None
    value: str
    style: str | None


NextEvent = Callable[[], YamlEvent]
"""Returns the next event, the last of which is a StreamEndEvent. Raises yaml.YAMLError."""
FASTEST: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_BYTES = 16 * 1024 * 1024


def read_text(path: Path, shown: str) -> str:
    """Return the text of the manifest at *path*; *shown* is its name in messages.

    Raises ManifestError, with line and column where one byte or character is at fault.
    """
    data = _read_bytes(path, shown)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(f"{shown}:1:1: expected UTF-8, found UTF-16", "save the file as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        found = f"{shown}:{_position(before)}: expected UTF-8, found the byte 0x{data[error.start]:02x}"
        raise _refused(found, "save the file as UTF-8") from None
    strange = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if strange:
        found = f"expected text, found the control character U+{ord(strange.group()):04X}"
        hint = 'remove it, or write it as an escape such as "\\t" inside double quotes'
        raise _refused(f"{shown}:{_position(text[: strange.start()])}: {found}", hint)
    return text


def _read_bytes(path: Path, shown: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "something that is not a regular file"
            raise _refused(f"{shown}: expected a manifest, found {what}", "name a file such as examples/manifest.yaml")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _refused(
            f"{shown}: expected a manifest, found no such file", "run inside the repository, or name the manifest"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(f"{shown}: expected a readable manifest, found one that is not ({reason.lower()})") from None
    if len(data) > MOST_BYTES:
        most = f"expected at most {MOST_BYTES // 1024 // 1024} MiB, found more"
        raise _refused(f"{shown}: {most}", "split the manifest")
    return data


def _refused(cause: str, hint: str = "") -> ManifestError:
    return ManifestError((Diagnosis(cause, hint),))


def _position(before: str) -> str:
    """Return ``line:column`` of what follows the text *before*."""
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def open_events(text: str, loader: type = FASTEST) -> NextEvent:
    """Return the source of events of *text*; *loader* is one of PyYAML's, of which only the parser is used."""
    next_event: NextEvent = loader(text).get_event
    return next_event


def position_of(event: YamlEvent) -> Position:
    """Return where *event* begins, as people count."""
    return event.start_mark.line + 1, event.start_mark.column + 1
