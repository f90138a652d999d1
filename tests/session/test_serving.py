"""Scripts that are servers are asked once they are ready, judged by the wire and by what they answer, and stopped."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.manifest.serving import READY, SEND
from dvara_examples.records.transcript_file import read_transcript, write_transcript
from dvara_examples.records.verdict import Outcome
from tests.session.conftest import Recorder, Repository
from tests.session.test_surroundings import free_port

MakeRepository = Callable[[int], Repository]

SERVER = """
import http.server, json, os, sys, urllib.request

class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200 if self.path == "/health" else 404, b"")

    def do_POST(self):
        given = self.rfile.read(int(self.headers["Content-Length"])).decode()
        question = json.dumps({{"model": "gpt-4o", "messages": [{{"role": "user", "content": given}}]}}).encode()
        asked = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", question,
            {{"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}})
        answer = urllib.request.urlopen(asked).read()
        {after}

    def answer(self, status, body, size=None):
        self.send_response(status)
        self.send_header("Content-Length", str(size or len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.ThreadingHTTPServer(("127.0.0.1", {port}), Answers)
print("serving", flush=True)
server.serve_forever()
"""


def entry(port: int, more: str = "", expect: str = "") -> str:
    """Return the lines of an example that is a server."""
    return (
        f"    ready: {{port: {port}, path: /health, output: serving, within_s: 50}}\n"
        f"    send: [{{path: /chat, json: {{text: Hello}}}}{more}]\n{expect}"
    )


def patient(text: str) -> str:
    """Return an entry with an idle limit that holds on a machine on which Python takes seconds to start."""
    return text.replace("idle_s: 4", "idle_s: 55")


def add_server(repository: Repository, port: int, after: str = "self.answer(200, answer)", more: str = "") -> None:
    """Add a server that asks the gateway for each POST and does *after* with its answer."""
    repository.add("server", SERVER.format(port=port, after=after), entry(port, more))
    repository.entries[-1] = patient(repository.entries[-1]).replace(
        "expect: {exit: 0}", "expect: {requests: {min: 1}, ends: answered}"
    )


def test_a_server_is_asked_judged_and_stopped(make_repository: MakeRepository) -> None:
    """It passes once its exchange was whole and its answer came, says so, and its port is free again."""
    repository, port = make_repository(2), free_port()
    add_server(repository, port, more=", /health")
    (result,) = repository.run(Recorder(), jobs=1).results
    seen = result.transcript
    assert result.verdict.outcome is Outcome.PASSED, result.verdict
    assert seen is not None
    assert len(seen.exchanges) == 1
    assert b"Hello" in seen.exchanges[0].request.body
    assert seen.process.served is not None
    assert [(reply.request, reply.status) for reply in seen.process.served.replies] == [("POST /chat", 200), ("GET /health", 200)]
    assert any(note.startswith("ready at ") for note in seen.process.notes)
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ("self.answer(500, answer)", "the server answered POST /chat with 500"),
        ("self.answer(200, answer, len(answer) + 10); self.close_connection = True", "POST /chat got no whole answer"),
    ],
    ids=["error", "broken off"],
)
def test_what_a_server_answers_counts(make_repository: MakeRepository, after: str, sentence: str) -> None:
    """A whole answer of the gateway is not enough where the server passes on an error, or half of it."""
    repository = make_repository(2)
    add_server(repository, free_port(), after)
    (result,) = repository.run(Recorder(), jobs=1).results
    assert [finding.key for finding in result.verdict.failures] == ["serves"]
    assert result.verdict.failures[0].sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("code", "sign", "sentence", "reason"),
    [
        ("raise SystemExit('no configuration')", ", within_s: 50", "ended before it could be asked", "no configuration"),
        ("import time\ntime.sleep(30)", ", within_s: 0.5", "did not listen at port {port} within 0.5 s", ""),
        ("import time\ntime.sleep(30)", ", within_s: 0.5, output: ready", "did not print 'ready' within 0.5 s", ""),
    ],
    ids=["dies", "never listens", "never says so"],
)
def test_a_server_that_is_never_ready_says_why(
    make_repository: MakeRepository, code: str, sign: str, sentence: str, reason: str
) -> None:
    """One finding tells that it ended or what it lacked, with the error first; nothing is said of what nobody could ask."""
    repository, port = make_repository(2), free_port()
    repository.add("server", code, entry(port).replace(", path: /health, output: serving, within_s: 50", sign))
    repository.entries[-1] = patient(repository.entries[-1]).replace(
        "expect: {exit: 0}", "expect: {requests: {min: 1}, ends: answered}"
    )
    (result,) = repository.run(Recorder(), jobs=1).results
    assert result.verdict.outcome is Outcome.FAILED
    assert [finding.sentence for finding in result.verdict.failures] == [f"the server {sentence.format(port=port)}"]
    assert reason in result.verdict.reason


def test_a_port_that_is_taken_is_told_with_its_owner(make_repository: MakeRepository) -> None:
    """The run is an error, as it would have asked another program."""
    repository = make_repository(2)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        add_server(repository, port)
        (result,) = repository.run(Recorder(), jobs=1).results
    assert result.verdict.outcome is Outcome.ERRORED
    assert result.verdict.reason.startswith(f"port {port}, where examples/python/server.py is to serve, is taken by python")


def test_servers_of_one_port_take_turns(make_repository: MakeRepository) -> None:
    """Both pass although they want the same port at the same time."""
    repository, port = make_repository(2), free_port()
    for name in ("first", "second"):
        repository.add(name, SERVER.format(port=port, after="self.answer(200, answer)"), entry(port))
        repository.entries[-1] = patient(repository.entries[-1]).replace("expect: {exit: 0}", "expect: {requests: 1}")
    outcomes = repository.run(Recorder(), jobs=2).outcomes()
    assert sorted(outcomes) == [("first", "passed"), ("second", "passed")]


def test_what_a_server_did_is_stored(make_repository: MakeRepository, tmp_path: Path) -> None:
    """A stored run is judged again as it was."""
    repository = make_repository(2)
    add_server(repository, free_port(), "self.answer(503, answer)")
    (result,) = repository.run(Recorder(), jobs=1).results
    assert result.transcript is not None
    write_transcript(tmp_path / "stored.jsonl", result.transcript)
    assert read_transcript(tmp_path / "stored.jsonl") == result.transcript


@pytest.mark.parametrize(
    ("parse", "value", "found"),
    [
        (READY.parse, {"path": "/"}, "expected the key 'port', found only path"),
        (READY.parse, {"port": 70_000}, "expected a whole number from 1 to 65535, found the number 70000"),
        (
            READY.parse,
            {"port": 80, "path": "health"},
            "expected a path that begins with a slash, such as /health, found 'health'",
        ),
        (READY.parse, "8000", "expected a port, or a mapping such as {port: 8000, path: /health}, found the text '8000'"),
        (SEND.parse, [], "expected at least one request, such as {path: /chat, json: {text: Hi}}, found an empty list"),
        (SEND.parse, [{"json": {}}], "expected the key 'path', found only json"),
        (SEND.parse, [{"path": "/", "json": 1, "body": "a"}], "expected 'json' or 'body', found both"),
        (SEND.parse, [{"path": "/", "method": "FETCH"}], "expected a known value, found 'FETCH'"),
        (SEND.parse, [{"path": "/", "headers": {"X": "a\nb"}}], "expected a header, such as {Accept: text/event-stream}, found "),
    ],
)
def test_what_cannot_be_asked_is_refused(parse: Callable[[object], object], value: object, found: str) -> None:
    """A value that makes no request, or no sign, is refused with what is accepted."""
    with pytest.raises(InvalidValue) as refused:
        parse(value)
    assert str(refused.value).startswith(found)
