"""``dvara-examples tap`` as a user meets it: a process of its own, a real client, and the stand-in as somebody's gateway."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openai
import pytest
import requests

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript_file import read_transcript
from tests.integration.conftest import COMMAND, clean_environment

LIMIT_S = 30.0
CANARY = "gw_canary_0123456789abcdef0123456789abcdef"


@dataclass
class Running:
    """A tap in a process of its own, whose output goes to a file that is read while it is written."""

    process: subprocess.Popen[str]
    output: Path

    def shown(self) -> str:
        """Return what has been shown so far."""
        return self.output.read_text("utf-8")

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until *pattern* has been shown."""
        give_up_s = time.monotonic() + LIMIT_S
        while not (found := re.search(pattern, self.shown())):
            assert time.monotonic() < give_up_s, f"{pattern!r} never came:\n{self.shown()}"
            assert self.process.poll() is None, self.shown()
            time.sleep(0.01)
        return found

    @property
    def base_url(self) -> str:
        """The address that the tap says to export."""
        return self.until(r"export DVARA_URL=(\S+)\n")[1]

    def client(self, key: str | None = None) -> openai.OpenAI:
        """Return a client that does as the tap says, or brings a *key* of its own."""
        own = key or self.until(r"export DVARA_API_KEY=(\S+)\n")[1]
        return openai.OpenAI(base_url=self.base_url, api_key=own, max_retries=0, timeout=LIMIT_S)

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        """Interrupt the tap, see that it ends as it should, and return all that was shown."""
        self.process.send_signal(number)
        assert self.process.wait(LIMIT_S) == 0, self.shown()
        assert "Traceback" not in self.shown()
        return self.shown()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the command on a free port; what still runs after the test is killed."""
    with contextlib.ExitStack() as stack:

        def call(*args: str, **env: str) -> Running:
            output = tmp_path / "shown.txt"
            file = stack.enter_context(output.open("w"))
            command = [COMMAND, "tap", "--port", "0", *args]
            process = subprocess.Popen(command, env=clean_environment(**env), stdout=file, stderr=subprocess.STDOUT, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            return Running(process, output)

        yield call


@pytest.fixture
def embedded() -> Iterator[EmbeddedServer]:
    """Somebody's gateway, whose default key is the canary."""
    with EmbeddedServer(clock=SystemClock(), default_key=CANARY) as gateway:
        yield gateway


def ask(client: openai.OpenAI, model: str = "gpt-4o") -> str:
    """Stream one answer and return its text."""
    stream = client.chat.completions.create(model=model, stream=True, messages=[{"role": "user", "content": "Hi"}])
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def unused_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def test_a_stream_is_shown_step_by_step(start: Start, embedded: EmbeddedServer) -> None:
    """Request, status, every piece with its time, and the ending with its meaning stand there in this order."""
    tap = start(embedded.base_url.removesuffix("/v1"), DVARA_API_KEY=embedded.add_key([parse_answer({"text": "All is well"})]))
    assert ask(tap.client()) == "All is well"
    tap.until("done: ")
    shown = tap.stop()
    steps = re.findall(r"^ +\+?\d+\.\d{3} s  #1  (.*)$", shown, re.MULTILINE)
    assert steps[:2] == ["POST /v1/chat/completions", "200, text/event-stream"]
    assert [step for step in steps if step.startswith("text")] == ["text 'All'", "text ' is'", "text ' well'"]
    assert steps[-2:] == ["data [DONE]", "done: the finish reason and the last word came, and HTTP's framing is complete"]
    assert shown.endswith("\n1 exchange\n")


def test_the_pasted_command_works(start: Start, embedded: EmbeddedServer) -> None:
    """The body of the shown curl line is answered through the tap."""
    tap = start(embedded.base_url, DVARA_API_KEY=CANARY, DVARA_MODEL="gpt-4o-mini")
    body, key = tap.until(r"-d '(.*)'")[1], tap.until(r"export DVARA_API_KEY=(\S+)\n")[1]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    reply = requests.post(f"{tap.base_url}/chat/completions", body, headers=headers, timeout=LIMIT_S)
    assert reply.text.endswith("data:[DONE]\n\n")
    assert '"model":"gpt-4o-mini"' in reply.text
    tap.until("done: ")
    tap.stop()


@pytest.mark.parametrize(
    ("answer", "ending", "remark"),
    [
        ({"text": "one two three four", "abort_after": 2}, Ending.TRUNCATED, "the gateway closed the connection in the middle"),
        ({"text": "one two three four", "lifetime_after": 2}, Ending.EOF_WITHOUT_DONE, "finish_reason missing"),
        ({"error": {"status": 429, "code": "rate_limit_exceeded"}}, Ending.HTTP_ERROR, "status 429: "),
        ({"text": "one two", "error_event_after": 1}, Ending.ERROR_EVENT, "an error came as an event"),
    ],
)
def test_how_an_exchange_ended(start: Start, embedded: EmbeddedServer, answer: object, ending: Ending, remark: str) -> None:
    """A stream that did not end well is named for what it is, with what is known about it."""
    tap = start(embedded.base_url, DVARA_API_KEY=embedded.add_key([parse_answer(answer)]))
    with contextlib.suppress(Exception):  # what a client makes of it is its own business
        ask(tap.client())
    tap.until(rf"#1  {ending}: ")
    assert remark in tap.stop()


def test_faults_are_put_in_by_request(start: Start, embedded: EmbeddedServer) -> None:
    """The first answer is cut as the first option says, the second is left alone, and so is what comes after the last."""
    tap = start(embedded.base_url, "--fault", "{cut: {after_events: 3}}", "--fault", "none", DVARA_API_KEY=CANARY)
    client = tap.client()
    assert "request 1 meets this: cut" in tap.shown()
    with pytest.raises(openai.APIConnectionError):
        ask(client)
    assert [ask(client), ask(client)] == [
        "Streaming works: each word of this answer left the gateway as soon as it was ready."
    ] * 2
    tap.until("#3  done: ")
    shown = tap.stop()
    assert "#1  truncated: " in shown
    assert "#1    3 events, finish_reason missing" in shown
    assert "#2  done: " in shown


def test_a_gateway_that_is_not_there(start: Start) -> None:
    """The tap starts all the same; the exchange says that nothing answered, and why."""
    port = unused_port()
    tap = start(f"http://127.0.0.1:{port}")
    with pytest.raises(openai.APIConnectionError):
        ask(tap.client("any"))
    tap.until("no_response: refused, closed or reset before the status line")
    assert f"no connection to 127.0.0.1:{port}: connection refused" in tap.stop()


def test_the_real_key_is_nowhere_to_be_seen(start: Start, embedded: EmbeddedServer, tmp_path: Path) -> None:
    """The client never gets the key from the tap; where it or the gateway repeats it all the same, it is masked."""
    file = tmp_path / "exchanges.jsonl"
    tap = start(embedded.base_url, "--save", str(file), DVARA_API_KEY=CANARY)
    assert ask(tap.client(), model=f"mock/{CANARY}")
    with pytest.raises(openai.NotFoundError, match=CANARY):
        tap.client().get(f"/{CANARY}", cast_to=object)
    tap.until("#2  http_error")
    shown, stored = tap.stop(), file.read_text("utf-8")
    assert "*" * len(CANARY) in shown
    assert "*" * len(CANARY) in stored
    assert CANARY not in shown + stored


def test_a_key_of_the_clients_own_passes_through_unseen(start: Start, embedded: EmbeddedServer, tmp_path: Path) -> None:
    """Without a real key the client's one reaches the gateway, and is masked wherever the exchange repeats it."""
    file = tmp_path / "exchanges.jsonl"
    tap = start(embedded.base_url, "--save", str(file))
    assert "Streaming works" in ask(tap.client(CANARY), model=f"mock/{CANARY}")
    tap.until("done: ")
    shown, stored = tap.stop(), file.read_text("utf-8")
    assert "export DVARA_API_KEY=…  # a key that the gateway accepts" in shown
    assert "*" * len(CANARY) in stored
    assert CANARY not in shown + stored


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stores_every_exchange(
    start: Start, embedded: EmbeddedServer, tmp_path: Path, number: signal.Signals
) -> None:
    """Pieces are shown while the stream goes on; the interruption cuts it, and the file holds it and the one before."""
    file = tmp_path / "exchanges.jsonl"
    answers = [parse_answer({"text": "first"}), parse_answer({"pieces": ["second", "never"], "piece_delay_s": 600})]
    tap = start(embedded.base_url, "--save", str(file), DVARA_API_KEY=embedded.add_key(answers))
    client = tap.client()
    assert ask(client) == "first"
    stream = client.chat.completions.create(model="gpt-4o", stream=True, messages=[{"role": "user", "content": "Hi"}])
    tap.until(r"#2  text 'second'")
    shown = tap.stop(number)
    stream.close()
    assert "#2  client_closed: the client hung up first, or the run was stopped\n" in shown
    assert shown.endswith(f"2 exchanges stored in {file}\n")
    transcript = read_transcript(file)
    assert [(one.ending, one.text) for one in transcript.exchanges] == [("done", "first"), ("client_closed", "second")]
    assert "the run was stopped" in transcript.exchanges[1].notes
    assert (transcript.run.variant_id, transcript.run.gateway) == ("tap", embedded.base_url)


def test_a_screen_that_is_not_read_holds_nothing_up(embedded: EmbeddedServer, tmp_path: Path) -> None:
    """With its output stuck in a full pipe the tap goes on relaying, ends when told to, and stores every exchange."""
    file, path = tmp_path / "exchanges.jsonl", "x" * 200
    command = [COMMAND, "tap", "--port", "0", embedded.base_url, "--save", str(file)]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        try:
            assert process.stdout is not None
            base_url = next(line for line in process.stdout if "DVARA_URL=" in line).partition("=")[2].strip()
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {CANARY}"
                replies = [session.get(f"{base_url}/{path}", timeout=LIMIT_S).status_code for _ in range(400)]
            process.terminate()
            assert process.wait(LIMIT_S) == 0
        finally:
            process.kill()
    assert replies == [404] * 400
    assert len(read_transcript(file).exchanges) == 400


def test_a_reader_that_leaves_ends_the_tap(embedded: EmbeddedServer, tmp_path: Path) -> None:
    """As behind ``| head``: once nobody reads any more the tap ends in good order and stores what it saw."""
    file = tmp_path / "exchanges.jsonl"
    command = [COMMAND, "tap", "--port", "0", embedded.base_url, "--save", str(file)]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            base_url = next(line for line in process.stdout if "DVARA_URL=" in line).partition("=")[2].strip()
            next(line for line in process.stdout if "-d '" in line)
            assert process.stdout.readline() == "\n"  # the last line before an exchange
            process.stdout.close()
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{base_url}/models", headers={"Authorization": f"Bearer {CANARY}"}, timeout=LIMIT_S)
            assert process.wait(LIMIT_S) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
    assert [one.request.target for one in read_transcript(file).exchanges] == ["/v1/models"]


def call(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Call the command where it is refused, so that it ends by itself."""
    return subprocess.run(
        [COMMAND, "tap", *args], env=clean_environment(**env), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def test_a_port_that_is_taken(embedded: EmbeddedServer) -> None:
    """It is told which port and what to do, before anything else is written."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = call(embedded.base_url, "--port", str(port))
    assert done.returncode == 3
    assert f"port {port} on 127.0.0.1 cannot be used (address already in use)" in done.stderr
    assert done.stdout == ""


def test_a_tap_is_not_its_own_gateway() -> None:
    """An address that is the tap's own port is refused, as one request would become endlessly many."""
    port = unused_port()
    done = call(f"http://localhost:{port}", "--port", str(port))
    assert done.returncode == 3
    assert "the port that the tap itself would listen on" in done.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("localhost:8080",), "the address has no scheme"),
        (("ftp://gw.example.com",), "the address has the scheme 'ftp'"),
        (("https://me:secret@gw.example.com",), "the address contains a user name or password"),
        (("http://gw.example.com/v1/chat/completions",), "the address ends in /chat/completions"),
        (("http://gw.example.com", "--save", os.devnull), "not a regular file"),
        (("http://gw.example.com", "--save", "no-such-folder/file"), "not in a writable folder"),
        (("http://gw.example.com", "--fault", "{cot: {after_events: 3}}"), "did you mean 'cut'?"),
        (("http://gw.example.com", "--fault", "{cut: {after_event: 3}}"), "after_events"),
        (("http://gw.example.com", "--fault", "{cut"), "expected YAML such as"),
        ((), "Missing argument 'URL'"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(args: tuple[str, ...], told: str) -> None:
    """A wrong address, or a file that could not be written in the end, is wrong usage."""
    done = call(*args)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "secret" not in done.stderr


def test_a_key_that_no_header_can_carry() -> None:
    """A key that was pasted with a line end is told apart, and not shown."""
    done = call("http://gw.example.com", DVARA_API_KEY=f"{CANARY}\n")
    assert done.returncode == 3
    assert "DVARA_API_KEY has spaces, line ends" in done.stderr
    assert CANARY not in done.stderr
