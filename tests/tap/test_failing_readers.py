"""A reader that fails: the client still gets its bytes, and the exchange claims nothing about them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dvara_examples import protocols
from dvara_examples.protocols import add_folder
from dvara_examples.records.model import Ending
from tests.tap.scripted import LAST_CHUNK, SSE_HEAD, STREAM, Line, chunk, request

PROTOCOL = """
from dvara_examples.protocols import JsonEventReader

ENDPOINTS = ("/faulty",)


class Reader(JsonEventReader):
    def _speaks(self, data):
        return True

    def _error_in(self, event, data):
        return None

    def _take(self, event, data):
        if "event" in data:
            raise KeyError("secret words")
        return ""

    def read_document(self, document):
        if "document" in document:
            raise KeyError("secret words")
        return ""

    @property
    def contested(self):
        raise KeyError("secret words")


def reader():
    return Reader()


def speaks(data):
    return True
"""


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A protocol from a file, whose reader fails on request."""
    (tmp_path / "faulty.py").write_text(PROTOCOL)
    monkeypatch.setattr(protocols, "__path__", list(protocols.__path__))
    add_folder(tmp_path)
    yield
    monkeypatch.undo()
    protocols.endpoints.cache_clear()


def event(value: object) -> bytes:
    """Return one event with *value* as its JSON."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("said", [{"event": 1}, {"end": 1}], ids=["at an event", "at the end"])
def test_a_reader_that_fails_changes_no_byte(line: Line, said: object) -> None:
    """The next answer on the connection passes as well, and the reason names the place without quoting what came."""
    body = SSE_HEAD + chunk(event(said)) + chunk(event({})) + LAST_CHUNK
    client, gateway, _ = line.ask(request(STREAM, "/v1/faulty"))
    gateway.send(body)
    assert client.receive(len(body)) == body
    gateway.close()
    assert client.receive_all() == (b"", "fin")
    seen = line.exchange()
    assert seen.ending is Ending.UNRECOGNISED
    assert (seen.unread or "").startswith("cannot tell what the answer says: reading it failed with KeyError in faulty.py:")
    assert "secret words" not in repr(seen)
    assert seen.request.target == "/v1/faulty"


@pytest.mark.usefixtures("faulty")
def test_a_client_that_leaves_meets_no_failing_reader(line: Line) -> None:
    """Whether it had heard a whole document cannot be told then."""
    body = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"document": 1}'
    client, gateway, _ = line.ask(request({"model": "m"}, "/v1/faulty"))
    gateway.send(body)
    assert client.receive(len(body)) == body
    client.close()
    assert line.exchange().ending is Ending.UNRECOGNISED
