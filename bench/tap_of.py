"""What the tap costs per piece in this checkout and in another one, in turn in one run, for each streaming protocol.

    python -m bench.tap_of ANOTHER_CHECKOUT

Counted is the processor time of the tap's own process, which a busy machine changes little: for pieces that come one by one, and
for pieces that come in a burst. `git worktree add` makes the other checkout.
"""

import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench._ends import BLOCK_BYTES, CHUNKED_EVENT, EVENTS_HEAD, LIMIT_S

ROUNDS = 7
PACED = 400
PAUSE_S = 0.001
BURST = 20_000
HERE = Path(__file__).resolve().parents[1]

TAP = """
import resource, sys
try:
    from dvara_examples.core.clock import SystemClock, start_timer
    from dvara_examples.core.redaction import Redactor
    from dvara_examples.records.model import Endpoint
except ImportError:  # as it was laid out before
    from dvara_examples.clock import SystemClock, start_timer
    from dvara_examples.model import Endpoint
    from dvara_examples.redact import Redactor
from dvara_examples.tap import Tap
with Tap(Endpoint(sys.argv[1], ""), start_timer(SystemClock()), Redactor()) as tap:
    print(tap.endpoint.base_url, flush=True)
    for _ in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, flush=True)
"""


def _named(**data: object) -> bytes:
    return f"event:{data['type']}\ndata:{json.dumps(data)}\n\n".encode()


PIECES: Mapping[str, tuple[bytes, bytes]] = {
    "/chat/completions": (
        b'data:{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n',
        b'data:{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata:[DONE]\n\n',
    ),
    "/responses": (
        _named(type="response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta="word "),
        _named(type="response.completed", response={"id": "resp_1", "status": "completed"}),
    ),
    "/messages": (
        _named(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "word "}),
        _named(type="message_delta", delta={"stop_reason": "end_turn"}) + _named(type="message_stop"),
    ),
}
"""One piece and the end of a stream, by endpoint."""


@dataclass(frozen=True, slots=True)
class MeasuredTap:
    """A tap in a process of its own."""

    port: int
    process: "subprocess.Popen[str]"

    def cpu_s(self) -> float:
        """Return the processor time that it has taken."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main() -> None:
    """Print a line for each protocol and kind of stream."""
    if len(sys.argv) != 2:
        sys.exit("expected the path of another checkout: python -m bench.tap_of ANOTHER_CHECKOUT")
    checkouts = {"here": HERE, "there": Path(sys.argv[1]).resolve()}
    with ExitStack() as stack:
        server = stack.enter_context(_server())
        taps = {name: stack.enter_context(_tap(path, server)) for name, path in checkouts.items()}
        for endpoint in PIECES:
            for kind, pieces in (("paced", PACED), ("burst", BURST)):
                _measure(taps, f"/v1/{kind}{endpoint}", pieces)


def _measure(taps: Mapping[str, MeasuredTap], path: str, pieces: int) -> None:
    found: dict[str, list[float]] = {name: [] for name in taps}
    for number in range(-1, ROUNDS):
        for name, tap in taps.items():
            before_s = tap.cpu_s()
            _ask(tap.port, path)
            time.sleep(0.05)  # what is recorded after the last byte counts as well
            if number >= 0:
                found[name].append((tap.cpu_s() - before_s) / pieces * 1e6)
    here, there = (statistics.median(found[name]) for name in ("here", "there"))
    spread = ", ".join(f"{name} {min(values):.1f} to {max(values):.1f}" for name, values in found.items())
    print(f"{path:32} here {here:6.1f} µs, there {there:6.1f} µs per piece, ÷ {here / there:4.2f}   ({spread})", flush=True)


@contextmanager
def _tap(checkout: Path, server_port: int) -> Iterator[MeasuredTap]:
    argv = [sys.executable, "-c", TAP, f"http://127.0.0.1:{server_port}/v1"]
    environ = {"PYTHONPATH": str(checkout / "runner"), "PATH": ""}
    with subprocess.Popen(argv, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield MeasuredTap(int(process.stdout.readline().strip().removesuffix("/v1").rpartition(":")[2]), process)
        finally:
            process.kill()


@contextmanager
def _server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(client,), daemon=True).start()


def _answer(client: socket.socket) -> None:
    with client:
        request = b""
        while b'"stream"' not in request:
            request += client.recv(BLOCK_BYTES)
        _, _, kind, endpoint = request.split(b" ")[1].decode().split("/", 3)
        piece, end = (CHUNKED_EVENT % (len(event), event) for event in PIECES[f"/{endpoint}"])
        client.sendall(EVENTS_HEAD)
        if kind == "paced":
            for _ in range(PACED):
                time.sleep(PAUSE_S)
                client.sendall(piece)
        else:
            for _ in range(BURST // 1000):
                client.sendall(piece * 1000)
        client.sendall(end + b"0\r\n\r\n")


def _ask(port: int, path: str) -> None:
    body = b'{"model": "m", "stream": true}'
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        last = b""
        while not last.endswith(b"0\r\n\r\n"):
            data = connection.recv(BLOCK_BYTES)
            if not data:
                raise SystemExit("a stream ended too early")
            last = (last + data)[-8:]


if __name__ == "__main__":
    main()
