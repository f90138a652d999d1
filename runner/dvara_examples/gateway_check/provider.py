"""The scripted provider: a small HTTP server on raw sockets that plays the script of each case and records what it sent."""

import re
import select
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.gateway_check.cases import GatewayCase
from dvara_examples.gateway_check.recording import SideRecording, TimedBytes
from dvara_examples.gateway_check.script import ResponseScript, ScriptEnd, ScriptPause, document, for_http_1_0
from dvara_examples.protocols import read_object
from dvara_examples.tap.ending import CloseKind
from dvara_examples.wire.framing import request_body
from dvara_examples.wire.http import HeadBuffer, ProtocolError, RequestHead, read_request_head

_MARK = re.compile(rb"check-([0-9a-f]{12})")
_IDLE_S = 30.0
_SEND_LIMIT_S = 20.0
_LOOK_EVERY_S = 0.25
_MODELS = {"object": "list", "data": [{"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "scripted"}]}
_UNKNOWN = {"error": {"message": "no script for this request", "type": "invalid_request_error", "code": "no_script"}}


class CheckProvider:
    """Answers the gateway's requests; safe to use from several threads. *unmarked* counts POSTs that belong to no case."""

    def __init__(self, timer: Timer) -> None:
        self.unmarked = 0
        self._timer = timer
        self._lock = threading.Lock()
        self._cases: dict[str, GatewayCase] = {}
        self._asked: dict[str, int] = defaultdict(int)
        self._recorded: dict[str, dict[int, SideRecording]] = defaultdict(dict)
        self._step_due_s: dict[str, float] = defaultdict(float)
        self._changed = threading.Condition(self._lock)
        self._stopping = threading.Event()

    def expect(self, mark: str, case: GatewayCase) -> None:
        """Serve *case* to requests that contain *mark*."""
        with self._lock:
            self._cases[mark] = case

    def attempts(self, mark: str, wait_s: float) -> tuple[SideRecording, ...]:
        """Return what was sent to each request with *mark*.

        Waits for those in progress as long as their scripts continue: none may be late with a step by *wait_s*.
        """
        with self._changed:
            began_s = self._timer()
            while len(self._recorded[mark]) < self._asked[mark]:
                if self._timer() >= max(began_s, self._step_due_s[mark]) + wait_s:
                    break
                self._changed.wait(_LOOK_EVERY_S)
            return tuple(self._recorded[mark][place] for place in sorted(self._recorded[mark]))

    def asked(self, mark: str) -> int:
        """Return how many requests came with *mark*."""
        with self._lock:
            return self._asked[mark]

    def stop(self) -> None:
        """End every wait of a script."""
        self._stopping.set()

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection until either side ends it."""
        connection.settimeout(_IDLE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError, ProtocolError):
            left = b""
            while not self._stopping.is_set():
                request = _read_request(connection, left)
                if request is None or not self._answer(connection, request[0], request[1]):
                    return
                left = request[2]

    def _answer(self, connection: socket.socket, head: RequestHead, body: bytes) -> bool:
        """Answer one request; return whether the connection continues."""
        marked = _MARK.search(body)
        mark = marked[1].decode() if marked else ""
        with self._lock:
            case = self._cases.get(mark)
            place = self._asked[mark]
            self._asked[mark] += 1
            self.unmarked += case is None and head.method == "POST"
        if case is None:
            known = head.method == "GET" and head.target.rstrip("/").endswith("/models")
            script = document(200, _MODELS) if known else document(404, _UNKNOWN)
        else:
            script = case.scripts[min(place, len(case.scripts) - 1)](mark)
        as_played = for_http_1_0(script) if head.version == "HTTP/1.0" else script
        recording = self._play(connection, as_played, _model(body), mark)
        if as_played is not script and script.end is not ScriptEnd.KEEP and recording.close is CloseKind.FIN:
            recording = replace(recording, cut=True)
        with self._changed:
            self._recorded[mark][place] = replace(recording, asked_target=head.target)
            self._changed.notify_all()
        return recording.close is CloseKind.COMPLETE and as_played.end is ScriptEnd.KEEP

    def _play(self, connection: socket.socket, script: ResponseScript, model: str | None, mark: str) -> SideRecording:
        began_s = self._timer()
        sent: list[TimedBytes] = []
        close = CloseKind.COMPLETE
        connection.settimeout(_SEND_LIMIT_S)
        try:
            for step in script.steps:
                if isinstance(step, ScriptPause):
                    self._wait(connection, self._due_s(mark, step.seconds))
                else:
                    self._due_s(mark, 0.0)
                    sent.append(TimedBytes(self._timer(), step))
                    connection.sendall(step)
        except OSError:
            close = CloseKind.CLIENT
        ended_s = self._timer()
        if close is CloseKind.COMPLETE and script.end is not ScriptEnd.KEEP:
            close = CloseKind.RST if script.end is ScriptEnd.RST else CloseKind.FIN
            _end(connection, script.end)
        with suppress(OSError):
            connection.settimeout(_IDLE_S)
        return SideRecording(tuple(sent), close, began_s, ended_s, model)

    def _due_s(self, mark: str, takes_s: float) -> float:
        """Return when a step that begins now will be over, and note that nothing is late until then."""
        due_s = self._timer() + takes_s
        with self._lock:
            self._step_due_s[mark] = max(self._step_due_s[mark], due_s)
        return due_s

    def _wait(self, connection: socket.socket, until_s: float) -> None:
        """Pause until then; raise ConnectionError as soon as the gateway has left."""
        while (left_s := until_s - self._timer()) > 0 and not self._stopping.is_set():
            readable, _, _ = select.select([connection], [], [], min(left_s, _LOOK_EVERY_S))
            if not readable:
                continue
            if not connection.recv(1, socket.MSG_PEEK):
                raise ConnectionError("the gateway left")
            self._stopping.wait(min(left_s, 0.02))  # bytes of the next request: leave them


def _end(connection: socket.socket, end: ScriptEnd) -> None:
    with suppress(OSError):
        if end is ScriptEnd.RST:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def _read_request(connection: socket.socket, left: bytes) -> tuple[RequestHead, bytes, bytes] | None:
    """Return the next request's head and body and what follows; None at the end of the connection."""
    heads, data = HeadBuffer(), left
    while True:
        raw, taken = heads.feed(memoryview(data))
        data = data[taken:]
        if raw is not None:
            break
        data = connection.recv(65_536)
        if not data:
            return None
    head = read_request_head(raw)
    if any(name.lower() == "expect" for name, _ in head.headers):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    reader, body = request_body(head.headers), bytearray()
    while not reader.complete:
        data = data or connection.recv(65_536)
        if not data:
            return None
        taken, payload = reader.feed(memoryview(data))
        for part in payload:
            body += part
        data = data[taken:]
    return head, bytes(body), data


def _model(body: bytes) -> str | None:
    asked: Mapping[str, object] = read_object(body) or {}
    return asked["model"] if isinstance(asked.get("model"), str) else None  # type: ignore[return-value]


@contextmanager
def check_provider(timer: Timer, host: str, port: int) -> Iterator[tuple[CheckProvider, int]]:
    """Serve on *host* and *port* (0: a free one) within the block; yield the provider and its port. Raises GatewayError."""
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        cause = f"expected a free port for the provider, found {host}:{port} refused ({error.strerror or error})"
        raise GatewayError(cause, "choose another with --provider-port") from None
    provider, open_ones = CheckProvider(timer), set[socket.socket]()
    lock = threading.Lock()

    def serve(connection: socket.socket) -> None:
        try:
            provider.serve(connection)
        finally:
            with lock:
                open_ones.discard(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with lock:
                    open_ones.add(connection)
                threading.Thread(target=serve, args=(connection,), name="check-provider-connection", daemon=True).start()

    thread = threading.Thread(target=accept, name="check-provider", daemon=True)
    thread.start()
    try:
        yield provider, listener.getsockname()[1]
    finally:
        provider.stop()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(2)
        with lock:
            for connection in open_ones:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
