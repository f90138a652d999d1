"""Bounds on what a session may spend at a gateway that is not its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.records.transcript_file import read_transcript
from tests.integration.conftest import Tool
from tests.tap.proxying import http_proxy

ASK_TWICE = """
import os, sys, urllib.request
for _ in range(2):
    request = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", method="POST")
    request.data = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}'
    request.add_header("Authorization", "Bearer " + os.environ["DVARA_API_KEY"])
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            response.read()  # to the end, so that the tap knows what it took before the next request comes
        print(response.status, flush=True)
    except OSError as error:
        sys.exit(f"no answer: {error}")
"""
MANIFEST = """
version: 1
examples:
  - id: first
    title: Asks twice
    expect: {exit: 0}
    variants: {python: first.py}
  - id: second
    title: Asks twice
    expect: {exit: 0}
    variants: {python: second.py}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest with two examples of two requests each."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("first.py", "second.py"):
        (folder / name).write_text(ASK_TWICE, "utf-8")
    (folder / "manifest.yaml").write_text(MANIFEST, "utf-8")
    return folder / "manifest.yaml"


@pytest.fixture
def gateway() -> Iterator[dict[str, str]]:
    """The variables that name a stand-in as the gateway at a URL."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        yield {"DVARA_URL": embedded.base_url, "DVARA_API_KEY": embedded.default_key}


def test_within_the_bound_nothing_is_said(tool: Tool, manifest: Path, gateway: dict[str, str]) -> None:
    """Exactly as many requests as are allowed pass; a gateway on this machine is no reason for a reminder."""
    ran = tool("run", "all", "--manifest", str(manifest), "--max-requests", "4", env=gateway)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert "money" not in ran.stderr


def test_a_run_whose_request_is_refused_is_errored(tool: Tool, manifest: Path, gateway: dict[str, str]) -> None:
    """The run that meets the bound says nothing about its example: it is an error, no failure, and no further run starts."""
    ran = tool("run", "all", "--manifest", str(manifest), "--max-requests", "1", "--jobs", "1", env=gateway)
    assert ran.code == 3, ran.stdout + ran.stderr
    assert ran.outcomes == {"first[python]": "errored", "second[python]": "errored"}
    assert ran.reasons["first[python]"].startswith("the bound of 1 request is reached, and a request of this run was not")
    assert ran.reasons["second[python]"].startswith("not started: the bound of 1 request is reached")
    transcript = read_transcript(ran.run_folder / "first.python.jsonl")
    assert transcript.stdout.text == "200\n"
    assert [one.response is None for one in transcript.exchanges] == [False, True]
    assert tool("judge", str(ran.run_folder)).code == 3


def test_tokens_are_counted_as_the_gateway_counts_them(tool: Tool, manifest: Path, gateway: dict[str, str]) -> None:
    """The first answer uses up the bound, whatever its size, and the second request is refused."""
    ran = tool("run", "first", "--manifest", str(manifest), "--max-tokens", "1", env=gateway)
    assert ran.code == 3, ran.stdout + ran.stderr
    assert ran.reasons["first[python]"].startswith("the bound of 1 token is reached")


def test_the_embedded_gateway_has_a_bound_where_one_is_asked_for(tool: Tool, manifest: Path) -> None:
    """Without the option there is none, and with it the bound holds as it does elsewhere."""
    assert tool("run", "all", "--manifest", str(manifest)).code == 0
    assert tool("run", "all", "--manifest", str(manifest), "--max-requests", "3", "--jobs", "1").code == 3


def test_a_gateway_elsewhere_is_named_before_it_is_asked(tool: Tool, manifest: Path) -> None:
    """One line on stderr says how many runs go where, and the bound; all four requests take the way through the proxy."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        port = int(embedded.base_url.removesuffix("/v1").rpartition(":")[2])
        with http_proxy(port) as proxy:
            environ = {"DVARA_URL": "http://gw.example", "DVARA_API_KEY": embedded.default_key, "http_proxy": proxy.url}
            ran = tool("run", "all", "--manifest", str(manifest), env={**environ, "no_proxy": "", "NO_PROXY": ""})
    assert ran.code == 0, ran.stdout + ran.stderr
    told = [line for line in ran.stderr.splitlines() if "money" in line]
    where = "http://gw.example/v1, which may cost money"
    assert told == [f"2 runs send their requests to {where}; the limit is 200 requests"]
    assert len(proxy.asked) == 5  # the models, and two requests of each run
