"""A small CONNECT proxy: listens on loopback and leads every connection to one port there, whatever name was asked for."""

import base64
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

LIMIT_S = 20.0


@dataclass
class HttpProxy:
    """A proxy that is up: *asked* holds the head of each request, *answer* refuses them all where it is not empty."""

    port: int
    target_port: int
    answer: bytes = b""
    asked: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address as it stands in ``HTTPS_PROXY``."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, client: socket.socket) -> None:
        """Answer one CONNECT and pass bytes both ways until both sides have ended."""
        head = b""
        while not head.endswith(b"\r\n\r\n") and (byte := client.recv(1)):
            head += byte
        self.asked.append(head)
        if self.answer:
            client.sendall(self.answer)
            return
        with socket.create_connection(("127.0.0.1", self.target_port), LIMIT_S) as target:
            client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            back = threading.Thread(target=_pump, args=(target, client), name="proxy-back", daemon=True)
            back.start()
            _pump(client, target)
            back.join(LIMIT_S)


def basic(user: str, password: str) -> bytes:
    """Return the header line that these credentials make."""
    return b"Proxy-Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()) + b"\r\n"


@contextmanager
def http_proxy(target_port: int, answer: bytes = b"") -> Iterator[HttpProxy]:
    """Run a proxy that leads to *target_port* on loopback, or gives *answer* to whoever asks."""
    with ExitStack() as running:
        listener = running.enter_context(socket.create_server(("127.0.0.1", 0)))
        proxy = HttpProxy(listener.getsockname()[1], target_port, answer)

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                client.settimeout(LIMIT_S)
                threading.Thread(target=serve, args=(client,), name="proxy-client", daemon=True).start()

        def serve(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                proxy.serve(client)

        thread = threading.Thread(target=accept, name="proxy-accept", daemon=True)
        running.callback(thread.join, LIMIT_S)
        running.callback(listener.shutdown, socket.SHUT_RDWR)  # runs first: it wakes the thread
        thread.start()
        yield proxy


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until *source* has ended, then end *sink*'s side."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
