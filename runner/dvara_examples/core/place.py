"""Where programs run that are not to run on this machine itself: the contract of a place, such as a container.

A place sees the folders of this machine that it needs under the same paths: whatever reads and writes there works as ever.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol


class StartedProcess(Protocol):
    """A process that was started: as much of :class:`subprocess.Popen` as is needed to watch one."""

    pid: int
    returncode: int | None

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes on stdout; whoever reads closes it."""
        ...

    @property
    def stderr(self) -> IO[bytes] | None:
        """What it writes on stderr; whoever reads closes it."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code, negative for a signal."""
        ...

    def kill(self) -> None:
        """Send it SIGKILL."""
        ...


class ProgramPlace(Protocol):
    """A place in which programs run. Safe from any thread.

    *name* is what messages call it. *scratch* is a folder that it shares with this machine and in which both may write.
    """

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def scratch(self) -> Path:
        """A folder that it shares with this machine."""
        ...

    @property
    def memory_bytes(self) -> int | None:
        """How much memory its programs may take together; None: as much as there is."""
        ...

    @property
    def killed_for_memory(self) -> int:
        """How many programs had been killed for want of memory when that was looked at last."""
        ...

    def which(self, program: str) -> str | None:
        """Return the path of *program* there, looked for on its ``PATH`` unless it is a path itself; None where it is not."""
        ...

    def real(self, path: Path) -> Path:
        """Return *path* there without links."""
        ...

    def text(self, file: Path) -> str | None:
        """Return what *file* holds there, or None where it cannot be read."""
        ...

    def run(
        self, argv: Sequence[str], env: Mapping[str, str], limit_s: float, stop: threading.Event, cwd: Path | None, stdin: str
    ) -> tuple[int, bytes, bytes]:
        """Run a tool to its end and return its exit code and both outputs. Raises subprocess.TimeoutExpired, OSError."""
        ...

    def count_killed_for_memory(self) -> int:
        """Look how many programs were killed there because memory ran out, and return it."""
        ...

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path, stdin: bytes) -> StartedProcess:
        """Start an example. Raises OSError where that cannot be."""
        ...
