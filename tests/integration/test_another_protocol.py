"""A protocol is one file: lines of JSON, from a folder outside the package, are watched by the command like any other stream."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.integration.test_tap_command import LIMIT_S, Running, Start, start

__all__ = ["start"]

OUTSIDE = Path(__file__).resolve().parents[1] / "data" / "protocols"
HALF = b'{"message": {"content": "Hel"}, "done": false}\n{"message": {"content": "lo"}, "done": false}\n'
LAST = b'{"message": {"content": ""}, "done": true, "done_reason": "stop"}\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


@contextmanager
def ollama(body: bytes) -> Iterator[str]:
    """Answer one request with *body*, whole by its length, and yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                asked = b""
                while b'"m"}' not in asked:
                    asked += client.recv(4096)
                client.sendall(HEAD % len(body) + body)

        thread = threading.Thread(target=answer, name="ollama", daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(LIMIT_S)


def asked_through(tap: Running) -> bytes:
    """Ask the way Ollama's clients do, whose requests do not say that they want a stream."""
    address = tap.base_url.removesuffix("/v1")
    response = requests.post(f"{address}/api/chat", b'{"model": "m"}', timeout=LIMIT_S)
    return bytes(response.content)


@pytest.mark.parametrize(
    ("body", "folder", "ending"),
    [
        (HALF + LAST, OUTSIDE, "done"),
        (HALF, OUTSIDE, "eof_without_done"),
        (HALF + LAST[:-9], OUTSIDE, "eof_without_done"),
        (HALF, None, "unrecognised"),
    ],
    ids=["whole", "cut", "cut-in-the-last-line", "without-the-file"],
)
def test_lines_are_named_by_the_file_alone(start: Start, body: bytes, folder: Path | None, ending: str) -> None:
    """A whole answer is done, half of one is not; without the file nothing is claimed of either."""
    with ollama(body) as address:
        tap = start(address, DVARA_API_KEY="none", **({"DVARA_EXAMPLES_PROTOCOLS": str(folder)} if folder else {}))
        assert asked_through(tap) == body
        tap.until(rf" {ending}: ")
        shown = tap.stop()
        assert ("text 'Hel'" in shown) is (folder is not None)
