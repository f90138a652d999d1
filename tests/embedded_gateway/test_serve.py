"""The stand-in in the foreground, as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded_gateway.raw import Wire, chat_body, request

_PROGRAM = """
from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.serve import serve
serve(port=0, key="gw_mine", clock=SystemClock(), write=lambda line: print(line, flush=True))
"""
_COMMAND = str(Path(sys.executable).with_name("dvara-examples"))
_REAL_KEY = "gw_the_real_one"


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
    """It shows address and command but not the given key, logs requests, finishes one after Ctrl-C, and exits 0."""
    assert served.stdout is not None
    shown = ""
    while "-d '" not in shown:
        shown += served.stdout.readline()
    address = re.search(r"export DVARA_URL=(\S+)", shown)
    assert address is not None
    assert "gw_mine" not in shown
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


def test_the_real_key_is_neither_taken_nor_shown() -> None:
    """With DVARA_API_KEY set, the gateway makes and shows a key of its own, refuses the real one and never repeats it."""
    environ = os.environ | {"DVARA_API_KEY": _REAL_KEY, "PYTHONUNBUFFERED": "1"}
    argv = [_COMMAND, "gateway", "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ) as process:
        try:
            assert process.stdout is not None
            shown = ""
            while "-d '" not in shown:
                shown += process.stdout.readline()
            address, key = re.search(r"export DVARA_URL=(\S+)", shown), re.search(r"export DVARA_API_KEY=(\S+)", shown)
            assert address is not None
            assert key is not None
            with Wire(address[1]) as wire:
                (refused,) = wire.exchange(request(_REAL_KEY, chat_body()))
            with Wire(address[1]) as wire:
                (answered,) = wire.exchange(request(key[1], chat_body()))
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert refused.status.startswith("HTTP/1.1 401 ")
    assert answered.status.startswith("HTTP/1.1 200 ")
    assert "POST /v1/chat/completions 401" in rest
    assert _REAL_KEY not in shown + rest
