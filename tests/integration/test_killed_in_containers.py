"""Killed or interrupted at any moment of a container's life, a session leaves nothing that the next one does not remove."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import psutil
import pytest

from dvara_examples.gateways._engine import LABEL
from tests.gateways.images import build_language_image, engine_or_skip
from tests.integration.conftest import COMMAND, clean_environment

if TYPE_CHECKING:
    from docker import DockerClient

IMAGE = "dvara-examples-test/killed:1"
KILLS, INTERRUPTS = 20, 6
SESSIONS_PER_CACHE = 4
"""The first of these prepares in the container, and what a kill leaves half-made there is met by the next."""
MANIFEST = """
version: 1
images: {python: IMAGE}
examples:
  - {id: one, title: Ends soon, packages: {python: []}, expect: {exit: 0}, variants: {python: script.py}}
  - {id: two, title: Ends soon, packages: {python: []}, expect: {exit: 0}, variants: {python: script.py}}
"""
SCRIPT = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(0.2)  # MARK'])\n"
LAST = "destroy"
"""What the engine tells last of a container."""
LIMIT_S = 60
Start = Callable[[int], "subprocess.Popen[str]"]
pytestmark = [
    pytest.mark.usefixtures("engine_sockets_collected"),
    pytest.mark.timeout(1200),  # twenty sessions on a busy machine
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the SDK's refused connections
]


@pytest.fixture(scope="module")
def host() -> str:
    """Return the address of an engine that has the test's image, or skip with the reason."""
    with engine_or_skip(LIMIT_S) as (found, client):
        build_language_image(client, IMAGE)
    return found


@pytest.fixture
def client(host: str) -> "Iterator[DockerClient]":
    """Yield a client of the engine."""
    with closing(docker.DockerClient(base_url=host, timeout=LIMIT_S)) as client:
        yield client


@pytest.fixture
def start(host: str, tmp_path: Path) -> Start:
    """Return a function that starts a session of two runs in a container, the n-th of its test."""
    for name in ("examples", "home", "temporary"):
        (tmp_path / name).mkdir()
    (tmp_path / "examples" / "script.py").write_text(SCRIPT.replace("MARK", tmp_path.as_posix()), "utf-8")
    manifest = tmp_path / "examples" / "manifest.yaml"
    manifest.write_text(MANIFEST.replace("IMAGE", IMAGE), "utf-8")

    def start(number: int) -> "subprocess.Popen[str]":
        environ = clean_environment(
            DOCKER_HOST=host,
            HOME=str(tmp_path / "home"),
            TMPDIR=str(tmp_path / "temporary"),
            DVARA_EXAMPLES_STATE=str(tmp_path / "state"),
            DVARA_EXAMPLES_CACHE=str(tmp_path / f"cache-{number // SESSIONS_PER_CACHE}"),
        )
        argv = [COMMAND, "run", "all", "--in", "docker", "--manifest", str(manifest)]
        return subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return start


def test_kills_at_random_moments_leave_nothing(client: "DockerClient", start: Start, tmp_path: Path) -> None:
    """After ``kill -9`` at any moment the next session passes, and no container, folder or process of the killed one is left."""
    whole = _whole(client, start(0))
    chance = random.Random(12)  # noqa: S311 - moments, not secrets
    moments = [chance.randrange(len(whole)) for _ in range(KILLS - 1)]
    pids = []
    for turn, moment in enumerate([*moments, len(whole) // 2]):  # at last when nothing is being made that would come too late
        tool = start(turn)
        pids.append(tool.pid)
        if len(_events(client, tool, moment)) == moment == 0:
            _live_on(tool, chance.uniform(0.0, 0.8))
        tool.kill()
        tool.communicate(timeout=LIMIT_S)
    last = start(KILLS - 1)
    told, _ = last.communicate(timeout=LIMIT_S)
    assert "2 passed" in told, told
    assert _left(client, [*pids, last.pid], tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupts_at_random_moments_leave_nothing(
    client: "DockerClient", start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    """After Ctrl-C, or the signal that ends a job, the session itself has removed all that it made, and says how it ended."""
    whole = _whole(client, start(0))
    chance = random.Random(int(number))  # noqa: S311 - moments, not secrets
    for turn in range(INTERRUPTS):
        tool = start(turn)
        _events(client, tool, chance.randrange(1, len(whole)))
        tool.send_signal(number)
        told, _ = tool.communicate(timeout=LIMIT_S)
        assert "Traceback" not in told
        assert tool.returncode == 130 or (tool.returncode == 0 and "2 passed" in told), told
        assert _left(client, [tool.pid], tmp_path) == []


def _whole(client: "DockerClient", tool: "subprocess.Popen[str]") -> list[str]:
    """Return what the engine tells of a session that nobody ends."""
    told = _events(client, tool, LAST)
    said, _ = tool.communicate(timeout=LIMIT_S)
    assert tool.returncode == 0, said
    return told


def _events(client: "DockerClient", tool: "subprocess.Popen[str]", until: int | str) -> list[str]:
    """Return what the engine tells of the container of *tool*: so many events, or all to the one that is called *until*."""
    told: list[str] = []
    give_up = int(time.time()) + LIMIT_S
    with closing(client.events(decode=True, filters={"label": LABEL}, since=1, until=give_up)) as events:
        while until not in (len(told), *told[-1:]) and LAST not in told:
            event = next(events, None)
            assert event is not None, f"the engine told nothing more after {told}"
            if event["Actor"]["Attributes"][LABEL].split(" ")[1] == str(tool.pid):
                told.append(event["Action"].partition(":")[0])
    return told


def _live_on(tool: "subprocess.Popen[str]", seconds: float) -> None:
    """Let the process live for so long, or until it ends."""
    with suppress(subprocess.TimeoutExpired):
        tool.wait(seconds)


def _left(client: "DockerClient", pids: list[int], folder: Path) -> list[str]:
    """Return the containers of *pids*, and temporary folders and processes of *folder*, once what is going has had time to go."""
    give_up_s = time.monotonic() + 10
    while True:
        containers = client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        left = [container.name for container in containers if int(container.labels[LABEL].split(" ")[1]) in pids]
        left += [path.name for path in (folder / "temporary").iterdir()]
        for process in psutil.process_iter(["cmdline"]):
            if str(folder) in (line := " ".join(process.info["cmdline"] or ())):
                left.append(line)
        if not left or time.monotonic() > give_up_s:
            return left
        time.sleep(0.2)
