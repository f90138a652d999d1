"""Finding and starting the tools that prepare scripts (package managers, compilers).

Each is bounded in time, can be interrupted, and is never left behind.
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
"""Variables that change what a runtime or compiler does; no example gets them, so nothing that is asked or built for one may."""
_STOP_LIMIT_S = 5.0
_LOOK_EVERY_S = 0.2
"""How soon an interruption is noticed."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool left: its exit code (negative: the signal) and its two outputs."""

    code: int
    stdout: str
    stderr: str


def undisturbed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without the variables that make a runtime or a compiler act otherwise than for an example."""
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
    """Run *argv* to its end in a process group of its own and return what it left.

    Whatever ends the wait early, the time limit, *stop* or an exception, ends the whole group: JBang is a shell script that
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
    """Yield what a tool reads: a file that holds *text*, as a pipe could not be written to in several goes, or nothing."""
    if not text:
        yield subprocess.DEVNULL
        return
    import tempfile  # slow to import, and not needed where nothing is given

    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


def _communicate(child: "subprocess.Popen[bytes]", limit_s: float, stop: threading.Event) -> tuple[bytes, bytes]:
    """Wait for the end of *child*. Raises subprocess.TimeoutExpired at the limit, ToolchainError where *stop* is set."""
    give_up_s = time.monotonic() + limit_s
    while not stop.is_set():
        try:
            return child.communicate(timeout=max(0.0, min(_LOOK_EVERY_S, give_up_s - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= give_up_s:
                raise
    raise ToolchainError("interrupted while it was prepared")


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill the group of *child* and take in what is left of it, for a bounded time."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=_STOP_LIMIT_S)


def which(name: str, world: World, path: str | None = None) -> str | None:
    """Return the first *name* that ``PATH`` (or *path*) leads to, or None; another place knows its own ``PATH`` only."""
    if world.place is not None:
        return world.place.which(name)
    return shutil.which(name, path=(world.env("PATH") or "") if path is None else path)


def missing_there(world: World, language: str, what: str, found: str = "") -> Missing:
    """Say that the place in which *language* is to run does not have *what*; *found* is what it has instead."""
    assert world.place is not None
    has = f"expected {what} in {world.place.name}, found {found or 'none'}"
    return Missing(language, has, f"name another image: --image {language}=NAME")
