"""A gateway that is a local program: started, used, and stopped in every case."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import requests

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways import Gateway, LoggingGateway, limits_of, open_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.records.model import Endpoint
from tests.gateways.relays import RELAY, relay

Worlds = Callable[..., World]


def opened(world: World, description: GatewayDescription) -> Gateway:
    """Open a gateway that is expected not to open."""
    with open_gateway("command:relay", world, {"relay": description}) as gateway:
        return gateway


def refusal(world: World, description: GatewayDescription) -> str:
    """Return the sentence that says why the gateway did not start; no program is left."""
    with pytest.raises(GatewayError) as caught:
        opened(world, description)
    assert _relays() == []
    return str(caught.value)


def _relays() -> list[psutil.Process]:
    """Return the relays that this test process started."""
    found = psutil.Process().children(recursive=True)
    return [process for process in found if any("relay.py" in word for word in process.cmdline())]


def ask(endpoint: Endpoint) -> list[str]:
    """Return the pieces of text of one streamed answer."""
    body = {"model": endpoint.model or "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    headers = {"Authorization": f"Bearer {endpoint.key}", **dict(endpoint.headers)}
    answer = requests.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    assert events[-1] == "[DONE]"
    return [text for event in events[:-1] if (text := json.loads(event)["choices"][0]["delta"].get("content"))]


@pytest.mark.parametrize("mark", ["model", "header x-run", "none"])
def test_answers_find_their_run(world: Worlds, mark: str) -> None:
    """Each run gets its own answers, in order, whatever the gateway passes on; without a mark they take turns."""
    with open_gateway("command:relay", world(), {"relay": relay(mark=mark)}) as gateway:
        assert gateway.kind == "command"
        assert gateway.capabilities == {"scripted"}
        assert ("take turns" in gateway.description) == (mark == "none")
        with gateway.endpoint(["one", "two"]) as first:
            if mark != "none":
                with gateway.endpoint(["other"]) as second:
                    assert ask(second) == ["other"]
            assert [ask(first), ask(first)] == [["one"], ["two"]]


def test_a_mark_that_gets_lost_is_noticed_before_any_run(world: Worlds) -> None:
    """A gateway that does not pass the mark on makes runs take turns, with a note, instead of mixing up their answers."""
    with open_gateway("command:relay", world(), {"relay": relay("dropping")}) as gateway:
        assert "take turns" in gateway.description
        with gateway.endpoint(["own"]) as endpoint:
            assert ask(endpoint) == ["own"]
    assert _relays() == []


def test_its_log_is_kept_without_secrets(world: Worlds, tmp_path: Path) -> None:
    """What the program writes goes to a file that can be moved while it runs, and keys in it are masked."""
    kept = tmp_path / "run"
    kept.mkdir()
    with open_gateway("command:relay", world(), {"relay": relay()}) as gateway:
        assert isinstance(gateway, LoggingGateway)
        gateway.keep_log_in(kept)
        with gateway.endpoint([]) as endpoint:
            ask(endpoint)
            key = endpoint.key
    text = (kept / "gateway.log").read_text("utf-8")
    assert "listening with key ***" in text
    assert text.count("POST /v1/chat/completions") == 2
    assert key not in text
    assert key not in gateway.description + repr(gateway)


def test_a_gateway_that_other_machines_can_reach_is_told_as_such(world: Worlds) -> None:
    """A program that listens on more than loopback is started all the same, and the first line of the report says so."""
    everywhere = relay(argv=[sys.executable, str(RELAY), "honest", "0.0.0.0", "{port}"])  # noqa: S104 - for a moment, and a key is needed
    assert opened(world(), everywhere).description == "a relay (command; it listens on every interface)"
    assert opened(world(), relay()).description == "a relay (command)"


def test_a_gateway_that_ends_is_named_with_its_last_words(world: Worlds) -> None:
    """A program that dies in the middle of a run makes an error of that run, with its last lines, masked, and its log's place."""
    with pytest.raises(GatewayError) as caught:
        _ask_twice(world())
    assert "a relay ended with exit status 7" in str(caught.value)
    assert "out of memory, key ***" in str(caught.value)
    assert "its whole log is in" in str(caught.value)


def _ask_twice(world: World) -> None:
    with open_gateway("command:relay", world, {"relay": relay("dying")}) as gateway:
        with gateway.endpoint([]) as endpoint:
            ask(endpoint)
        with gateway.endpoint([]) as endpoint, pytest.raises(requests.ConnectionError):
            ask(endpoint)


def test_a_gateway_that_is_never_ready_is_given_up(world: Worlds) -> None:
    """The limit of its readiness ends the wait, and the sentence says what was expected and found."""
    told = refusal(world(), relay("mute", ready={"path": "/ready", "limit_s": 1}))
    assert "a relay was not ready within 1 s: expected 200 from /ready, found " in told


def test_a_gateway_that_refuses_the_first_request_is_not_used(world: Worlds) -> None:
    """The first request goes through to the provider, or no run starts."""
    assert "a relay answered its first request with 500" in refusal(world(), relay("unwell"))


def test_a_program_that_is_not_there_is_named_with_what_to_do(world: Worlds) -> None:
    """The description's own words say how to get the program."""
    told = refusal(world(PATH="/nowhere"), relay(argv=["no-such-gateway"], install="install it: pip install no-such-gateway"))
    assert told == (
        "a relay needs the program no-such-gateway, which was not found on PATH; install it: pip install no-such-gateway"
    )


def test_a_program_that_fails_at_once_says_why(world: Worlds) -> None:
    """Its exit status and its last lines are in the error."""
    told = refusal(world(), relay(argv=[sys.executable, "-c", "import sys; sys.exit('bad configuration')"]))
    assert "a relay ended with exit status 1; its whole log is in " in told
    assert "\nbad configuration" in told


def test_an_interruption_ends_the_wait(world: Worlds) -> None:
    """Ctrl-C while a gateway starts leaves nothing behind."""
    somewhere = world()
    somewhere.stop.set()
    with pytest.raises(KeyboardInterrupt):
        opened(somewhere, relay("mute"))
    assert _relays() == []


def test_what_it_cannot_do_comes_from_its_description(world: Worlds) -> None:
    """The limits and offers of a description are the gateway's."""
    described = {"relay": relay(cannot={"abort_after": "it hides cuts"}, offers=["governance"])}
    with open_gateway("command:relay", world(), described) as gateway:
        assert limits_of(gateway) == {"abort_after": "it hides cuts"}
        assert gateway.capabilities == {"scripted", "governance"}


_HOLD = """
import sys, threading
from pathlib import Path
from dvara_examples.core.world import World
from dvara_examples.gateways import open_gateway
from tests.gateways.relays import RELAY, relay
place = Path(sys.argv[1])
world = World({"PATH": sys.argv[2]}, place, place, place / "m.yaml", place, place, sys.stdout, sys.stderr)
with open_gateway("command:relay", world, {"relay": relay()}):
    print("up", flush=True)
    threading.Event().wait()
"""


def test_a_kill_of_the_tool_ends_the_gateway(tmp_path: Path) -> None:
    """``kill -9`` of the tool leaves no gateway, whose keeper hears of it, and no folder that the next start does not remove."""
    argv = [sys.executable, "-c", _HOLD, str(tmp_path), os.environ["PATH"]]
    repository = Path(__file__).parents[2]
    folders = tmp_path / "temporary"
    folders.mkdir()
    environ = {**os.environ, "TMPDIR": str(folders)}
    with subprocess.Popen(argv, cwd=repository, stdout=subprocess.PIPE, text=True, env=environ) as tool:
        assert tool.stdout is not None
        assert tool.stdout.readline() == "up\n"
        started = psutil.Process(tool.pid).children(recursive=True)
        assert any("relay.py" in " ".join(process.cmdline()) for process in started)
        tool.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(started, timeout=20)
        assert alive == []
    left = list(folders.iterdir())
    assert [path.name for folder in left for path in folder.iterdir()] == ["config.json"]
    with subprocess.Popen(argv, cwd=repository, stdout=subprocess.PIPE, text=True, env=environ) as tool:
        assert tool.stdout is not None
        assert tool.stdout.readline() == "up\n"
        assert not set(left) & set(folders.iterdir())
        tool.kill()
