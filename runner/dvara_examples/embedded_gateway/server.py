"""The server: listens, runs a thread per connection, and ends all of them when it is closed."""

import select
import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from dvara_examples.core.clock import Clock
from dvara_examples.core.errors import GatewayError
from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.connection import Connection
from dvara_examples.embedded_gateway.keys import KeyRing, new_key
from dvara_examples.embedded_gateway.request_context import Timeouts

_BACKLOG = 128
_JOIN_S = 5.0
_RETRY_S = 0.05


class EmbeddedServer:
    """A correct DVARA on a loopback port, with scripted answers; a context manager, safe to use from several threads.

    *default_key* gets the default answers; if not given, it is random. *log* gets one line per request, from the connections'
    threads. *spell* changes the notation of each answer from DVARA's. The port is bound when
    the ``with`` block is entered.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        default_key: str | None = None,
        log: Callable[[str], None] | None = None,
        timeouts: Timeouts | None = None,
        spell: Callable[[Answer], Answer] = lambda answer: answer,
    ) -> None:
        self.default_key = default_key or new_key()
        self.base_url = ""
        self._host = host
        self._port = port
        self._clock = clock
        self._log = log or (lambda _line: None)
        self._patience = timeouts or Timeouts()
        self._keys = KeyRing(spell)
        self._keys.add(self.default_key)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[Connection, threading.Thread] = {}

    def add_key(self, answers: Sequence[Answer]) -> str:
        """Return a new key whose request k gets answer k, the last one repeating; without answers it gets the default ones."""
        key = new_key()
        self._keys.add(key, answers)
        return key

    def withdraw(self, key: str) -> None:
        """Stop accepting *key*; requests in progress finish."""
        self._keys.remove(key)

    def add_mark(self, mark: str, answers: Sequence[Answer]) -> None:
        """Answer requests that contain *mark* anywhere (path, header or body) with *answers*, whatever their key."""
        self._keys.add_mark(mark, answers)

    def remove_mark(self, mark: str) -> tuple[int, int]:
        """Forget *mark*; return how many requests had it, and how many without any mark came since it was added."""
        return self._keys.remove_mark(mark)

    def __enter__(self) -> Self:
        self._listener = self._bind()
        self._wake, self._waker = socket.socketpair()
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.base_url = f"http://{host}:{self._listener.getsockname()[1]}/v1"
        self._acceptor = threading.Thread(target=self._accept, name="gateway-accept", daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self, *, grace_s: float = 0.0) -> None:
        """Stop listening and end all connections; requests in progress have *grace_s* seconds to finish. May be called again."""
        self._stop_accepting()
        deadline_s = self._clock.monotonic() + grace_s
        while self._cut_all(only_idle=True) and self._clock.monotonic() < deadline_s:
            self._closing.wait(0.05)
        self._closing.set()
        self._cut_all(only_idle=False)
        with self._lock:
            threads = list(self._open.values())
        for thread in threads:
            thread.join(_JOIN_S)

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise GatewayError(
                f"port {self._port} on {self._host} cannot be used ({error.strerror or error})",
                "stop what listens there, or choose another port (0 takes any that is free)",
            ) from error

    def _accept(self) -> None:
        poll = select.poll()  # not select(), which cannot handle descriptors above 1023
        poll.register(self._listener, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while self._wake.fileno() not in {fd for fd, _ in poll.poll()}:
            try:
                sock, _ = self._listener.accept()
            except OSError:  # the client gave up while queued, or this process has no descriptor left
                self._closing.wait(_RETRY_S)
                continue
            self._start(sock)

    def _start(self, sock: socket.socket) -> None:
        connection = Connection(
            sock, keys=self._keys, clock=self._clock, timeouts=self._patience, closing=self._closing, log=self._log
        )
        thread = threading.Thread(target=self._serve, args=(connection,), name="gateway-connection", daemon=True)
        with self._lock:
            self._open[connection] = thread
        thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        finally:
            with self._lock:
                del self._open[connection]

    def _stop_accepting(self) -> None:
        if self._acceptor.is_alive():
            self._waker.send(b"x")
            self._acceptor.join(_JOIN_S)
        for sock in (self._listener, self._wake, self._waker):
            sock.close()

    def _cut_all(self, *, only_idle: bool) -> bool:
        """Cut the connections; tell whether some are still busy."""
        with self._lock:
            connections = list(self._open)
        cut = [connection.cut(only_idle=only_idle) for connection in connections]
        return not all(cut)
