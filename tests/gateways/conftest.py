"""Worlds, and small servers that answer as other things than gateways do."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dvara_examples.core.world import World

_TLS = Path(__file__).parent.parent / "data" / "tls"


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Return a function that builds a world with the given environment."""

    def build(**environ: str) -> World:
        with (tmp_path / "stdout").open("w") as stdout, (tmp_path / "stderr").open("w") as stderr:
            return World(
                environ=environ,
                cwd=tmp_path,
                root=tmp_path,
                manifest_path=tmp_path / "manifest.yaml",
                cache_dir=tmp_path / "cache",
                state_dir=tmp_path / "state",
                stdout=stdout,
                stderr=stderr,
            )

    return build


@pytest.fixture
def foreign() -> Iterator[Callable[..., str]]:
    """Return a function that starts a server which sends the given bytes to every client, and returns its base URL.

    The bytes end with the connection; empty ones mean a server that accepts and says nothing. With ``tls=True`` it speaks TLS.
    """
    with ExitStack() as running:

        def start(answer: bytes, *, tls: bool = False) -> str:
            listener = running.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=_serve, args=(listener, answer, running, tls), name="foreign", daemon=True)
            running.callback(thread.join, 5)
            running.callback(listener.shutdown, socket.SHUT_RDWR)  # runs first: it wakes the thread
            thread.start()
            return f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}/v1"

        yield start


def _serve(listener: socket.socket, answer: bytes, running: ExitStack, tls: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_TLS / "cert.pem", _TLS / "key.pem")
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        running.enter_context(sock)
        with contextlib.suppress(OSError):  # a client that does not trust the certificate leaves
            stream = context.wrap_socket(sock, server_side=True) if tls else sock
            running.enter_context(stream)
            stream.recv(65_536)
            if answer:
                stream.sendall(answer)
                stream.shutdown(socket.SHUT_RDWR)
