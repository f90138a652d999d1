"""What ``run`` says where not the example is at fault: cause and mend in one sentence, exit 3, and no example called failed."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.integration.conftest import COMMAND, REPOSITORY, Ran, Tool, clean_environment
from tests.integration.namespaces import with_disk

KEY = "gw_the_right_key"
RUN = ("run", "stream-basic[python]")
SLASHES = """
import http.client, json, os, urllib.parse
url = urllib.parse.urlsplit(os.environ["DVARA_URL"])
asked = http.client.HTTPConnection(url.netloc)
body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]})
key = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}
asked.request("POST", url.path + "/" + "/chat/completions", body, key)
raise SystemExit(asked.getresponse().status != 200)
"""


@pytest.fixture
def gateway() -> Iterator[EmbeddedServer]:
    """Run a gateway that accepts one key."""
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        yield embedded


def told(ran: Ran) -> str:
    """Return the one reason of a run that was errored."""
    assert ran.code == 3, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    assert KEY not in ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"errored"}
    (reason,) = set(ran.reasons.values())
    return reason


def refused(ran: Ran) -> str:
    """Return what was said of a session that did not begin."""
    assert ran.code == 3, ran.stdout + ran.stderr
    assert ran.stdout == ""
    return ran.stderr


@pytest.mark.slow
def test_a_model_that_the_gateway_does_not_know(tool: Tool, gateway: EmbeddedServer) -> None:
    """400 ``no_provider`` is the set-up's fault: the variable that names another model is told."""
    ran = tool(*RUN, env={"DVARA_URL": gateway.base_url, "DVARA_API_KEY": KEY, "DVARA_MODEL": "llama-9"})
    assert told(ran) == (
        "the gateway has no provider for the model 'llama-9' (400 no_provider); name one that it serves in DVARA_MODEL"
    )
    assert tool("judge", "latest").code == 3  # judged again, it is the same


def test_v1_twice(tool: Tool, gateway: EmbeddedServer) -> None:
    """A doubled prefix is refused before anything runs, with the line that sets the right address."""
    said = refused(tool(*RUN, env={"DVARA_URL": f"{gateway.base_url}/v1", "DVARA_API_KEY": KEY}))
    cause = "error: DVARA_URL contains /v1/v1, where no gateway answers"
    assert said == f"{cause}\nhint: set it with export DVARA_URL={gateway.base_url}\n"


def test_wrong_key(tool: Tool, gateway: EmbeddedServer) -> None:
    """401 is told before anything runs."""
    said = refused(tool(*RUN, env={"DVARA_URL": gateway.base_url, "DVARA_API_KEY": "gw_wrong"}))
    assert "does not accept the key in DVARA_API_KEY (401: Invalid API key)\nhint: check the key" in said


def test_a_path_with_two_slashes_is_the_examples_own_mistake(tool: Tool, tmp_path: Path) -> None:
    """A script that joins base URL and path with a slash too many has failed, and is told what it did."""
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "slashes.py").write_text(SLASHES)
    manifest = tmp_path / "manifest.yaml"
    entry = "{id: slashes, title: Slashes, expect: {exit: 0}, variants: {python: python/slashes.py}}"
    manifest.write_text(f"version: 1\nexamples:\n  - {entry}\n")
    ran = tool("run", "all", "--manifest", str(manifest))
    assert ran.outcomes == {"slashes[python]": "failed"}
    assert "the request asked for /v1//chat/completions, and a path with // is refused (400 invalid_path)" in ran.stdout
    assert "remove the slash at the end of the base URL" in ran.stdout


@pytest.mark.slow
def test_a_gateway_that_goes_down_during_the_session(tool: Tool) -> None:
    """One that lists its models and is gone afterwards is named, and no example is called failed."""
    models = b'{"object": "list", "data": [{"id": "gpt-4o"}]}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(models)
    with ExitStack() as running:
        listener = running.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]

        def answer_once() -> None:
            client, _ = listener.accept()
            listener.close()
            with client:
                client.recv(65_536)
                client.sendall(head + models)

        thread = threading.Thread(target=answer_once, name="gateway-once")
        thread.start()
        running.callback(thread.join, 10)
        reason = told(tool(*RUN, env={"DVARA_URL": f"http://127.0.0.1:{port}", "DVARA_API_KEY": KEY}))
    assert f"the gateway at http://127.0.0.1:{port}/v1 cannot be reached" in reason
    assert "connection refused; check DVARA_URL and your network" in reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "api_key_scope", "does not allow the key in DVARA_API_KEY to do this (403: no); allow this"),
        (402, "budget_cap_hard", "has no budget left for the key (402: no); have it raised"),
        (429, "rate_limit_exceeded", "limits the rate of requests (429: no); try again"),
        (502, "provider_error", "is up, but its provider fails (502: no); check the provider's key"),
        (404, "resource_not_found", "check the part before /v1 in DVARA_URL"),
    ],
)
def test_a_live_gateway_that_refuses(tool: Tool, status: int, code: str, words: str) -> None:
    """What a gateway says about account, provider or address is no failure of the example."""
    body = b'{"error": {"message": "no", "type": "t", "code": "%s"}}' % code.encode()
    head = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    models = b'{"object": "list", "data": [{"id": "gpt-4o"}]}'
    with ExitStack() as running:
        listener = running.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    request = client.recv(65_536)
                    is_question = request.startswith(b"GET ")
                    client.sendall(head % (200, len(models)) + models if is_question else head % (status, len(body)) + body)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65_536):  # to its end, so that what was not read does not turn the close into a reset
                        pass

        thread = threading.Thread(target=serve, name="gateway-refusing")
        running.callback(thread.join, 10)
        running.callback(listener.shutdown, socket.SHUT_RDWR)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert words in told(tool(*RUN, env={"DVARA_URL": url, "DVARA_API_KEY": KEY}))


def test_an_old_node_where_none_can_be_fetched(tool: Tool, tmp_path: Path) -> None:
    """The Node.js that was passed over is named with its version, next to what kept another from being fetched."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to(shutil.which("sh") or "/bin/false")
    (folder / "node").write_text("#!/bin/sh\necho v16.20.2\n")
    (folder / "node").chmod(0o755)
    environ = {"PATH": str(folder), "UV_OFFLINE": "1", "DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    reason = told(tool("run", "stream-basic[node]", env=environ))
    assert f"{folder}/node reports 'v16.20.2', 18 or newer is needed" in reason
    assert "could not be fetched" in reason


def test_full_disk(tmp_path: Path) -> None:
    """Nothing can be prepared on a full disk: the disk is named, and what to do."""
    folder = tmp_path / "disk"
    folder.mkdir()
    state = tmp_path / "state"
    environ = clean_environment(DVARA_EXAMPLES_STATE=str(state), DVARA_EXAMPLES_CACHE=str(folder / "cache"))
    words = with_disk(str(folder), "size=64k", COMMAND, *RUN)
    done = subprocess.run(words, cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=120, check=False)
    reason = told(Ran(done.returncode, done.stdout, done.stderr, state))
    assert "No space left on device" in reason or "is full" in reason, reason


def test_a_disk_that_is_full_where_runs_are_stored(tmp_path: Path) -> None:
    """Where not even the folder of a run can be written, one sentence says so."""
    folder = tmp_path / "disk"
    folder.mkdir()
    environ = clean_environment(DVARA_EXAMPLES_STATE=str(folder / "state"))
    words = with_disk(str(folder), "size=4k,nr_inodes=2", COMMAND, *RUN)
    done = subprocess.run(words, cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("error: the operating system refused: No space left on device")
    assert done.stderr.endswith("\nhint: free some disk space and run again\n")
