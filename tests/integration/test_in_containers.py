"""Scripts in a container of a real engine end, print and leave things as on the machine itself."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from dvara_examples.cli._world import build_world
from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._engine import LABEL, labels
from dvara_examples.places.docker import in_containers
from dvara_examples.process import ExecuteRequest, ProcessResult, run_process
from dvara_examples.records.model import AtTerminal, Limits
from dvara_examples.toolchains import Missing, Runtime, load_toolchain
from dvara_examples.toolchains._node_runtime import provision
from tests.gateways.images import build_language_image, build_languages_image, engine_or_skip
from tests.integration.conftest import REPOSITORY, Tool

IMAGE = "dvara-examples-test/languages:1"
IMAGES = {"python": IMAGE, "node": IMAGE, "java": IMAGE}
Run = Callable[..., ProcessResult]
pytestmark = [
    pytest.mark.usefixtures("engine_sockets_collected"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the SDK's refused connections
]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Yield the address of an engine that has the test's image, or skip with the reason."""
    with engine_or_skip() as (found, client):
        build_language_image(client, IMAGE)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        yield found


@pytest.fixture(scope="module")
def there(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield the world whose scripts run in containers of the test's image; nothing of ours is left at the end."""
    folder = tmp_path_factory.mktemp("in-docker")
    (folder / "home").mkdir()
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    world = replace(
        world, environ={"DOCKER_HOST": host, "HOME": str(folder / "home")}, cache_dir=folder / "cache", state_dir=folder
    )
    with in_containers(world, IMAGES) as there:
        yield there
    with closing(docker.DockerClient(base_url=host, timeout=60)) as client:
        assert client.containers.list(all=True, filters={"label": f"{LABEL}={labels()[LABEL]}"}) == []


@pytest.fixture
def run(there: World) -> Run:
    """Return a function that runs Python code in the container."""
    world = there.of("python")
    assert world.place is not None

    def call(code: str, wall_s: float = 60.0, at_terminal: AtTerminal = AtTerminal(), stdin: bytes = b"") -> ProcessResult:  # noqa: B008
        assert world.place is not None
        argv = ("python3", "-c", code)
        limits = Limits(wall_s=wall_s, idle_s=wall_s)
        request = ExecuteRequest(argv, dict(world.environ), REPOSITORY, limits, at_terminal, stdin, world.place)
        return run_process(request, start_timer(world.clock))

    return call


def test_an_exit_code_and_a_signal_are_told_apart(run: Run) -> None:
    """130 that a program chose is a code, and death by SIGINT is the signal, although the engine calls both 130."""
    assert (run("raise SystemExit(130)").end.exit_code, run("raise SystemExit(0)").end.exit_code) == (130, 0)
    killed = run("import os, signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)").end
    assert (killed.exit_code, killed.signal) == (None, "SIGINT")


def test_both_outputs_come_whole_and_stdin_is_read(run: Run) -> None:
    """Stdout and stderr stay apart, and large output is not cut."""
    done = run("import sys; sys.stderr.write('e'); sys.stdout.write(sys.stdin.read() * 100_000)", stdin=b"ab")
    assert (done.stdout.size_bytes, done.stderr.head) == (200_000, b"e")


_TWO_PIECES = """
import fcntl, struct, termios, time
print("a", flush=True)
while struct.unpack("i", fcntl.ioctl(1, termios.FIONREAD, bytes(4)))[0]:
    time.sleep(0.01)
time.sleep(0.1)
print("b", flush=True)
"""


def test_pieces_come_when_they_are_written(run: Run) -> None:
    """What is written once the first piece has been taken out of the pipe comes as a second one, in that order of time."""
    first, second = run(_TWO_PIECES).stdout.pieces
    assert (first.data, second.data) == (b"a\n", b"b\n")
    assert second.at_s > first.at_s


def test_ctrl_c_reaches_it(run: Run) -> None:
    """A signal goes to the program itself, which ends as it would at a terminal."""
    code = "import time\ntry:\n  print('on', flush=True)\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  raise SystemExit(7)"
    end = run(code, at_terminal=AtTerminal(interrupt_after_bytes=2)).end
    assert (end.exit_code, end.limit) == (7, None)


def test_a_reader_that_leaves_breaks_the_pipe(run: Run) -> None:
    """A program whose reader has left gets EPIPE, as behind `| head`."""
    code = "import sys\nwhile True:\n  sys.stdout.write('x' * 65536); sys.stdout.flush()"
    done = run(code, at_terminal=AtTerminal(stdout_closes_after_bytes=10))
    assert b"BrokenPipeError" in done.stderr.head
    assert done.end.limit is None


def test_a_limit_ends_it(run: Run) -> None:
    """What does not end by itself is ended, with the reason."""
    end = run("import time; time.sleep(60)", wall_s=1.0).end
    assert (end.limit, end.stopped_by) == ("wall", "SIGINT")


def test_what_it_leaves_running_is_told_and_ended(run: Run) -> None:
    """A process that outlives the script, in a session of its own, is a leak with its command line, and is gone."""
    code = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'],"
        " stdout=-3, stderr=-3, start_new_session=True)"
    )
    (leak,) = run(code).end.leaks
    assert "time.sleep(300)" in leak.what
    assert leak.stopped


def test_the_examples_cannot_be_changed(run: Run) -> None:
    """The examples are read-only there, and so is the image."""
    for place in (REPOSITORY / "examples" / "new.txt", Path("/new.txt")):
        assert b"Read-only file system" in run(f"open({str(place)!r}, 'w')").stderr.head


def test_an_image_without_the_runtime_is_told(there: World) -> None:
    """A runtime that the image lacks is named, with the image and what to do."""
    found = load_toolchain("node").probe(there.of("node"))
    assert isinstance(found, Missing)
    assert found.reason == (
        f"expected Node.js 18 or newer in the image {IMAGE}, found none; name another image: --image node=NAME"
    )
    found = load_toolchain("java").probe(there.of("java"))
    assert isinstance(found, Missing)
    assert found.reason == f"expected JDK 21 or newer in the image {IMAGE}, found none; name another image: --image java=NAME"


def test_the_runtime_of_the_image_is_used(there: World) -> None:
    """The interpreter is that of the image, looked for on its PATH."""
    found = load_toolchain("python").probe(there.of("python"))
    assert isinstance(found, Runtime)
    assert found.origin == f"the image {IMAGE}"


def test_an_image_that_is_nowhere_is_told(there: World) -> None:
    """Offline, an image that is not here is one sentence with a hint."""
    world = replace(there, offline=True, elsewhere={})
    with in_containers(world, {"python": "127.0.0.1:9/nothing:1"}) as nowhere, pytest.raises(GatewayError) as caught:
        nowhere.of("python")
    assert "and --offline forbids to pull it; pull it first: docker pull" in str(caught.value)


@pytest.fixture(scope="module")
def languages_image(host: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of an image with the runtimes of all languages, or skip where this machine has no JDK to make it of."""
    folder = tmp_path_factory.mktemp("image")
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    java = load_toolchain("java").probe(world)
    if isinstance(java, Missing):
        pytest.skip(f"not run: {java.reason}")
    node = provision(world, print)
    name = "dvara-examples-test/all-languages:1"
    with closing(docker.DockerClient(base_url=host, version="1.41", timeout=300)) as client:
        build_languages_image(client, name, node.node, node.npm.parents[1], java.executable.parents[1], folder)
    return name


MANIFEST = """
version: 1
images: {{python: "{image}", node: "{image}", java: "{image}"}}
examples:
  - id: wire
    title: The packages of each language are installed inside
    answers: [An answer in some words.]
    packages: {{python: [openai], node: [openai]}}
    limits: {{wall_s: 150, idle_s: 150}}
    expect: {{exit: 0, ends: done, prints_the_stream: true, requests: 1}}
    variants: {{python: stream_basic.py, node: stream-basic.mjs, java: StreamWire.java}}
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_languages_run_where_this_machine_has_none(tool: Tool, host: str, languages_image: str, tmp_path: Path) -> None:
    """`setup` and `run --in docker` take the images of the manifest, and look for no other runtimes."""
    for name in ("python/stream_basic.py", "node/stream-basic.mjs", "java/StreamWire.java"):
        shutil.copy(REPOSITORY / "examples" / name, tmp_path)
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(MANIFEST.format(image=languages_image), "utf-8")
    (tmp_path / "home").mkdir()
    env = {
        "DOCKER_HOST": host,
        "HOME": str(tmp_path / "home"),
        "DVARA_EXAMPLES_CACHE": str(tmp_path / "cache"),
        "PATH": "/nowhere",
        "JAVA_HOME": "",
        "DVARA_EXAMPLES_JDK_FOLDERS": "",
    }
    where = ("--manifest", str(manifest), "--in", "docker")
    made = tool("setup", *where, env=env, timeout_s=500)
    assert made.code == 0, made.stdout + made.stderr
    ran = tool("run", "all", *where, "--offline", env=env)
    expected = {"wire[python]": "passed", "wire[node]": "passed", "wire[java]": "passed"}
    assert ran.outcomes == expected, ran.stdout + ran.stderr


GREEDY = "held = [b'x' * 1_000_000 for _ in range(400)]\n"


def test_a_container_that_runs_out_of_memory_is_not_blamed_on_the_script(tool: Tool, host: str, tmp_path: Path) -> None:
    """With ``--memory`` a script that takes more is killed, and the run is an error with that reason."""
    with closing(docker.DockerClient(base_url=host, version="1.41", timeout=60)) as client:
        if not client.info()["MemoryLimit"]:
            pytest.skip("not run, as this container engine cannot limit memory")
    (tmp_path / "greedy.py").write_text(GREEDY, "utf-8")
    manifest = tmp_path / "manifest.yaml"
    example = "{id: greedy, title: Greedy, packages: {python: []}, expect: {exit: 0}, variants: {python: greedy.py}}"
    manifest.write_text(f"version: 1\nexamples: [{example}]\n", "utf-8")
    (tmp_path / "home").mkdir()
    env = {"DOCKER_HOST": host, "HOME": str(tmp_path / "home"), "DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    asked = ("--manifest", str(manifest), "--in", "docker", "--image", f"python={IMAGE}", "--memory", "64m")
    ran = tool("run", "all", *asked, env=env)
    assert ran.outcomes == {"greedy[python]": "errored"}, ran.stdout + ran.stderr
    limit = "67 MB, which all runs of a language share"
    assert f"the image {IMAGE} ran out of memory ({limit}); raise --memory, or lower --jobs" in ran.reasons["greedy[python]"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "all", "--image", "python=x"], "--image names an image for containers; add --in docker"),
        (["run", "all", "--memory", "1g"], "--memory limits containers; add --in docker"),
        (
            ["plan", "all", "--in", "docker", "--memory", "much"],
            "expected a size of 64m or more, such as 512m, found 'much'",
        ),
        (["plan", "all", "--in", "docker", "--memory", "63m"], "expected a size of 64m or more, such as 512m, found '63m'"),
        (["setup", "--lock", "--in", "docker"], "--lock writes next to the examples, which containers cannot do; leave out --in"),
    ],
)
def test_options_that_would_do_nothing_are_refused(tool: Tool, words: list[str], told: str) -> None:
    """What would silently do nothing is a usage error."""
    ran = tool(*words)
    assert ran.code == 2
    assert told in " ".join(ran.stderr.split())
