"""Where programs run if not on this machine: the contract of a place, such as a container.

A place sees the folders that it needs under the same paths as this machine, so paths need no translation.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol


class StartedProcess(Protocol):
    """A started process: the part of :class:`subprocess.Popen` that is needed to watch one."""

    pid: int
    returncode: int | None

    @property
    def stdout(self) -> IO[bytes] | None:
        """Its stdout; the reader closes it."""
        ...

    @property
    def stderr(self) -> IO[bytes] | None:
        """Its stderr; the reader closes it."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit and return the exit code, negative for a signal."""
        ...

    def kill(self) -> None:
        """Send it SIGKILL."""
        ...


class ProgramPlace(Protocol):
    """A place in which programs run. Safe from any thread.

    *name* is for messages. *scratch* is a folder shared with this machine, writable from both.
    """

    @property
    def name(self) -> str:
        """Its name in messages."""
        ...

    @property
    def scratch(self) -> Path:
        """A folder shared with this machine."""
        ...

    @property
    def memory_bytes(self) -> int | None:
        """The memory that its programs may use together; None for no limit."""
        ...

    @property
    def killed_for_memory(self) -> int:
        """How many programs had run out of memory at the last look."""
        ...

    def which(self, program: str) -> str | None:
        """Return the path of *program* there, looked up on its ``PATH`` unless it is a path; None if it is missing."""
        ...

    def real(self, path: Path) -> Path:
        """Return *path* there without links."""
        ...

    def text(self, file: Path) -> str | None:
        """Return the content of *file* there, or None if it cannot be read."""
        ...

    def run(
        self, argv: Sequence[str], env: Mapping[str, str], limit_s: float, stop: threading.Event, cwd: Path | None, stdin: str
    ) -> tuple[int, bytes, bytes]:
        """Run a tool and return its exit code and both outputs. Raises subprocess.TimeoutExpired, OSError."""
        ...

    def count_killed_for_memory(self) -> int:
        """Look how many programs were killed there for lack of memory, and return the number."""
        ...

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path, stdin: bytes) -> StartedProcess:
        """Start an example. Raises OSError if that fails."""
        ...
