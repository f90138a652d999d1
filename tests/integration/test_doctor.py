"""``dvara-examples doctor`` on set-ups that are really broken: it finds each one, names the mend, and exits with 3."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.integration.conftest import COMMAND, REPOSITORY, Ran, Tool, clean_environment
from tests.integration.namespaces import with_disk
from tests.tap.proxying import http_proxy
from tests.tap.test_upstream import tls_gateway

KEY = "gw_the_right_key"


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the JSON that ``doctor`` writes."""

    state: str
    text: str
    hint: str


def found(ran: Ran, topic: str) -> Found:
    """Return the check of *topic*, with the texts and mends of its details behind its own."""
    (check,) = [check for check in json.loads(ran.stdout)["checks"] if check["topic"] == topic]
    parts = [check, *check["details"]]
    return Found(check["state"], " | ".join(p["text"] for p in parts), " | ".join(p["hint"] for p in parts if p["hint"]))


@pytest.fixture
def gateway() -> Iterator[EmbeddedServer]:
    """Run a gateway that accepts one key."""
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        yield embedded


def doctor(tool: Tool, **environ: str) -> Ran:
    """Examine this machine with *environ* on top; nothing ever ends in a traceback, and no key is shown."""
    ran = tool("doctor", "--json", env=environ)
    assert "Traceback" not in ran.stderr
    assert KEY not in ran.stdout + ran.stderr
    return ran


def only(tmp_path: Path, **tools: str) -> str:
    """Return a PATH that leads to the system's usual small tools, and to *tools* (name → shell script or path) alone."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "uname"):
        (folder / name).symlink_to(shutil.which(name) or "/bin/false")
    for name, content in tools.items():
        (folder / name).write_text(f"#!/bin/sh\n{content}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_a_machine_that_is_in_order(tool: Tool, languages: tuple[str, ...]) -> None:
    """A token was streamed to its end, and the exit code is 0 where no language lacks its runtime, else 3."""
    ran = doctor(tool)
    assert ran.code == (0 if set(languages) == {"java", "node", "python"} else 3), ran.stdout
    assert "ended: done" in found(ran, "stream").text
    assert "fits" in found(ran, "python").text


def test_people_read_lines(tool: Tool) -> None:
    """Without ``--json`` each check is a line, and the last one sums up."""
    ran = tool("doctor", "--gateway", "embedded")
    assert [line.split()[0] for line in ran.stdout.splitlines() if line and not line.startswith(" ")][:3] == [
        "java",
        "node",
        "python",
    ]
    assert ran.stdout.splitlines()[-1].startswith("all that runs need is here" if ran.code == 0 else "1 problem")


def test_hidden_node(tool: Tool, tmp_path: Path) -> None:
    """Without a Node.js on PATH, and none fetched yet, the command that fetches one is named."""
    ran = doctor(tool, PATH=only(tmp_path), DVARA_EXAMPLES_CACHE=str(tmp_path / "cache"))
    node = found(ran, "node")
    assert node.state == "note"
    assert "none on PATH" in node.text
    assert "dvara-examples setup --language node" in node.hint


def test_node_too_old(tool: Tool, tmp_path: Path) -> None:
    """A Node.js of before the floor is told with its version, the floor and what to install."""
    path = only(tmp_path, node="echo v16.20.2")
    node = found(doctor(tool, PATH=path, DVARA_EXAMPLES_CACHE=str(tmp_path / "cache")), "node")
    assert f"{path}/node reports 'v16.20.2', 18 or newer is needed" in node.text
    assert "install Node.js 18 or newer" in node.hint


def test_no_jdk(tool: Tool, tmp_path: Path) -> None:
    """Without any JDK Java is wrong, and it says how to install one."""
    ran = doctor(tool, PATH=only(tmp_path), DVARA_EXAMPLES_JDK_FOLDERS="", JAVA_HOME="", HOME=str(tmp_path))
    java = found(ran, "java")
    assert (ran.code, java.state) == (3, "wrong")
    assert "none with a javac was found" in java.text
    assert "sdk install java" in java.hint


def test_jdk_too_old(tool: Tool, tmp_path: Path) -> None:
    """A JDK of before the floor is shown with its version and its place, and why it does not fit."""
    home = tmp_path / "jdk-17"
    (home / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        (home / "bin" / name).symlink_to("/bin/false")
    (home / "release").write_text('JAVA_VERSION="17.0.9"\n')
    ran = doctor(tool, PATH=only(tmp_path), DVARA_EXAMPLES_JDK_FOLDERS="", JAVA_HOME=str(home), HOME=str(tmp_path))
    java = found(ran, "java")
    assert (ran.code, java.state) == (3, "wrong")
    assert f"JDK 17.0.9  {home}: passed over, older than 21 (found by JAVA_HOME)" in java.text
    assert "set JAVA_HOME" in java.hint


def test_java_without_a_compiler(tool: Tool, tmp_path: Path) -> None:
    """A Java that can only run is told from none at all."""
    path = only(tmp_path, java="true")
    java = found(doctor(tool, PATH=path, DVARA_EXAMPLES_JDK_FOLDERS="", JAVA_HOME="", HOME=str(tmp_path)), "java")
    assert "there is no javac next to it" in java.text


def test_a_python_that_is_not_there(tool: Tool) -> None:
    """An interpreter that the environment names, but that is nowhere, is told with the variable."""
    ran = doctor(tool, DVARA_EXAMPLES_PYTHON="python3.99")
    python = found(ran, "python")
    assert (ran.code, python.state) == (3, "wrong")
    assert "DVARA_EXAMPLES_PYTHON is 'python3.99'" in python.text
    assert "unset DVARA_EXAMPLES_PYTHON" in python.hint


def test_a_python_below_the_floor(tool: Tool, tmp_path: Path) -> None:
    """An interpreter that is too old is told with its version and the floor."""
    path = only(tmp_path, python3="echo 3.8.10")
    ran = doctor(tool, DVARA_EXAMPLES_PYTHON=f"{path}/python3")
    assert (ran.code, found(ran, "python").state) == (3, "wrong")
    assert "is Python 3.8.10" in found(ran, "python").text
    assert "3.10 or newer" in found(ran, "python").hint


def test_the_python_of_the_floor_is_optional(tool: Tool, tmp_path: Path) -> None:
    """Without a Python 3.10 all works; how to have one for a try is told all the same."""
    python = found(doctor(tool, PATH=only(tmp_path)), "python")
    assert python.state == "ok"
    assert "uv python install 3.10" in python.hint


def test_wrong_key(tool: Tool, gateway: EmbeddedServer) -> None:
    """401: the address is right, and the key is what has to be set."""
    ran = doctor(tool, DVARA_URL=gateway.base_url, DVARA_API_KEY="gw_wrong")
    assert (ran.code, found(ran, "key").state) == (3, "wrong")
    assert "(401: Invalid API key)" in found(ran, "key").text
    assert "export DVARA_API_KEY=gw_" in found(ran, "key").hint


def test_no_key(tool: Tool, gateway: EmbeddedServer) -> None:
    """A gateway without a key: the variable is named."""
    ran = doctor(tool, DVARA_URL=gateway.base_url)
    assert (ran.code, found(ran, "key").state) == (3, "wrong")
    assert "export DVARA_API_KEY=" in found(ran, "key").hint


def test_closed_port(tool: Tool) -> None:
    """Where nothing listens, that is what it says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ran = doctor(tool, DVARA_URL=f"http://127.0.0.1:{port}", DVARA_API_KEY=KEY)
    assert (ran.code, found(ran, "gateway").state) == (3, "wrong")
    assert f"nothing listens at http://127.0.0.1:{port}/v1" in found(ran, "gateway").text
    assert "start the gateway" in found(ran, "gateway").hint


def test_v1_twice(tool: Tool, gateway: EmbeddedServer) -> None:
    """A doubled prefix is told before anything is sent, with the address that is meant."""
    ran = doctor(tool, DVARA_URL=f"{gateway.base_url}/v1/", DVARA_API_KEY=KEY)
    assert (ran.code, found(ran, "gateway").state) == (3, "wrong")
    assert "DVARA_URL contains /v1/v1" in found(ran, "gateway").text
    assert found(ran, "gateway").hint == f"set it with export DVARA_URL={gateway.base_url}"


def test_doubled_slash(tool: Tool, gateway: EmbeddedServer) -> None:
    """An address with // works here; that it would not everywhere is a note with the clean address."""
    ran = doctor(tool, DVARA_URL=gateway.base_url.replace("/v1", "//v1"), DVARA_API_KEY=KEY)
    assert (found(ran, "address").state, found(ran, "stream").state) == ("note", "ok")
    assert found(ran, "address").hint == f"export DVARA_URL={gateway.base_url}"


def test_unknown_model(tool: Tool, gateway: EmbeddedServer) -> None:
    """400 ``no_provider``: gateway and key are right, and the nearest model that is listed is offered."""
    ran = doctor(tool, DVARA_URL=gateway.base_url, DVARA_API_KEY=KEY, DVARA_MODEL="ggpt-4o")
    assert (ran.code, found(ran, "model").state) == (3, "wrong")
    assert (found(ran, "gateway").state, found(ran, "key").state) == ("ok", "ok")
    assert "no provider for the model 'ggpt-4o'" in found(ran, "model").text
    assert found(ran, "model").hint == "set another with export DVARA_MODEL=gpt-4o"


def test_unknown_authority(tool: Tool) -> None:
    """A certificate that nobody vouches for is refused, and the variable that would vouch for it is named."""
    with tls_gateway() as port:
        ran = doctor(tool, DVARA_URL=f"https://localhost:{port}/v1", DVARA_API_KEY=KEY)
    assert (ran.code, found(ran, "gateway").state) == (3, "wrong")
    assert "no TLS connection" in found(ran, "gateway").text
    assert "SSL_CERT_FILE" in found(ran, "gateway").hint


def test_clear_text_behind_https(tool: Tool, gateway: EmbeddedServer) -> None:
    """A gateway that speaks no TLS is told from one that is not trusted."""
    ran = doctor(tool, DVARA_URL=gateway.base_url.replace("http:", "https:"), DVARA_API_KEY=KEY)
    assert "does not speak TLS" in found(ran, "gateway").text
    assert "try http://" in found(ran, "gateway").hint


@pytest.mark.parametrize(
    ("answer", "text", "hint"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "makes no connection to gw.example.com:80 (403)", "NO_PROXY"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "wants a user name and a password", "before its host"),
    ],
)
def test_a_proxy_that_refuses(tool: Tool, answer: bytes, text: str, hint: str) -> None:
    """The proxy in the way is named with the variable that leads there, and the refusal with its own mend."""
    with http_proxy(1, answer) as proxy:
        ran = doctor(tool, DVARA_URL="http://gw.example.com/v1", DVARA_API_KEY=KEY, http_proxy=proxy.url)
        assert len(proxy.asked) == 1
    assert (ran.code, found(ran, "gateway").state) == (3, "wrong")
    assert text in found(ran, "gateway").text
    assert hint in found(ran, "gateway").hint


def test_a_name_that_does_not_exist(tool: Tool) -> None:
    """A host that no resolver knows is told as such."""
    ran = doctor(tool, DVARA_URL="http://gateway.invalid:8080", DVARA_API_KEY=KEY)
    assert (ran.code, found(ran, "gateway").state) == (3, "wrong")
    assert "is not known to this machine" in found(ran, "gateway").text
    assert found(ran, "gateway").hint == "check the spelling of DVARA_URL"


def mounted(tmp_path: Path, options: str) -> Ran:
    """Examine this machine while the cache lies on a file system of its own, mounted with *options*."""
    folder = tmp_path / "disk"
    folder.mkdir()
    environ = clean_environment(DVARA_EXAMPLES_STATE=str(tmp_path / "state"), DVARA_EXAMPLES_CACHE=str(folder / "cache"))
    words = with_disk(str(folder), options, COMMAND, "doctor", "--json", "--gateway", "embedded")
    done = subprocess.run(words, cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return Ran(done.returncode, done.stdout, done.stderr, tmp_path / "state")


def test_full_disk(tmp_path: Path) -> None:
    """A cache on a disk of a few kilobytes is found to be full, and what to do about it is told."""
    ran = mounted(tmp_path, "size=32k")
    assert (ran.code, found(ran, "cache").state) == (3, "wrong"), ran.stderr
    assert "is full" in found(ran, "cache").text
    assert "free some space" in found(ran, "cache").hint


def test_read_only_cache(tmp_path: Path) -> None:
    """A cache that cannot be written to is a note, as the state folder takes its place; both mends are variables."""
    ran = mounted(tmp_path, "ro")
    assert found(ran, "cache").state == "note", ran.stderr
    assert "takes its place" in found(ran, "cache").text
    assert "DVARA_EXAMPLES_CACHE" in found(ran, "cache").hint


def test_a_cache_where_nothing_can_be_executed(tmp_path: Path) -> None:
    """A noexec mount takes files, and lets neither Node.js nor compiled packages run: the state folder takes its place."""
    ran = mounted(tmp_path, "noexec")
    assert found(ran, "cache").state == "note", ran.stderr
    assert "lets nothing be executed (noexec)" in found(ran, "cache").text
    assert "DVARA_EXAMPLES_CACHE" in found(ran, "cache").hint


def test_a_remote_gateway_is_announced(tool: Tool, gateway: EmbeddedServer) -> None:
    """The one request that may cost money is told before it is sent; to a gateway on this machine it is not."""
    port = int(gateway.base_url.removesuffix("/v1").rpartition(":")[2])
    with http_proxy(port) as proxy:
        ran = doctor(tool, DVARA_URL="http://gw.example.com/v1", DVARA_API_KEY=KEY, http_proxy=proxy.url)
    assert found(ran, "stream").state == "ok"
    assert "sending one short request for gpt-4o to http://gw.example.com/v1, which may cost money" in ran.stderr
    assert f"through the proxy 127.0.0.1:{proxy.port}" in found(ran, "gateway").text
    assert "cost money" not in doctor(tool, DVARA_URL=gateway.base_url, DVARA_API_KEY=KEY).stderr
