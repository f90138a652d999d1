"""Finding and starting the tools that prepare scripts (package managers, compilers).

Each has a time limit, can be interrupted, and is never left behind.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.place import ProgramPlace
from dvara_examples.core.world import World
from dvara_examples.toolchains import Missing

_DISTURBS = re.compile(
    r"PYTHON\w*|NODE_(?:OPTIONS|PATH|V8_COVERAGE|DEBUG)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVAC?_OPTIONS", re.ASCII
)
"""Variables that change what a runtime or compiler does; no example gets them, so no probe or build for one may either."""
_STOP_LIMIT_S = 5.0
_LOOK_EVERY_S = 0.2
"""How often to check for an interruption."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The result of a tool: its exit code (negative: the signal) and its two outputs."""

    code: int
    stdout: str
    stderr: str


def undisturbed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without the variables that make a runtime or compiler behave differently than for an example."""
    return {name: value for name, value in environ.items() if not _DISTURBS.fullmatch(name)}


def run_tool(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    limit_s: float,
    stop: threading.Event,
    cwd: Path | None = None,
    stdin: str = "",
    place: ProgramPlace | None = None,
) -> ToolOutput:
    """Run *argv* to its end in its own process group and return the result.

    If the time limit, *stop* or an exception ends the wait early, the whole group is killed: JBang is a shell script that
    starts a JVM, which outlives a signal to the shell alone. With a *place* it runs there.

    Raises ToolchainError if the tool cannot be started, needs longer than *limit_s* seconds or is interrupted by *stop*.
    """
    if place is not None:
        return _run_in(place, argv, env, limit_s, stop, cwd, stdin)
    with _given(stdin) as given:
        try:
            child = subprocess.Popen(
                argv,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or error
            raise ToolchainError(f"{argv[0]} cannot be started ({reason})", "reinstall it, or remove it") from error
    try:
        out, err = _communicate(child, limit_s, stop)
    except subprocess.TimeoutExpired:
        _end_group(child)
        raise _too_slow(argv, limit_s) from None
    except BaseException:
        _end_group(child)
        raise
    return ToolOutput(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _run_in(
    place: ProgramPlace,
    argv: Sequence[str],
    env: Mapping[str, str],
    limit_s: float,
    stop: threading.Event,
    cwd: Path | None,
    stdin: str,
) -> ToolOutput:
    try:
        code, out, err = place.run(argv, env, limit_s, stop, cwd, stdin)
    except subprocess.TimeoutExpired:
        raise _too_slow(argv, limit_s) from None
    except OSError as error:
        raise ToolchainError(f"{argv[0]} cannot be started in {place.name} ({error.strerror or error})") from error
    if stop.is_set():
        raise ToolchainError("interrupted while it was prepared")
    return ToolOutput(code, out.decode(errors="replace"), err.decode(errors="replace"))


def _too_slow(argv: Sequence[str], limit_s: float) -> ToolchainError:
    cause = f"{' '.join(argv[:2])} … did not finish within {limit_s:g} s and was ended"
    return ToolchainError(cause, "run it by hand to see why")


@contextlib.contextmanager
def _given(text: str) -> "Iterator[int | IO[bytes]]":
    """Yield the input of a tool: a file with *text*, because a pipe may not take all of it at once, or nothing."""
    if not text:
        yield subprocess.DEVNULL
        return
    import tempfile  # slow to import, and not needed without input

    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


def _communicate(child: "subprocess.Popen[bytes]", limit_s: float, stop: threading.Event) -> tuple[bytes, bytes]:
    """Wait for the end of *child*. Raises subprocess.TimeoutExpired at the limit, ToolchainError if *stop* is set."""
    give_up_s = time.monotonic() + limit_s
    while not stop.is_set():
        try:
            return child.communicate(timeout=max(0.0, min(_LOOK_EVERY_S, give_up_s - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= give_up_s:
                raise
    raise ToolchainError("interrupted while it was prepared")


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill the group of *child* and reap it, within a time limit."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=_STOP_LIMIT_S)


def which(name: str, world: World, path: str | None = None) -> str | None:
    """Return the first *name* on ``PATH`` (or *path*), or None; another place uses only its own ``PATH``."""
    if world.place is not None:
        return world.place.which(name)
    return shutil.which(name, path=(world.env("PATH") or "") if path is None else path)


def missing_there(world: World, language: str, what: str, found: str = "") -> Missing:
    """Say that the place for runs of *language* lacks *what*; *found* is what it has instead."""
    assert world.place is not None
    has = f"expected {what} in {world.place.name}, found {found or 'none'}"
    return Missing(language, has, f"name another image: --image {language}=NAME")
