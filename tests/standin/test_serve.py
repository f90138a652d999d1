"""The stand-in in the foreground, as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.standin.raw import Wire, chat_body, request

_PROGRAM = """
from dvara_examples.clock import SystemClock
from dvara_examples.standin.serve import serve
serve(port=0, key="gw_mine", clock=SystemClock(), write=lambda line: print(line, flush=True))
"""


@pytest.fixture
def served() -> Iterator[subprocess.Popen[str]]:
    """A process that serves, killed after the test if it is still there."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    )
    with process:
        yield process
        process.kill()


def test_it_serves_until_it_is_interrupted(served: subprocess.Popen[str]) -> None:
    """It shows address, key and a command to paste, logs requests, finishes one under way after Ctrl-C, and exits 0."""
    assert served.stdout is not None
    shown = ""
    while "-d '" not in shown:
        shown += served.stdout.readline()
    address = re.search(r"export DVARA_URL=(\S+)", shown)
    assert address is not None
    assert "export DVARA_API_KEY=gw_mine" in shown
    assert 'curl -N "$DVARA_URL/chat/completions"' in shown
    with Wire(address[1]) as wire:
        wire.send(request("gw_mine", chat_body()))
        wire.until(b"data:")
        served.send_signal(signal.SIGINT)
        assert b"[DONE]" in wire.until_fin()
    rest, _ = served.communicate(timeout=20)
    assert "POST /v1/chat/completions 200 gpt-4o text" in rest
    assert "Traceback" not in rest
    assert served.returncode == 0


def test_the_pasted_command_works(served: subprocess.Popen[str]) -> None:
    """The body of the shown command is one that the gateway answers."""
    assert served.stdout is not None
    shown = ""
    while not (body := re.search(r"-d '(.*)'", shown)):
        shown += served.stdout.readline()
    address = re.search(r"export DVARA_URL=(\S+)", shown)
    assert address is not None
    with Wire(address[1]) as wire:
        (reply,) = wire.exchange(request("gw_mine", body[1].encode()))
    assert reply.events[-1] == "[DONE]"
