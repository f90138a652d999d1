"""Canaries for secrets: planted wherever a user has some, and looked for wherever the tool writes or hands on."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.reports import report_kinds
from tests.integration.conftest import Ran, Tool
from tests.tap.proxying import http_proxy

KEY = "gw_canary_real_key_41c7d0"
PROXY_PASSWORD = "canary-proxy-9b3e"
CANARIES = {
    "OPENAI_API_KEY": "sk-canary-openai-77aa",
    "ANTHROPIC_API_KEY": "sk-ant-canary-31f0",
    "AWS_SECRET_ACCESS_KEY": "canary/aws/5d2c",
    "GITHUB_TOKEN": "ghp_canary_github_e8",
    "NPM_TOKEN": "npm_canary_0f44",
    "DATABASE_URL": "postgres://user:canary-database-12@db.invalid/x",
    "HTTPS_PROXY": f"http://user:{PROXY_PASSWORD}@proxy.invalid:3128",
    "https_proxy": f"http://user:{PROXY_PASSWORD}@proxy.invalid:3128",
    "NODE_OPTIONS": "--title=canary-node-options",
    "SOME_COMPANY_PASSPHRASE": "canary-of-no-known-name-6c",
}
ENCODED = base64.b64encode(f"user:{PROXY_PASSWORD}".encode()).decode()
SECRETS = (KEY, PROXY_PASSWORD, ENCODED, *CANARIES.values())

EXAMPLE = """
import json, os, sys, time, urllib.error, urllib.request
told = {"environ": dict(os.environ), "argv": [sys.executable, *sys.argv]}
with open(FILE, "w") as file:
    json.dump(told, file)
print(told, flush=True)
print("my key is", os.environ["DVARA_API_KEY"], flush=True)
for kind in ("header", "error", "answer", "stream"):
    headers = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}
    body = json.dumps({"model": kind, "stream": kind == "stream", "messages": []}).encode()
    request = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", body, headers)
    try:
        reply = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        reply = error
    echoed = f"{kind}: {reply.headers['X-Echo']} {reply.read().decode()}"
    key = reply.headers["X-Echo"].removeprefix("Bearer ")
    half = echoed.index(key) + len(key) // 2  # what is written in two parts is to be recognised all the same
    for part in (echoed[:half], echoed[half:] + chr(10)):
        sys.stdout.write(part)
        sys.stdout.flush()
        print(part, file=sys.stderr, end="", flush=True)
"""
MANIFEST = {
    "version": 1,
    "examples": [{"id": "spill", "title": "Tells all", "expect": {"requests": 4}, "variants": {"python": "spill.py"}}],
}


@dataclass
class Echo:
    """A gateway that repeats credentials wherever it can; *seen* holds those that reached it."""

    url: str
    seen: list[str] = field(default_factory=list)


@contextmanager
def echo_gateway(models_status: int = 200) -> Iterator[Echo]:
    """Serve on loopback; a *models_status* other than 200 refuses the question for models, and quotes the key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {"data": [{"id": "m"}]} if models_status == 200 else self.refusal()
            self.reply(models_status, json.dumps(said), "application/json")

        def do_POST(self) -> None:
            kind = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["model"]
            echo.seen.append(self.credential())
            answer = {"choices": [{"message": {"content": f"your key: {self.credential()}"}, "finish_reason": "stop"}]}
            chunk = {"choices": [{"delta": {"content": self.credential()}, "finish_reason": "stop"}]}
            match kind:
                case "error":
                    self.reply(401, json.dumps(self.refusal()), "application/json")
                case "stream":
                    self.reply(200, f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n", "text/event-stream")
                case _:
                    self.reply(200, json.dumps(answer), "application/json")

        def refusal(self) -> dict[str, object]:
            return {"error": {"message": f"the key {self.credential()} is not known", "code": "invalid_api_key"}}

        def credential(self) -> str:
            return self.headers["Authorization"].removeprefix("Bearer ")

        def reply(self, status: int, body: str, media: str) -> None:
            self.send_response(status, f"for {self.credential()}")
            self.send_header("Content-Type", media)
            self.send_header("X-Echo", self.headers["Authorization"])
            self.send_header("Set-Cookie", f"session={self.credential()}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        echo = Echo(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, name="echo-gateway", daemon=True)
        thread.start()
        yield echo
        server.shutdown()
        thread.join(20)


def spilled(text: str) -> list[str]:
    """Return the canaries in *text*."""
    return [secret for secret in SECRETS if secret in text]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A manifest with one example that tells everything it knows, on its pipes and in ``told.json``."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "spill.py").write_text(EXAMPLE.replace("FILE", repr(str(folder / "told.json"))), "utf-8")
    (folder / "manifest.yaml").write_text(json.dumps(MANIFEST), "utf-8")  # JSON is YAML
    return folder


@pytest.fixture
def ran(tool: Tool, project: Path) -> Ran:
    """Run the example in front of the echoing gateway, with canaries in the tool's environment, and show everything."""
    with echo_gateway() as gateway:
        environ = {**CANARIES, "DVARA_URL": gateway.url, "DVARA_API_KEY": KEY}
        reports = [f"--report={kind}={project / 'reports' / kind}" for kind in report_kinds()]
        ran = tool("run", "all", "--manifest", str(project / "manifest.yaml"), "--verbose", *reports, env=environ)
    assert gateway.seen == [KEY] * 4, "the gateway must get the real key, or nothing is proved"
    assert ran.outcomes == {"spill[python]": "passed"}, ran.stdout + ran.stderr
    return ran


@pytest.mark.usefixtures("ran")
def test_an_example_gets_no_secret(project: Path) -> None:
    """Neither environment nor arguments hold a canary, as the example itself wrote down; the key that it has is another."""
    told = json.loads((project / "told.json").read_text("utf-8"))
    assert spilled(json.dumps(told)) == []
    given = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
    assert CANARIES.keys() & told["environ"].keys() == given
    keys = {told["environ"][name] for name in ("DVARA_API_KEY", *given)}
    assert len(keys) == 1
    assert keys.pop().startswith("tap_")


def test_nothing_that_is_shown_or_stored_holds_a_secret(ran: Ran) -> None:
    """What the gateway repeats, in headers, errors, answers and streams, is masked on the screen and in every file."""
    assert "my key is tap_" in ran.stdout
    assert "your key: ***" in ran.stdout
    assert spilled(ran.stdout + ran.stderr) == []
    files = [path for path in ran.state.rglob("*") if path.is_file()]
    assert {"run.json", "spill.python.jsonl"} <= {path.name for path in files}
    assert {path.name: spilled(path.read_text("utf-8")) for path in files} == {path.name: [] for path in files}


@pytest.mark.usefixtures("ran")
def test_no_report_holds_a_secret(project: Path) -> None:
    """Each kind is written, and of all that the example told, none tells a canary."""
    reports = {path.name: path.read_text("utf-8") for path in (project / "reports").iterdir()}
    assert sorted(reports) == list(report_kinds())
    assert "your key: ***" in reports["json"]
    assert {kind: spilled(text) for kind, text in reports.items()} == {kind: [] for kind in reports}


def test_the_places_where_the_key_was_repeated_were_looked_at(ran: Ran) -> None:
    """The transcript has the echoes, as asterisks: header, reason, error, text and event; or the test above proves nothing."""
    masked = "*" * len(KEY)
    exchanges = read_transcript(ran.run_folder / "spill.python.jsonl").exchanges
    responses = [exchange.response for exchange in exchanges if exchange.response is not None]
    assert [response.header("X-Echo") for response in responses] == [f"Bearer {masked}"] * 4
    assert [response.reason for response in responses] == [f"for {masked}"] * 4
    assert masked in (exchanges[1].error or "")
    assert exchanges[2].text == f"your key: {masked}"
    assert exchanges[3].text == masked
    assert masked in exchanges[3].events[0].data


def test_a_stored_run_that_is_judged_again_shows_no_secret(ran: Ran, tool: Tool) -> None:
    """Nothing is left in the file that ``judge`` could bring to light."""
    again = tool("judge", str(ran.run_folder), "--verbose")
    assert again.code == 0
    assert spilled(again.stdout + again.stderr) == []


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_refusal_that_quotes_the_key_is_not_quoted(tool: Tool, project: Path, status: int) -> None:
    """A gateway that repeats the key where it refuses models is used where it answers chat; its words stay unsaid."""
    with echo_gateway(status) as gateway:
        environ = {**CANARIES, "DVARA_URL": gateway.url, "DVARA_API_KEY": KEY}
        ran = tool("run", "all", "--manifest", str(project / "manifest.yaml"), "--verbose", env=environ)
    assert ran.code == 0, spilled(ran.stdout + ran.stderr)
    assert spilled(ran.stdout + ran.stderr) == []


def test_a_refusal_of_everything_that_quotes_the_key_is_not_quoted(tool: Tool, project: Path) -> None:
    """A gateway that repeats the key where it refuses models and chat ends the session with exit 3; its words stay unsaid."""
    with echo_gateway(401) as gateway:
        environ = {**CANARIES, "DVARA_URL": gateway.url, "DVARA_API_KEY": KEY, "DVARA_MODEL": "error"}
        ran = tool("run", "all", "--manifest", str(project / "manifest.yaml"), "--verbose", env=environ)
    assert ran.code == 3
    assert "401" in ran.stderr
    assert spilled(ran.stdout + ran.stderr) == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://{KEY}@gw.invalid/v1",
        f"https://user:{KEY}@gw.invalid/v1",
        f"https://gw.invalid/v1?api_key={KEY}",
        f"https://gw.invalid/v1#{KEY}",
        f"https://gw.invalid:{KEY}/v1",
        f"https://[{KEY}/v1",
        KEY,
    ],
)
def test_a_key_in_the_address_is_refused_unseen(tool: Tool, project: Path, url: str) -> None:
    """An address that holds a key is exit 3 for ``run`` and a wrong argument for ``tap``; neither shows it."""
    ran = tool("run", "all", "--manifest", str(project / "manifest.yaml"), env={"DVARA_URL": url, "DVARA_API_KEY": KEY})
    tapped = tool("tap", url, "--port", "0")
    assert (ran.code, tapped.code) == (3, 2)
    assert "DVARA_URL" in ran.stderr
    assert spilled(ran.stdout + ran.stderr + tapped.stdout + tapped.stderr) == []


@pytest.mark.parametrize("status", [b"407 Who", b"403 No", b"502 Bad"])
def test_a_proxy_that_refuses_does_not_make_its_credentials_known(tool: Tool, project: Path, status: bytes) -> None:
    """The proxy is named, and neither its password, plain or encoded, nor the gateway's key."""
    with http_proxy(0, b"HTTP/1.1 %s\r\n\r\n" % status) as proxy:
        address = f"http://user:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"
        environ = {"DVARA_URL": "https://gw.invalid", "DVARA_API_KEY": KEY, "HTTPS_PROXY": address, "https_proxy": address}
        ran = tool("run", "all", "--manifest", str(project / "manifest.yaml"), "--verbose", env=environ)
    assert ran.code == 3
    assert f"the proxy 127.0.0.1:{proxy.port}" in ran.stderr
    assert len(proxy.asked) == 1
    assert ENCODED.encode() in proxy.asked[0]
    assert spilled(ran.stdout + ran.stderr) == []
