"""Nothing hangs, nothing is left behind, nothing is half-written."""

import json
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from dvara_examples.records.transcript_file import read_transcript
from tests.integration.conftest import COMMAND, Tool, clean_environment

SLEEPER = """
import os, signal, subprocess, sys, urllib.request
signal.signal(signal.SIGINT, signal.SIG_DFL)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)  # MARK"], stderr=subprocess.DEVNULL)
print("started", os.getpid(), flush=True)
body = b'{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "hi"}]}'
headers = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}
request = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", body, headers)
print(urllib.request.urlopen(request).read())
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one's own: a quick example, and one that a silent gateway keeps waiting for ever."""
    folder = tmp_path / "repository"
    (folder / "examples" / "python").mkdir(parents=True)
    (folder / "examples" / "python" / "quick.py").write_text('print("quick")\n')
    (folder / "examples" / "python" / "silent.py").write_text(SLEEPER.replace("MARK", folder.as_posix()))
    (folder / "examples" / "manifest.yaml").write_text(
        "version: 1\n"
        "examples:\n"
        "  - {id: quick, title: ends at once, expect: {exit: 0}, variants: {python: python/quick.py}}\n"
        "  - id: silent\n"
        "    title: never gets an answer\n"
        "    needs: [scripted]\n"
        "    answers: [{hang: true}]\n"
        "    limits: {wall_s: 120, idle_s: 2}\n"
        "    expect: {exit: 0}\n"
        "    variants: {python: python/silent.py}\n"
    )
    return folder


def test_a_gateway_that_never_answers_ends_within_the_limit(tool: Tool, repository: Path) -> None:
    """The idle limit ends the run, the finding names it, the wire shows a stall, and no process stays."""
    ran = tool("run", "all", cwd=repository)
    assert ran.code == 1
    assert ran.outcomes == {"quick[python]": "passed", "silent[python]": "failed"}
    transcript = read_transcript(ran.run_folder / "silent.python.jsonl")
    assert transcript.process.limit == "idle"
    assert transcript.last_exchange is not None
    assert transcript.last_exchange.ending == "stalled"
    assert (transcript.last_exchange.error or "").startswith("the run was stopped at its idle limit before the response was")
    assert _left_behind(repository) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_session_keeps_what_there_is(repository: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Exit 130, the finished run stays passed, every file can be read, and no process stays."""
    state = tmp_path / "state"
    process = subprocess.Popen(
        [COMMAND, "run", "all", "--verbose"],
        cwd=repository,
        env=clean_environment(DVARA_EXAMPLES_STATE=str(state), PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if "started" in line and any("passed" in earlier for earlier in seen):
            break
        if "passed" in line and any("started" in earlier for earlier in seen):
            break
    process.send_signal(number)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130, "".join(seen) + rest
    assert "interrupted" in rest
    assert "Traceback" not in rest
    (folder,) = (path.parent for path in (state / "runs").glob("*/run.json"))
    summary = json.loads((folder / "run.json").read_text("utf-8"))
    assert {run["id"]: run["outcome"] for run in summary["runs"]} == {"quick[python]": "passed", "silent[python]": "errored"}
    assert summary["finished"] is False
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    for path in folder.glob("*.jsonl"):
        read_transcript(path)
    assert _left_behind(repository) == []


def test_a_child_that_is_killed_is_an_outcome(tool: Tool, repository: Path) -> None:
    """An example that dies by a signal fails with the signal's name."""
    (repository / "examples" / "python" / "quick.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n")
    ran = tool("run", "quick", cwd=repository)
    assert ran.code == 1
    assert "SIGKILL" in ran.stdout


def _left_behind(repository: Path) -> list[str]:
    """Return the command lines of processes that belong to *repository*, after waiting a little for the last to go."""
    deadline_s = time.monotonic() + 5
    while True:
        left = [
            " ".join(process.info["cmdline"] or ())
            for process in psutil.process_iter(["cmdline"])
            if repository.as_posix() in " ".join(process.info["cmdline"] or ())
        ]
        if not left or time.monotonic() > deadline_s:
            return left
        time.sleep(0.05)
