"""The ends of a measured connection, each in a process of its own: a server of bytes, and a relay in front of it.

The server reads from the request's path what to send; the plain relay is the least that two threads and two sockets can do.
"""

import multiprocessing
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

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


@dataclass(frozen=True, slots=True)
class End:
    """A child process that listens on *port*; *peak_mb* asks how much memory it has held at most."""

    port: int
    _pipe: Connection

    def used(self) -> tuple[float, float]:
        """Return the peak of its resident memory so far in MB, and the seconds of processor time that it has taken."""
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
        yield End(ours.recv(), ours)
    finally:
        child.kill()
        child.join(LIMIT_S)


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
