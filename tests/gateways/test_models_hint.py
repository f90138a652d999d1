"""The list of models is a hint: whatever comes in its place, a gateway that answers chat is used."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways import open_gateway
from dvara_examples.gateways._probe import probe
from dvara_examples.records.model import Endpoint

KEY = "gw_secret_key"
STREAM = (200, "text/event-stream", 'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\n')
JSON = "application/json"


def _error(message: str, code: str = "") -> str:
    return json.dumps({"error": {"message": message, "code": code}})


Given = tuple[int, str, str]
LISTS: dict[str, Given] = {
    "the key lacks the scope": (403, JSON, _error("Missing scopes: models.read")),
    "another key is needed": (401, JSON, _error("session expired", "unauthorized")),
    "the parameter is missing": (400, JSON, _error("provider is required")),
    "payment is due": (402, JSON, _error("no credit")),
    "it conflicts": (409, JSON, "{}"),
    "it is gone": (410, JSON, "{}"),
    "it cannot be accepted": (406, "text/plain", "not acceptable"),
    "the path is unknown to DVARA": (404, JSON, _error("no such path", "not_found")),
    "a page that is missing": (404, "text/html", "<html>Not Found"),
    "the database is away": (500, JSON, _error("database not connected")),
    "the upstream is away": (502, "text/html", "<html>Bad Gateway"),
    "it starts": (503, "text/plain", "no"),
    "it took too long": (504, "", ""),
    "a sign-in page": (200, "text/html", "<!doctype html>"),
    "a redirect": (302, "text/plain", ""),
    "another shape": (200, JSON, '{"models": [{"name": "gpt-4o"}]}'),
    "null": (200, JSON, "null"),
    "data is null": (200, JSON, '{"object": "list", "data": null}'),
    "data is an object": (200, JSON, '{"data": {"gpt-4o": {}}}'),
    "a number": (200, JSON, "7"),
    "no JSON": (200, "text/plain", "OK"),
    "nothing": (200, JSON, ""),
    "no content": (204, "", ""),
    "accepted for later": (202, JSON, "{}"),
}


@contextmanager
def serving(listed: Given | None, chat: Given | None) -> Iterator[tuple[str, list[bytes]]]:
    """Run a gateway that answers the two questions as given, None meaning that the connection ends; yield URL and bodies."""
    bodies: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(listed)

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(chat)

        def _answer(self, given: Given | None) -> None:
            if given is None:
                return
            status, media, body = given
            self.send_response(status)
            if media:
                self.send_header("Content-Type", media)
            if 300 <= status < 400:
                self.send_header("Location", "https://gw.example.com/v1/models")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1", bodies
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS.keys())
def test_a_gateway_that_answers_chat_is_used_whatever_its_list_of_models_is(world: Callable[..., World], listed: Given) -> None:
    """No answer to the question for models stops a session in which examples would be answered; what came is told."""
    with serving(listed, STREAM) as (url, bodies), open_gateway("url", world(DVARA_URL=url, DVARA_API_KEY=KEY)) as gateway:
        assert gateway.models == ()
        assert gateway.description.startswith(f"{url} (GET /models: {listed[0]}")
        assert gateway.description.endswith("; chat is answered)")
        assert [json.loads(body)["stream"] for body in bodies] == [True]
        assert b"max_tokens" not in bodies[0]


def test_a_list_that_ends_its_connection_is_no_obstacle(world: Callable[..., World]) -> None:
    """A broken answer to the question for models is a hint like any other."""
    with serving(None, STREAM) as (url, _), open_gateway("url", world(DVARA_URL=url, DVARA_API_KEY=KEY)) as gateway:
        assert gateway.description == f"{url} (GET /models: no answer; chat is answered)"


def test_the_model_of_the_environment_is_asked(world: Callable[..., World]) -> None:
    """The chat request names the model that examples will name."""
    environ = {"DVARA_API_KEY": KEY, "DVARA_MODEL": "llama3"}
    with serving(LISTS["null"], STREAM) as (url, bodies), open_gateway("url", world(DVARA_URL=url, **environ)):
        assert json.loads(bodies[0])["model"] == "llama3"


@pytest.mark.parametrize(
    "chat",
    [
        (404, JSON, _error("The model gpt-4o does not exist", "model_not_found")),
        (400, JSON, _error("max_completion_tokens", "unsupported_parameter")),
        (403, JSON, _error("this key may not use gpt-4o")),
        (429, JSON, _error("too fast")),
        (500, JSON, _error("provider failed")),
    ],
)
def test_a_refusal_that_concerns_the_question_alone_is_no_obstacle(world: Callable[..., World], chat: Given) -> None:
    """Examples may name other models: a gateway whose refusals differ is there."""
    with serving(LISTS["the key lacks the scope"], chat) as (url, _):
        assert not probe(Endpoint(url, KEY), world()).lists_models


@pytest.mark.parametrize(
    ("chat", "words"),
    [
        ((401, JSON, _error("Invalid API key")), r"does not accept the key in DVARA_API_KEY \(401: Invalid API key\)"),
        ((200, "text/html", "<html>"), "HTML page"),
        ((307, "text/plain", ""), "redirects to another address"),
        (LISTS["the database is away"], "answers 500: database not connected"),
        ((500, JSON, _error("database not connected") + " "), "answers 500: database not connected"),
        (None, "answers 500"),
    ],
)
def test_what_stops_every_example_stops_the_session(world: Callable[..., World], chat: Given | None, words: str) -> None:
    """Where chat cannot be had either, that is told once instead of by each example."""
    with serving(LISTS["the database is away"], chat) as (url, _), pytest.raises(GatewayError, match=words):
        probe(Endpoint(url, KEY), world())


def test_the_key_is_not_shown_in_what_the_list_said(world: Callable[..., World]) -> None:
    """A gateway that echoes the key is not quoted."""
    with serving((403, JSON, _error(f"no scope for {KEY}")), STREAM) as (url, _):
        assert probe(Endpoint(url, KEY), world()).doubt == "403"
