"""Starting the tools that prepare a script (javac, java, jbang): bounded in time, and never left behind."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.errors import ToolchainError

_STOP_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool left: its exit code (negative: the signal) and its two outputs."""

    code: int
    stdout: str
    stderr: str


def run_tool(argv: Sequence[str], *, env: Mapping[str, str], limit_s: float, cwd: Path | None = None, stdin: str = "") -> Answer:
    """Run *argv* to its end in a process group of its own and return what it left.

    Whatever ends the wait early, the time limit or an exception, ends the whole group: JBang is a shell script that
    starts a JVM, which outlives a signal to the shell alone.

    Raises ToolchainError where the tool cannot be started or needs longer than *limit_s* seconds.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolchainError(f"{argv[0]} cannot be started ({error.strerror or error}); reinstall it, or take it away") from error
    try:
        out, err = child.communicate(stdin.encode(), timeout=limit_s)
    except subprocess.TimeoutExpired:
        _end_group(child)
        raise ToolchainError(
            f"{' '.join(argv[:2])} … did not finish within {limit_s:g} s and was ended; run it by hand to see why"
        ) from None
    except BaseException:
        _end_group(child)
        raise
    return Answer(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill the group of *child* and take in what is left of it, for a bounded time."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=_STOP_LIMIT_S)
