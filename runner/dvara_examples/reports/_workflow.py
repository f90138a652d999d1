"""What a line means to the runner of GitHub Actions, and how to prevent that.

A runner takes every line of a step's output for a command that begins with ``::`` after white space, or contains ``##[`` anywhere
(``ActionCommand`` in github.com/actions/runner). ``::stop-commands::`` would switch all of them off, and those of the rest of
the step too if this program is killed before it switches them on again; so text that is not a command is changed.
"""

import re
from typing import TextIO, cast

_COMMAND = re.compile(r"^(?:\s|\x1b\[[0-9;]*m)*:(?=:)|##(?=\[)")
_LINE_END = re.compile(r"[\r\n]")
_PIECE = re.compile(r"[^\r\n]*[\r\n]|[^\r\n]+")
_KEPT_CHARS = 300


def escape_data(text: str) -> str:
    """Escape a command's message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape a value between a command's name and its message."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def escape_workflow_commands(stream: TextIO) -> TextIO:
    """Return *stream*, with a space inserted into whatever a runner would take for a command, across any pieces."""
    return cast("TextIO", _Muzzled(stream))


def unmuzzled(stream: TextIO) -> TextIO:
    """Return the stream behind an escaped one, for lines that are meant for the runner; return any other stream unchanged."""
    return stream.behind if isinstance(stream, _Muzzled) else stream


class _Muzzled:
    """Remembers the relevant part of the current line."""

    def __init__(self, stream: TextIO) -> None:
        self.behind = stream
        self._line = ""

    def write(self, text: str) -> int:
        """Write *text* without commands."""
        self.behind.write("".join(self._harmless(piece) for piece in _PIECE.findall(text)))
        return len(text)

    def __getattr__(self, name: str) -> object:
        """Delegate everything else to the stream."""
        return getattr(self.behind, name)

    def _harmless(self, piece: str) -> str:
        """Return a line, or a piece of it, changed if it forms a command with what precedes it."""
        line = self._line + piece
        places = [found.end() for found in _COMMAND.finditer(line) if found.end() >= len(self._line)]
        changed, begin = "", len(self._line)
        for place in places:
            changed += line[begin:place] + " "
            begin = place
        changed += line[begin:]
        self._line = "" if _LINE_END.search(piece) else _remembered(self._line + changed)
        return changed


def _remembered(line: str) -> str:
    """Remember the relevant part of a line: whether only white space came so far, and the last characters."""
    return line if len(line) <= _KEPT_CHARS else ("" if not line.strip() else "x") + line[-3:]
