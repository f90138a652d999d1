"""Two proxies for tests: an honest one that moves bytes, and one that calls every answer whole."""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dvara_examples.gateway_check.provider import _read_request
from dvara_examples.gateway_check.spelling import CHAT, SPELLINGS

Handle = Callable[[socket.socket, int], None]
_LIMIT_S = 30.0


@contextmanager
def proxy(handle: Handle, upstream_port: int) -> Iterator[int]:
    """Serve *handle* on a free port within the block; it gets each connection and the provider's port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=_guarded, args=(connection,), daemon=True).start()

    def _guarded(connection: socket.socket) -> None:
        connection.settimeout(_LIMIT_S)
        with connection, suppress(OSError):
            handle(connection, upstream_port)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def relay(client: socket.socket, upstream_port: int) -> None:
    """Move bytes both ways, and an RST or FIN to the other side."""
    with socket.create_connection(("127.0.0.1", upstream_port), _LIMIT_S) as upstream:
        for side in (client, upstream):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        other = {client: upstream, upstream: client}
        while True:
            for side in select.select([client, upstream], [], [], _LIMIT_S)[0]:
                try:
                    data = side.recv(262_144)
                except ConnectionResetError:
                    other[side].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if not data:
                    return
                other[side].sendall(data)


def holding(client: socket.socket, upstream_port: int) -> None:
    """Hold a response until the provider has ended it, then send all of it at once."""
    request = _read_request(client, b"")
    assert request is not None
    with socket.create_connection(("127.0.0.1", upstream_port), _LIMIT_S) as upstream:
        upstream.sendall(request[0].raw + request[1])
        held = b""
        while not held.endswith(b"0\r\n\r\n"):
            if not (data := upstream.recv(65_536)):
                break
            held += data
        client.sendall(held)


def liar(client: socket.socket, upstream_port: int) -> None:
    """Answer every request with a short whole answer, and read the provider's to its end whatever the client does."""
    request = _read_request(client, b"")
    assert request is not None
    head, body, _ = request
    spelling = next((each for each in SPELLINGS.values() if head.target.endswith(each.target)), CHAT)
    with socket.create_connection(("127.0.0.1", upstream_port), _LIMIT_S) as upstream:
        upstream.sendall(head.raw + body)
        with suppress(OSError):
            upstream.recv(65_536)
        answer = b"".join(spelling.whole("liar", ("A", "n", " ", "l")))
        reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        client.sendall(reply % (len(answer), answer))
        client.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            upstream.settimeout(6)
            while upstream.recv(262_144):
                pass


def converter(client: socket.socket, upstream_port: int) -> None:
    """Ask the provider for chat whatever the client asks for, and pass the answer on."""
    request = _read_request(client, b"")
    assert request is not None
    head, body, _ = request
    raw = head.raw.replace(head.target.encode(), b"/v1/chat/completions", 1)
    with socket.create_connection(("127.0.0.1", upstream_port), _LIMIT_S) as upstream:
        upstream.sendall(raw + body)
        held = b""
        while not held.endswith(b"0\r\n\r\n") and (data := upstream.recv(65_536)):
            held += data
        client.sendall(held)
