"""A gateway in a container of a real engine: started, used, and removed in every case."""

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import pytest
import requests

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.own_folder import owner
from dvara_examples.core.world import World
from dvara_examples.gateway_check.cases import all_cases
from dvara_examples.gateway_check.check import check_gateway
from dvara_examples.gateway_check.client import CheckedGateway
from dvara_examples.gateway_check.started import start_checked
from dvara_examples.gateways import LoggingGateway, open_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._engine import LABEL, _unreachable, engine, host_of, labels, remove_leftovers
from tests.gateways.images import build_image, engine_or_skip, foreign_program
from tests.gateways.relays import IMAGE, relay
from tests.gateways.test_command import ask

if TYPE_CHECKING:
    from docker import DockerClient

Worlds = Callable[..., World]
REPOSITORY = Path(__file__).parents[2]
KILLS = 20
pytestmark = [
    pytest.mark.usefixtures("engine_sockets_collected"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the SDK leaves refused connections to the collector
]


@pytest.fixture(scope="module")
def host() -> str:
    """Return the address of an engine that answers and has the test's image, or skip with the reason."""
    with engine_or_skip() as (found, client):
        build_image(client)
    return found


@pytest.fixture
def client(host: str) -> Iterator["DockerClient"]:
    """Yield a client of the engine; a test leaves nothing that carries the tool's label."""
    with closing(docker.DockerClient(base_url=host, timeout=60)) as client:
        yield client
        assert labelled(client, os.getpid()) == []


@pytest.fixture
def worlds(world: Worlds, tmp_path: Path) -> Iterator[Worlds]:
    """Return a function that builds a world whose stderr stays open."""
    with (tmp_path / "progress").open("w") as stderr:
        yield lambda **environ: replace(world(**environ), stderr=stderr)


@pytest.fixture
def there(worlds: Worlds, host: str, client: "DockerClient") -> World:
    """Return a world with an engine, in which *client* watches what is left."""
    client.ping()
    return worlds(DOCKER_HOST=host)


def labelled(client: "DockerClient", *pids: int) -> list[str]:
    """Return the names of the containers and networks that belong to the processes *pids*; other tests have their own."""
    wanted = {"label": LABEL}
    found = {network.name: network.attrs["Labels"] for network in client.networks.list(filters=wanted)}
    containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
    found |= {container.name: container.labels for container in containers}
    return sorted(name for name, owned in found.items() if int(owned[LABEL].split(" ")[1]) in pids)


def refusal(world: World, description: GatewayDescription) -> str:
    """Return the sentence that says why the gateway did not start."""
    with pytest.raises(GatewayError) as caught, open_gateway("docker:relay", world, {"relay": description}):
        pass
    return str(caught.value)


def test_it_serves_on_loopback_alone_and_leaves_nothing(client: "DockerClient", there: World, tmp_path: Path) -> None:
    """Answers find their run, the port is published on loopback only, the log is kept masked, and the container goes."""
    kept = tmp_path / "run"
    kept.mkdir()
    with open_gateway("docker:relay", there, {"relay": relay()}) as gateway:
        assert gateway.kind == "docker"
        assert gateway.description == "a relay (docker)"
        assert isinstance(gateway, LoggingGateway)
        gateway.keep_log_in(kept)
        with gateway.endpoint(["one", "two"]) as first, gateway.endpoint(["other"]) as second:
            assert [ask(first), ask(second), ask(first)] == [["one"], ["other"], ["two"]]
        (container,) = client.containers.list(filters={"label": f"{LABEL}={labels()[LABEL]}"})
        (bound,) = container.attrs["NetworkSettings"]["Ports"]["8080/tcp"]
        assert bound["HostIp"] == "127.0.0.1"
        key = first.key
    text = (kept / "gateway.log").read_text("utf-8")
    assert "listening with key ***" in text
    assert key not in text


def test_it_is_checked_in_front_of_a_provider_of_our_own(there: World) -> None:
    """`check-gateway` reaches a container and is reached by it, on an address of this machine."""
    timer = start_timer(there.clock)
    with start_checked("docker:relay", there, {"relay": relay()}, timer) as started:
        at = started.running.endpoint
        gateway = CheckedGateway(at.base_url, at.key, "gpt-4o", at.headers)
        cases = [case for case in all_cases() if case.id in ("whole", "status-429")]
        checked = check_gateway(gateway, started.provider, cases, timer)
    assert sorted(str(result.effects[0]) for result in checked.results) == ["passed on: done", "passed on: status 429"]


def test_one_that_dies_is_named_with_its_last_words(there: World) -> None:
    """A container that ends in the middle makes an error of that run, with the exit status and the last lines."""
    with pytest.raises(GatewayError, match="a relay ended with exit status 7") as caught:
        _use_until_it_dies(there)
    assert "out of memory, key ***" in str(caught.value)


def _use_until_it_dies(world: World) -> None:
    with open_gateway("docker:relay", world, {"relay": relay("dying")}) as gateway:
        with gateway.endpoint([]) as endpoint:
            ask(endpoint)
        with gateway.endpoint([]) as endpoint, pytest.raises(requests.ConnectionError):
            ask(endpoint)


def test_one_that_is_never_ready_is_given_up(there: World) -> None:
    """The limit of its readiness ends the wait."""
    told = refusal(there, relay("mute", ready={"path": "/ready", "limit_s": 1}))
    assert "a relay was not ready within 1 s: expected 200 from /ready, found " in told


def test_one_that_fails_at_once_says_why(there: World) -> None:
    """Exit status and last lines are in the error, also where the program is not in the image."""
    broken = relay(image_argv=["/python", "-c", "import sys; sys.exit('bad configuration')"])
    told = refusal(there, broken)
    assert "a relay ended with exit status 1; its whole log is in " in told
    assert "\nbad configuration" in told
    missing = refusal(there, relay(image_argv=["/no-such-program"]))
    assert "a relay" in missing
    assert "no-such-program" in missing


def test_an_image_for_another_processor_is_told_as_such(client: "DockerClient", there: World) -> None:
    """What the kernel calls an exec format error is an image for another platform."""
    client.api.import_image_from_data(foreign_program().read(), repository="dvara-examples-test/foreign", tag="1")
    told = refusal(there, relay(image="dvara-examples-test/foreign:1", image_argv=["/python"]))
    assert told.startswith("the image dvara-examples-test/foreign:1 is not made for linux/")


def test_an_image_that_is_nowhere_is_told_with_what_to_do(there: World) -> None:
    """A registry that does not answer, and --offline, each have their sentence."""
    nowhere = relay(image="127.0.0.1:9/nobody/nothing:1")
    assert "the image 127.0.0.1:9/nobody/nothing:1 cannot be pulled" in refusal(there, nowhere)
    offline = replace(there, offline=True)
    assert "and --offline forbids to pull it; pull it first: docker pull" in refusal(offline, nowhere)


def test_what_a_killed_process_left_is_removed_and_a_living_one_s_is_not(client: "DockerClient") -> None:
    """Only what belongs to a process of this machine that has ended goes."""
    ended, unique = _ended_pid(), f"t{os.getpid()}"
    here, _, _ = owner().split(" ")
    gone, elsewhere = {LABEL: f"{here} {ended} 1"}, {LABEL: f"not-{here} {ended} 1"}
    for name, label in (("gone", gone), ("elsewhere", elsewhere), ("own", labels())):
        client.networks.create(f"{unique}-{name}", labels=label)
    client.containers.create(IMAGE, ["/python"], labels=gone, name=f"{unique}-container")
    try:
        remove_leftovers(client)
        assert labelled(client, ended, os.getpid()) == [f"{unique}-elsewhere", f"{unique}-own"]
    finally:
        for network in client.networks.list(names=[f"{unique}-"]):
            network.remove()


def _ended_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


_HOLD = """
import sys, threading
from pathlib import Path
from dvara_examples.core.world import World
from dvara_examples.gateways import open_gateway
from tests.gateways.relays import IMAGE, relay
place = Path(sys.argv[1])
world = World({"DOCKER_HOST": sys.argv[2]}, place, place, place / "m.yaml", place, place, sys.stdout, sys.stderr)
print("here", flush=True)
with open_gateway("docker:relay", world, {"relay": relay()}):
    print("up", flush=True)
    threading.Event().wait()
"""


@pytest.mark.slow
def test_kills_at_random_moments_leave_nothing(client: "DockerClient", host: str, there: World, tmp_path: Path) -> None:
    """``kill -9`` at any moment of a container's life leaves nothing that the next start does not remove."""
    chance = random.Random(12)  # noqa: S311 - moments, not secrets
    argv = [sys.executable, "-c", _HOLD, str(tmp_path), host]
    reached, pids = 0, []
    for _ in range(KILLS):
        with subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as tool:
            assert tool.stdout is not None
            assert tool.stdout.readline() == "here\n"
            pids.append(tool.pid)
            _wait_for(tool, chance.uniform(0.0, 1.5))
            tool.kill()
            reached += "up" in tool.stdout.read()
    with engine(there):
        assert labelled(client, *pids) == []
    assert reached < KILLS


def _wait_for(process: "subprocess.Popen[str]", seconds: float) -> None:
    """Let the process live for so long, or until it ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


@pytest.mark.parametrize("address", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:9"])
def test_no_engine_is_told_with_what_to_do(worlds: Worlds, address: str) -> None:
    """Where nothing answers, the sentence names the address and the two remedies."""
    assert refusal(worlds(DOCKER_HOST=address), relay()) == (
        f"no container engine answers at {address}; start Docker, or set DOCKER_HOST to the address of an engine that runs"
    )


def test_the_context_of_the_docker_command_names_the_engine(
    world: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DOCKER_HOST goes first, then DOCKER_CONTEXT, then the context in use; the SDK alone would look at the first only."""
    for name in ("chosen", "named"):
        meta = tmp_path / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        meta.mkdir(parents=True)
        endpoint = {"docker": {"Host": f"unix:///run/{name}.sock", "SkipTLSVerify": False}}
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoint}), "utf-8")
    (tmp_path / "config.json").write_text('{"currentContext": "chosen"}', "utf-8")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert host_of(world()) == "unix:///run/chosen.sock"
    assert host_of(world(DOCKER_CONTEXT="named")) == "unix:///run/named.sock"
    assert host_of(world(DOCKER_CONTEXT="named", DOCKER_HOST="tcp://127.0.0.1:1")) == "tcp://127.0.0.1:1"
    (tmp_path / "config.json").unlink()
    assert host_of(world()) == "unix:///var/run/docker.sock"


def test_an_unknown_context_is_told(world: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DOCKER_CONTEXT that names nothing is refused, instead of another engine being used."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    with pytest.raises(GatewayError, match="DOCKER_CONTEXT names the context 'nowhere', which was not found"):
        host_of(world(DOCKER_CONTEXT="nowhere"))


def test_an_engine_that_may_not_be_used_is_told_as_such() -> None:
    """Permission is another matter than absence."""
    error = docker.errors.DockerException("Error while fetching server API version", PermissionError(13, "Permission denied"))
    told = str(_unreachable("unix:///var/run/docker.sock", error))
    assert told.startswith(
        "the container engine at unix:///var/run/docker.sock cannot be used: no permission for /var/run/docker.sock"
    )


def test_the_labels_name_this_process() -> None:
    """Host, process and its start tell whether the owner still lives."""
    host, pid, started = labels()[LABEL].split(" ")
    assert (host.partition("/")[0], int(pid)) == (socket.gethostname(), os.getpid())
    assert started.isdecimal()
