"""Starts a described gateway as a local program, waits until it is ready, and always stops it."""

import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.own_folder import own_folder
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.world import World
from dvara_examples.gateways._description import GatewayDescription, MarkKind, fill
from dvara_examples.gateways._log import GatewayLog
from dvara_examples.gateways._provider import ProviderAddress, Setting, headers_of
from dvara_examples.gateways._ready import await_ready, refuses
from dvara_examples.process import child_environment
from dvara_examples.records.model import Endpoint

_KEEPER = Path(__file__).with_name("_keeper.py")
_GRACE_S = 5.0
_LAST_LINES_S = 2.0
"""The lines of a program that has ended are read within this time, unless something that it started still holds its output."""
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class StartedGateway:
    """A running gateway: its address, its log, how long it took to start, and whether it is still alive.

    It is *exposed* if it listens on more than loopback, so that other machines can reach it.
    """

    endpoint: Endpoint
    log: GatewayLog
    ready_after_s: float
    exposed: bool
    _process: "subprocess.Popen[bytes]"
    _title: str

    def death(self) -> GatewayError | None:
        """Return an error message if the gateway has ended by itself.

        The end of the process becomes known a moment after its port closes, so wait for it if the port is closed.
        """
        if self._process.poll() is None and refuses(self.endpoint.base_url):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_S)
        return _death(self._process, self._title, self.log)


@contextmanager
def run_program(description: GatewayDescription, upstream: ProviderAddress, world: World) -> Iterator[StartedGateway]:
    """Start the program of *description* in front of *upstream*, and stop it at the end of the block. Raises GatewayError.

    It runs in a temporary folder with its files, on a free loopback port, with its own environment. Its log is stored
    in the state folder, even after a failed start.
    """
    argv0 = _found(description, world)
    with own_folder() as folder:
        setting = Setting(upstream, _HOST, _free_port(), str(folder))
        values = setting.values
        write_files(description, setting, folder)
        argv = [argv0, *(fill(word, values) for word in description.argv[1:])]
        environ = child_environment(world.environ, {k: fill(v, values) for k, v in description.environment.items()})
        secret = Redactor.of((setting.key, upstream.key))
        log = GatewayLog(world.state_dir / "gateways" / f"{description.name}-{secrets.token_hex(3)}.log", secret)
        try:
            with _process(argv, environ, folder, log) as process:
                key = upstream.key if description.mark is MarkKind.KEY else fill(description.key, values)

                def death() -> GatewayError | None:
                    return _death(process, description.title, log)

                took_s = await_ready(description, (_HOST, setting.port), key, world, death, log)
                base_url = f"http://{_HOST}:{setting.port}{description.base_path}"
                at = Endpoint(base_url, key, headers_of(description, setting))
                yield StartedGateway(at, log, took_s, _exposed(setting.port), process, description.title)
        finally:
            log.close()


def write_files(description: GatewayDescription, setting: Setting, folder: Path) -> None:
    """Write the files of *description* below *folder*, their placeholders filled in."""
    for name, text in description.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(text, setting.values), "utf-8")


def _found(description: GatewayDescription, world: World) -> str:
    """Return the path of the program. Raises GatewayError if it is missing."""
    name = description.argv[0]
    path = str(world.cwd / name) if "/" in name else name
    found = shutil.which(path, path=world.env("PATH"))
    if found is None:
        where = "at that path" if "/" in name else "on PATH"
        hint = description.install or "install it, or correct `argv` in its description"
        raise GatewayError(f"{description.title} needs the program {name}, which was not found {where}", hint)
    return found


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _process(argv: list[str], environ: dict[str, str], folder: Path, log: GatewayLog) -> Iterator["subprocess.Popen[bytes]"]:
    """Run *argv* under the keeper, in a separate session, and read its output; closing the pipe to the keeper ends it."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_KEEPER), str(_GRACE_S), *argv],
        env=environ,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reader = threading.Thread(target=log.read_from, args=(process.stdout,), name="gateway-log", daemon=True)
    reader.start()
    try:
        yield process
    finally:
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(2 * _GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(1.0)


def _exposed(port: int) -> bool:
    """Tell whether something listens on *port* of more than loopback; False if the system does not show it."""
    with suppress(psutil.Error):
        listening = (found.laddr for found in psutil.net_connections("tcp") if found.status == psutil.CONN_LISTEN)
        return any(at and at.port == port and not ip_address(at.ip).is_loopback for at in listening)
    return False


def _death(process: "subprocess.Popen[bytes]", title: str, log: GatewayLog) -> GatewayError | None:
    code = process.poll()
    if code is None:
        return None
    end = f"signal {code - 128}" if code > 128 else f"exit status {code}"
    log.wait_until_read(_LAST_LINES_S)
    cause = f"{title} ended with {end}{log.last_lines}"
    return GatewayError(cause, f"its whole log is in {log.path}")
