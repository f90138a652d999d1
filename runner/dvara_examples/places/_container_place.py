"""Programs in a running container: started through the engine, read through named pipes, watched as processes of this machine.

If the engine relayed output, it would blur arrival times, hide who holds a pipe open, and swallow that a reader has
left. So a program writes to named pipes in a folder that the container shares, which are pipes of this machine.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from docker import DockerClient

_WAITING = '(read -r go <"$0/go"; exec env "$@" <"$0/in" >"$0/out" 2>"$0/err"); exit'
"""A shell whose child waits until it is known outside, and then becomes the program.

The shell is stopped meanwhile: it cannot take in its child's end, so that the exit status can be read on this machine. What the
engine tells is 128 and the number for a signal, which a program may also choose as its own code.
"""
_STATUS = 49
"""The place of the exit status in ``/proc/PID/stat`` (proc(5)), counted behind the name in brackets."""
_OOM_KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
_START_LIMIT_S = 30.0
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True)
class ContainerPlace:
    """A running container; *environ* is what its image and the user's settings give every program."""

    name: str
    scratch: Path
    _client: "DockerClient"
    _container: str
    _environ: Mapping[str, str]
    memory_bytes: int | None = None
    _known: dict[str, str | None] = field(default_factory=dict)
    _killed: list[int] = field(default_factory=lambda: [0])

    def which(self, program: str) -> str | None:
        """Return the path of *program* there, looked up on its ``PATH`` unless it is a path."""
        if program not in self._known:
            self._known[program] = self._line('command -v "$1"', program)
        return self._known[program]

    def real(self, path: Path) -> Path:
        """Return *path* there without links."""
        return Path(self._line('readlink -f "$1"', str(path)) or path)

    def text(self, file: Path) -> str | None:
        """Return the content of *file* there."""
        code, out = self._asked('cat "$1"', str(file))
        return out if code == 0 else None

    @property
    def killed_for_memory(self) -> int:
        """How many programs had run out of memory at the last look."""
        return self._killed[-1]

    def count_killed_for_memory(self) -> int:
        """Look how many programs the kernel has killed because the container's memory ran out."""
        _, out = self._asked('cat "$1"/memory.events "$1"/memory/memory.oom_control 2>/dev/null', "/sys/fs/cgroup")
        if (found := _OOM_KILLS.search(out)) is not None:
            self._killed.append(int(found[1]))
        return self._killed[-1]

    def _line(self, script: str, word: str) -> str | None:
        code, out = self._asked(script, word)
        return out.strip() or None if code == 0 else None

    def _asked(self, script: str, word: str) -> tuple[int, str]:
        argv = ["/bin/sh", "-c", script, "sh", word]
        code, out, _ = self.run(argv, self._environ, _START_LIMIT_S, threading.Event(), None, "")
        return code, out.decode(errors="replace")

    def run(
        self, argv: Sequence[str], env: Mapping[str, str], limit_s: float, stop: threading.Event, cwd: Path | None, stdin: str
    ) -> tuple[int, bytes, bytes]:
        """Run a tool; it is killed at *limit_s* or *stop*."""
        process = self.start(argv, env, cwd or Path("/"), stdin.encode())
        outputs: list[bytes] = [b"", b""]

        def read(number: int, pipe: IO[bytes]) -> None:
            with pipe:
                outputs[number] = pipe.read()

        readers = [
            threading.Thread(target=read, args=(number, pipe), name="read-tool", daemon=True)
            for number, pipe in enumerate((process.stdout, process.stderr))
        ]
        for reader in readers:
            reader.start()
        give_up_s = time.monotonic() + limit_s
        while not process.ended.wait(_LOOK_EVERY_S):
            if stop.is_set() or time.monotonic() >= give_up_s:
                process.kill_all()
                break
        code = process.wait(_START_LIMIT_S)
        for reader in readers:
            reader.join(_START_LIMIT_S)
        if not stop.is_set() and time.monotonic() >= give_up_s and code < 0:
            raise subprocess.TimeoutExpired(list(argv), limit_s)
        return code, outputs[0], outputs[1]

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path, stdin: bytes) -> "ContainerProcess":
        """Start a program with its own pipes. Raises OSError if the engine refuses."""
        folder = Path(tempfile.mkdtemp(prefix="pipes-", dir=self.scratch))
        try:
            return ContainerProcess(self._client, self._container, folder, argv, env, cwd, stdin)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError) or not _of_engine(error):
                raise
            raise OSError(None, f"the container engine: {' '.join(str(error).split())[:200]}") from error


def _of_engine(error: BaseException) -> bool:
    import docker

    return isinstance(error, docker.errors.DockerException | requests.RequestException)


class ContainerProcess:
    """A program in a container, as the process of this machine that it is; has the interface of a Popen."""

    def __init__(
        self,
        client: "DockerClient",
        container: str,
        folder: Path,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        stdin: bytes,
    ) -> None:
        self.returncode: int | None = None
        self.ended = threading.Event()
        self._api, self._folder = client.api, folder
        with_input = _WAITING if stdin else _WAITING.replace('"$0/in"', "/dev/null")
        if stdin:
            (folder / "in").write_bytes(stdin)
        for name in ("go", "out", "err"):
            os.mkfifo(folder / name, 0o600)
        variables = [f"{name}={value}" for name, value in env.items()]
        command = ["/bin/sh", "-c", with_input, str(folder), *variables, *argv]
        made = self._api.exec_create(container, command, workdir=str(cwd))
        self._exec: str = made["Id"]
        self._socket: Any = self._api.exec_start(self._exec, socket=True)
        self._go = os.open(folder / "go", os.O_RDWR)
        try:
            self._shell = self._find_shell()
            self.pid = self._find_child()
            self._handle = os.pidfd_open(self.pid)
            self._stop_shell()
            self.stdout, self.stderr = _reading_end(folder / "out"), _reading_end(folder / "err")
            self._kept_open = [os.open(folder / name, os.O_WRONLY) for name in ("out", "err")]
            os.write(self._go, b"go\n")
        except BaseException:
            os.close(self._go)
            self._close_socket()
            raise
        threading.Thread(target=self._watch, name=f"container-process-{self.pid}", daemon=True).start()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if not self.ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired(["container"], timeout or 0.0)
        return self.returncode

    def kill(self) -> None:
        """Send it SIGKILL."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """Send SIGKILL to it and to what it started in its session."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.kill()

    def _find_shell(self) -> int:
        give_up_s = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < give_up_s:
            about = self._api.exec_inspect(self._exec)
            if about["Pid"]:
                return int(about["Pid"])
            if about["ExitCode"] is not None:
                raise OSError(None, "the container has no /bin/sh, or no such folder")
            time.sleep(0.002)
        raise OSError(None, "the container engine did not start it in time")

    def _find_child(self) -> int:
        give_up_s = time.monotonic() + _START_LIMIT_S
        children = Path(f"/proc/{self._shell}/task/{self._shell}/children")
        while time.monotonic() < give_up_s:
            if found := children.read_text("ascii").split():
                return int(found[0])
            time.sleep(0.002)
        raise OSError(None, "its shell did not start it in time")

    def _stop_shell(self) -> None:
        """Stop the shell, and wait until it is stopped: until then it could still reap its child."""
        os.kill(self._shell, signal.SIGSTOP)
        give_up_s = time.monotonic() + _START_LIMIT_S
        while _fields_of(self._shell)[0] != b"T":
            if time.monotonic() >= give_up_s:
                raise OSError(None, "its shell did not stop in time")
            time.sleep(0.002)

    def _watch(self) -> None:
        """Wait for the end of the process, store how it ended, and release the shell."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        poll.poll()
        self.returncode = _exit_code(self.pid)
        for kept in self._kept_open:  # until now: a pipe that nobody has opened for writing yet looks closed
            os.close(kept)
        self.ended.set()  # now: whoever holds a pipe open from here on is a process that the program left behind
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self._shell, signal.SIGCONT)
        os.close(self._handle)
        os.close(self._go)
        self._close_socket()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _close_socket(self) -> None:
        response = getattr(self._socket, "_response", None)
        with suppress(OSError, ValueError):
            (response or self._socket).close()


def _exit_code(pid: int) -> int:
    """Return the exit code of a process that has ended and not been reaped, negative for a signal; -9 if it is gone."""
    try:
        status = int(_fields_of(pid)[_STATUS])
    except OSError:
        return -int(signal.SIGKILL)
    return -(status & 0x7F) if status & 0x7F else status >> 8


def _fields_of(pid: int) -> list[bytes]:
    """Return the fields of ``/proc/PID/stat`` (proc(5)) after the name in brackets. Raises OSError if it is missing."""
    stat = Path(f"/proc/{pid}/stat").read_bytes()
    return stat[stat.rindex(b")") + 2 :].split()


def _reading_end(path: Path) -> IO[bytes]:
    """Open a named pipe for reading, whether or not there is a writer."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return os.fdopen(descriptor, "rb", buffering=0)
