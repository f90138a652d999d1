"""``dvara-examples setup`` and ``run --offline``: what was prepared runs on this machine alone, and nothing else is asked for."""

import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.conftest import COMMAND, REPOSITORY, Ran, Tool, clean_environment
from tests.integration.namespaces import without_network

pytestmark = pytest.mark.slow

LIMIT_S = 150
SETTINGS = """<settings>
  <mirrors><mirror><id>counted</id><mirrorOf>*</mirrorOf><url>{url}</url></mirror></mirrors>
</settings>"""


@contextmanager
def counted_server() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server that hangs up on everybody, and the list of those who came."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    client, address = listener.accept()
                except OSError:
                    return
                with client:
                    callers.append(f"{address}: {client.recv(200)!r}")

        thread = threading.Thread(target=accept, name="counted-server")
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", callers
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def everything_leads_to(url: str, tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty cache, in which every package manager would go to *url*."""
    home = tmp_path / "home"
    (home / ".m2").mkdir(parents=True)
    (home / ".m2" / "settings.xml").write_text(SETTINGS.format(url=url))
    asked = {"UV_DEFAULT_INDEX": f"{url}/simple", "npm_config_registry": url, "HTTPS_PROXY": url, "HTTP_PROXY": url}
    built_in = {"DVARA_EXAMPLES_JAVA_LAUNCHER": "built-in", "npm_config_fetch_retries": "0", "UV_HTTP_RETRIES": "0"}
    return {**asked, **built_in, "HOME": str(home), "DVARA_EXAMPLES_CACHE": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1"}


def test_what_is_prepared_runs_without_a_network(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """After ``setup``, ``run --offline`` passes in every language on a machine whose only network is loopback."""
    here = [language for language in ("python", "node", "java") if language in languages]
    narrowed = [word for language in here for word in ("--language", language)]
    made = tool("setup", *narrowed)
    assert made.code == 0, made.stdout + made.stderr
    lists = {"python": "examples/python/requirements.txt", "node": "examples/node/package.json"}  # of Java there is but one
    for language in (language for language in here if language in lists):
        assert re.search(rf"^ +[\d.]+ MB  .*{re.escape(lists[language])}$", made.stdout, re.MULTILINE), made.stdout
    again = tool("setup", "stream-basic", *narrowed)
    assert [line.split()[0] for line in again.stdout.splitlines()] == here
    assert all("1 script ready  from the cache" in line for line in again.stdout.splitlines()), again.stdout
    state = tmp_path / "offline"
    done = subprocess.run(
        without_network(COMMAND, "run", "stream-basic", *narrowed, "--offline", "--missing-toolchain", "error"),
        env=clean_environment(DVARA_EXAMPLES_STATE=str(state)),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout, done.stderr, state)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.outcomes == {f"stream-basic[{language}]": "passed" for language in here}


@pytest.mark.parametrize("deps", ["locked", "latest"])
def test_what_is_not_prepared_is_refused_and_nobody_is_asked(
    tool: Tool, tmp_path: Path, languages: tuple[str, ...], deps: str
) -> None:
    """With an empty cache each language names the ``setup`` that it lacks, and no package index gets a single connection."""
    more = "" if deps == "locked" else " --deps latest"
    with counted_server() as (url, callers):
        environ = everything_leads_to(url, tmp_path)
        ran = tool("run", "stream-basic", "--offline", "--deps", deps, "--missing-toolchain", "error", env=environ)
        assert callers == []
    assert ran.code == 3, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"errored"}
    for language in languages:
        reason = ran.reasons[f"stream-basic[{language}]"]
        assert "--offline forbids the download of " in reason
        assert f"run `dvara-examples setup --language {language}" in reason
    if shutil.which("node"):  # else the sentence is about a Node.js that would have to be fetched
        named = f"run `dvara-examples setup --language node{more}` with network access"
        assert named in ran.reasons["stream-basic[node]"]


def test_a_node_that_would_have_to_be_fetched(tool: Tool, tmp_path: Path) -> None:
    """Without a Node.js on PATH and in the cache, an offline run asks nobody for one either."""
    (tmp_path / "bin").mkdir()
    with counted_server() as (url, callers):
        environ = everything_leads_to(url, tmp_path) | {"PATH": str(tmp_path / "bin")}
        ran = tool("run", "stream-basic[node]", "--offline", env=environ)
        assert callers == []
    assert "no Node.js of this machine fits (none on PATH)" in ran.reasons["stream-basic[node]"]
    assert "run `dvara-examples setup --language node`" in ran.reasons["stream-basic[node]"]


def test_the_counted_server_would_notice(tool: Tool, tmp_path: Path) -> None:
    """The same run without ``--offline`` does go to the index: the test before this one can fail."""
    with counted_server() as (url, callers):
        ran = tool("run", "stream-basic[python]", env=everything_leads_to(url, tmp_path))
        assert callers
    assert ran.code == 3


def test_offline_and_a_gateway_elsewhere(tool: Tool) -> None:
    """A gateway on another machine is refused before its name is looked up; one on this machine is not refused for it."""
    there = tool("run", "stream-basic[python]", "--offline", env={"DVARA_URL": "https://gw.example.com", "DVARA_API_KEY": "gw_x"})
    assert there.code == 3
    assert there.stderr == (
        "error: the gateway at https://gw.example.com/v1 is on another machine, and --offline keeps this run on its own\n"
        "hint: remove --offline, or use --gateway embedded\n"
    )
    here = tool("run", "stream-basic[python]", "--offline", env={"DVARA_URL": "http://127.0.0.1:1", "DVARA_API_KEY": "gw_x"})
    assert "nothing listens at http://127.0.0.1:1/v1" in here.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_setup_goes_on_after_it_was_stopped(tool: Tool, tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Stopped while it fetches, by Ctrl-C or hard, the same command again brings it to its end."""
    environ = {"DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    child = subprocess.Popen(
        [COMMAND, "setup", "stream-basic", "--language", "python"],
        env=clean_environment(DVARA_EXAMPLES_STATE=str(tmp_path / "state"), **environ),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stderr is not None
        assert "installing the packages" in child.stderr.readline()
        child.send_signal(number)
        said, _ = child.communicate(timeout=LIMIT_S)
    finally:
        child.kill()
        child.wait(timeout=10)
    assert child.returncode == code
    if number is signal.SIGINT:
        assert "run the same command again to continue" in said
    again = tool("setup", "stream-basic", "--language", "python", env=environ)
    assert again.code == 0, again.stdout + again.stderr
    assert "1 script ready  fetched and built" in again.stdout
    assert tool("run", "stream-basic[python]", "--offline", env=environ).code == 0


def test_setup_says_what_could_not_be_made_ready(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """A script that does not build is told in the builder's words, the others are ready, and the exit code is 3."""
    if "java" not in languages:
        pytest.skip("no JDK here that could refuse a script")
    (tmp_path / "Broken.java").write_text("class Broken { nonsense }\n")
    (tmp_path / "hello.py").write_text("print('hello')\n")
    entry = "{id: hello, title: Hello, expect: {exit: 0}, variants: {python: hello.py, java: Broken.java}}"
    (tmp_path / "manifest.yaml").write_text(f"version: 1\nexamples:\n  - {entry}\n")
    ran = tool("setup", "--manifest", str(tmp_path / "manifest.yaml"))
    assert ran.code == 3
    assert "python" in ran.stdout
    assert "1 script ready" in ran.stdout
    assert "Broken.java does not compile" in ran.stdout


def test_setup_without_a_runtime(tool: Tool, tmp_path: Path) -> None:
    """A language whose runtime is missing is left out at a desk, with what to install, and is an error on CI."""
    hidden = {"PATH": str(tmp_path), "DVARA_EXAMPLES_JDK_FOLDERS": "", "JAVA_HOME": "", "HOME": str(tmp_path)}
    desk = tool("setup", "stream-basic[java]", env=hidden)
    assert desk.code == 0
    assert "left out: no runtime fits" in desk.stdout
    assert "sdk install java" in desk.stdout
    assert tool("setup", "stream-basic[java]", env={**hidden, "CI": "true"}).code == 3
