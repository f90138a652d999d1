"""The ends of a measured connection, each in a process of its own: a server of bytes, and a relay in front of it.

The server reads from the request's path what to send; the plain relay is the least that two threads and two sockets can do.
"""

import json
import multiprocessing
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol
from urllib.request import Request, urlopen

import psutil

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import Endpoint
from dvara_examples.tap import Tap

BLOCK_BYTES = 256 * 1024
LIMIT_S = 60.0
EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n'
CHUNKED_EVENT = b"%x\r\n%s\r\n"
LAST = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
_PROCESSES = multiprocessing.get_context("spawn")


TOXIPROXY = "github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0"
"""A proxy in Go that many test suites put between a client and its server, as the tap stands."""


class End(Protocol):
    """A process that listens on *port*."""

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    def used(self) -> tuple[float, float]:
        """Return the peak of its resident memory so far in MB, and the seconds of processor time that it has taken."""
        ...


@dataclass(frozen=True, slots=True)
class _Program:
    """A program that was started as a whole."""

    port: int
    _process: psutil.Process

    def used(self) -> tuple[float, float]:
        times = self._process.cpu_times()
        return self._process.memory_info().rss / 1024 / 1024, times.user + times.system


@dataclass(frozen=True, slots=True)
class _Child:
    """A child process that plays a role of this module, and answers over a pipe."""

    port: int
    _pipe: Connection

    def used(self) -> tuple[float, float]:
        self._pipe.send("used")
        peak_mb, cpu_s = self._pipe.recv()
        return peak_mb, cpu_s


@contextmanager
def in_a_process(role: Callable[[Connection, int], None], upstream_port: int = 0) -> Iterator[End]:
    """Start *role* in a process, yield it once it listens, and end it with the block."""
    ours, theirs = _PROCESSES.Pipe()
    child = _PROCESSES.Process(target=role, args=(theirs, upstream_port), daemon=True)
    child.start()
    try:
        yield _Child(ours.recv(), ours)
    finally:
        child.kill()
        child.join(LIMIT_S)


@contextmanager
def toxiproxy(upstream_port: int) -> Iterator[End | None]:
    """Build toxiproxy with Go and start it without any toxic; yield None, after a word about it, where that cannot be done."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "server")
        if not _built(Path(folder)):
            yield None
            return
        with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
            api, port = first.getsockname()[1], second.getsockname()[1]
        child = subprocess.Popen([program, "-port", str(api)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            proxy = {"name": "bench", "listen": f"127.0.0.1:{port}", "upstream": f"127.0.0.1:{upstream_port}"}
            _post(f"http://localhost:{api}/proxies", proxy)
            yield _Program(port, psutil.Process(child.pid))
        finally:
            child.kill()
            child.wait(LIMIT_S)


def _built(folder: Path) -> bool:
    go = shutil.which("go")
    if go is None:
        print("toxiproxy    left out: there is no Go here to build it")
        return False
    env = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod"}
    done = subprocess.run([go, "install", TOXIPROXY], env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        print(f"toxiproxy    left out: it could not be built ({done.stderr.decode(errors='replace').strip()[-200:]})")
    return done.returncode == 0


def _post(url: str, value: object) -> None:
    """Send *value* as soon as somebody listens."""
    ends_s = time.monotonic() + LIMIT_S
    while True:
        request = Request(url, json.dumps(value).encode(), {"Content-Type": "application/json"})  # noqa: S310 - loopback
        try:
            with urlopen(request, timeout=LIMIT_S) as response:  # noqa: S310 - loopback
                response.read()
            return
        except OSError:
            if time.monotonic() > ends_s:
                raise
            time.sleep(0.05)


def serve(pipe: Connection, _: int) -> None:
    """Serve what paths ask for: ``/v1/paced/<events>/<us between>``, ``/v1/burst/<events>``, ``/v1/body/<bytes>``."""
    with _listener() as listener:
        threading.Thread(target=_accept, args=(listener, _answer), daemon=True).start()
        _answer_questions(pipe, listener.getsockname()[1])


def plain_relay(pipe: Connection, upstream_port: int) -> None:
    """Copy bytes both ways, a thread for each direction."""

    def relay(client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", upstream_port)) as upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_copy, args=(client, upstream), daemon=True).start()
            _copy(upstream, client)

    with _listener() as listener:
        threading.Thread(target=_accept, args=(listener, relay), daemon=True).start()
        _answer_questions(pipe, listener.getsockname()[1])


def tap(pipe: Connection, upstream_port: int) -> None:
    """Be the tap, with its usual bounds, keeping every exchange."""
    with Tap(Endpoint(f"http://127.0.0.1:{upstream_port}/v1", ""), start_timer(SystemClock()), Redactor()) as opened:
        _answer_questions(pipe, int(opened.endpoint.base_url.removesuffix("/v1").rpartition(":")[2]))


def _answer_questions(pipe: Connection, port: int) -> None:
    pipe.send(port)
    while True:
        pipe.recv()
        used = resource.getrusage(resource.RUSAGE_SELF)
        peak_mb = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        pipe.send((peak_mb, used.ru_utime + used.ru_stime))


def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _accept(listener: socket.socket, serve_one: Callable[[socket.socket], None]) -> None:
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve_one, args=(client,), daemon=True).start()


def _answer(client: socket.socket) -> None:
    with client:
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(BLOCK_BYTES)
        _, kind, *numbers = request.split(b" ")[1].decode().strip("/").split("/")
        match kind, [int(number) for number in numbers]:
            case "paced", [events, pause_us]:
                _paced(client, events, pause_us / 1e6)
            case "burst", [events]:
                block = b"".join(CHUNKED_EVENT % (len(EVENT % b"word"), EVENT % b"word") for _ in range(1000))
                client.sendall(EVENTS_HEAD)
                for _ in range(events // 1000):
                    client.sendall(block)
                client.sendall(LAST)
            case "body", [size]:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % size)
                block = bytes(BLOCK_BYTES)
                for _ in range(size // BLOCK_BYTES):
                    client.sendall(block)


def _paced(client: socket.socket, events: int, pause_s: float) -> None:
    """Send events that say when they were sent, by the clock that all processes of a machine share."""
    client.sendall(EVENTS_HEAD)
    for _ in range(events):
        time.sleep(pause_s)
        event = EVENT % b"%020d" % time.monotonic_ns()
        client.sendall(CHUNKED_EVENT % (len(event), event))
    client.sendall(LAST)


def _copy(source: socket.socket, target: socket.socket) -> None:
    buffer = memoryview(bytearray(BLOCK_BYTES))
    try:
        while size := source.recv_into(buffer):
            target.sendall(buffer[:size])
        target.shutdown(socket.SHUT_WR)
    except OSError:  # the other direction has closed both
        return
