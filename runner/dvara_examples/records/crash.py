"""What a script's stderr says about its end: the line with the error, and whether it ended by an uncaught one."""

import re

from dvara_examples.records.transcript import Transcript

_PYTHON = re.compile(r"^Traceback \(most recent call last\):|^  File \".*\", line \d+", re.MULTILINE)
_NODE = re.compile(r"^Node\.js v\d|^Bun v\d", re.MULTILINE)
_JAVA = re.compile(r'^Exception in thread "[^"]*" ', re.MULTILINE)
_NAMED = re.compile(
    r'^(?:Exception in thread "[^"]*" |Uncaught |error: )?'
    r"(?:(?:[\w$]+\.)*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt)|Error|Exception)\b[^\n]*",
    re.MULTILINE,
)
_NO_REASON = re.compile(r"^Node\.js v\d|^Bun v\d|^\s+at \S|^\s*[{}\])],?;?\s*$")
"""Lines at the end of an error that do not tell which: the runtime, its stack, the end of an object."""
_MOST_CHARS = 200
_VARIABLE = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])")


def error_line(stderr: str) -> str:
    """Return the line of *stderr* with the error, or its last line if there is none; empty if stderr is empty."""
    found = [match[0] for match in _NAMED.finditer(stderr)]
    if found:
        line = found[-1] if _PYTHON.search(stderr) else found[0]
    else:
        lines = [line for line in stderr.splitlines() if line.strip()]
        line = next((line for line in reversed(lines) if not _NO_REASON.match(line)), lines[-1] if lines else "")
    shown = "".join(c if c.isprintable() else " " for c in line).strip()
    return shown if len(shown) <= _MOST_CHARS else f"{shown[: _MOST_CHARS - 4]} ..."


def crashed(seen: Transcript) -> str | None:
    """Return the error that crashed the script, or None if it did not crash."""
    end, stderr = seen.process, seen.stderr.text
    if end.stopped_by is not None and end.limit is None:
        return None  # a server, which is stopped on purpose
    if end.signal is not None and end.limit is None:
        return f"it was ended by {end.signal}"
    if not end.exit_code:
        return None
    if any(mark.search(stderr) for mark in (_PYTHON, _NODE, _JAVA)):
        return error_line(stderr)
    return None


def variables_named(line: str) -> tuple[str, ...]:
    """Return possible names of variables in the error *line*."""
    return tuple(dict.fromkeys(_VARIABLE.findall(line)))
