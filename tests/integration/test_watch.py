"""`run --watch`, with files that are really saved; nothing is waited for but what the command writes."""

import os
import pty
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.conftest import COMMAND, clean_environment

DEADLINE_S = 60.0
IDLE = "watching "
MANIFEST = """version: 1
examples:
  - {id: a, title: A, expect: {exit: 0, stdout: {contains: well}}, variants: {python: a.py}}
  - {id: b, title: B, expect: {exit: 0, stdout: {contains: well}}, variants: {python: b.py}}
"""
WELL, ILL = 'print("well")\n', 'print("ill")\n'
SLEEPER = 'import time\nprint("sleeping", flush=True)\ntime.sleep(300)  # MARK\n'


class Watched:
    """A command that goes on, and what it has written so far."""

    def __init__(self, project: Path, state: Path, *args: str, terminal: bool = False) -> None:
        self.text = ""
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._mark = 0
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            [COMMAND, "run", *args, "--watch", "--manifest", str(project / "manifest.yaml")],
            cwd=project,
            env=clean_environment(DVARA_EXAMPLES_STATE=str(state), PYTHONUNBUFFERED="1", TERM="xterm"),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        threading.Thread(target=self._read, args=(ours,), name="reader", daemon=True).start()

    def _read(self, descriptor: int) -> None:
        while True:
            try:
                data = os.read(descriptor, 65_536)
            except OSError:  # a terminal that everybody has left
                data = b""
            self._lines.put(data)
            if not data:
                os.close(descriptor)
                return

    def until(self, told: str) -> str:
        """Wait until *told* is written, and return all that was written since the last call."""
        deadline_s = time.monotonic() + DEADLINE_S
        while (found := self.text.find(told, self._mark)) < 0:
            left_s = deadline_s - time.monotonic()
            assert left_s > 0, f"{told!r} did not come in\n{self.text[self._mark :]}"
            try:
                data = self._lines.get(timeout=left_s)
            except queue.Empty:
                continue
            assert data, f"it ended before {told!r} in\n{self.text[self._mark :]}"
            self.text += data.decode()
        since, self._mark = self.text[self._mark : found + len(told)], found + len(told)
        return since

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Interrupt it, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


Watch = Callable[..., Watched]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two examples that are well."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "a.py").write_text(WELL)
    (folder / "b.py").write_text(WELL)
    (folder / "manifest.yaml").write_text(MANIFEST)
    return folder


@pytest.fixture
def watch(project: Path, tmp_path: Path) -> Iterator[Watch]:
    """Return a function that starts `run … --watch` in the project."""
    started: list[Watched] = []

    def start(*args: str, terminal: bool = False) -> Watched:
        started.append(Watched(project, tmp_path / "state", *args, terminal=terminal))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait(DEADLINE_S)


def ran(text: str) -> list[str]:
    """Return the lines of runs in *text*: outcome and id."""
    return [" ".join(found) for found in re.findall(r"^ +(passed|FAILED|ERRORED) +(\S+)", text, re.MULTILINE)]


def save(path: Path, text: str) -> None:
    """Save as editors do: write next to it, and put it in place."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text)
    beside.replace(path)


def test_a_saved_script_is_run_again_and_nothing_else(watch: Watch, project: Path) -> None:
    """First all, then what each save concerns; a page concerns nobody, and Ctrl-C is a regular end."""
    command = watch("all")
    assert ran(command.until(IDLE)) == ["passed a[python]", "passed b[python]"]
    (project / "README.md").write_text("a page")
    save(project / "b.py", ILL)
    told = command.until(IDLE)
    assert (ran(told), "saved: b.py" in told, "README" in told) == (["FAILED b[python]"], True, False)
    (project / "b.py").write_text(WELL)
    assert ran(command.until(IDLE)) == ["passed b[python]"]
    assert command.end() == 0
    assert "\x1b" not in command.text


def test_a_helper_is_run_with_all_that_may_use_it(watch: Watch, project: Path) -> None:
    """A new file in the language of the scripts next to it concerns them."""
    command = watch("all")
    command.until(IDLE)
    save(project / "_helper.py", "")
    assert ran(command.until(IDLE)) == ["passed a[python]", "passed b[python]"]
    assert command.end(signal.SIGTERM) == 0


def test_a_broken_manifest_is_told_and_waited_for(watch: Watch, project: Path) -> None:
    """The problem is told with its place; once it is mended, what is new is run."""
    command = watch("all")
    command.until(IDLE)
    save(project / "manifest.yaml", MANIFEST.replace("title: B", "tilte: B"))
    assert "did you mean 'title'?" in command.until("waiting until the manifest is fixed")
    save(project / "manifest.yaml", MANIFEST)
    assert ran(command.until("says nothing new of what is selected")) == []
    save(project / "manifest.yaml", MANIFEST.replace("title: B, expect: {exit: 0", "title: B, expect: {exit: 3"))
    assert ran(command.until("stored in")) == ["FAILED b[python]"]
    assert command.end() == 0


def test_a_manifest_that_is_broken_from_the_start_is_waited_for(watch: Watch, project: Path) -> None:
    """Nothing runs until it can be read."""
    (project / "manifest.yaml").write_text(MANIFEST.replace("id: a", "id: A"))
    command = watch("all")
    assert ran(command.until("waiting until the manifest is fixed")) == []
    save(project / "manifest.yaml", MANIFEST)
    assert ran(command.until(IDLE)) == ["passed a[python]", "passed b[python]"]
    assert command.end() == 0


def test_a_save_ends_a_session_that_it_concerns_and_begins_it_anew(watch: Watch, project: Path) -> None:
    """What hangs is ended, no process stays, and the new content is run; what was not reached comes too."""
    (project / "a.py").write_text(SLEEPER.replace("MARK", project.as_posix()))
    command = watch("all", "--verbose", "--jobs", "1")
    command.until("sleeping")
    save(project / "a.py", WELL)
    assert "interrupted; what had ended is kept" in command.until("saved: a.py")
    assert ran(command.until(IDLE)) == ["passed a[python]", "passed b[python]"]
    assert _left_behind(project) == []
    assert command.end() == 0


def test_ctrl_c_ends_a_session_under_way(watch: Watch, project: Path) -> None:
    """Children are stopped, and the exit code is 0 all the same."""
    (project / "a.py").write_text(SLEEPER.replace("MARK", project.as_posix()))
    command = watch("a", "--verbose")
    command.until("sleeping")
    assert command.end() == 0
    assert _left_behind(project) == []


def test_the_screen_is_cleared_on_a_terminal_alone(watch: Watch, project: Path) -> None:
    """Before each further session, and never in a pipe."""
    command = watch("a", terminal=True)
    assert "\x1b[2J" not in command.until(IDLE)
    save(project / "a.py", ILL)
    assert "\x1b[2J\x1b[H" in command.until("saved: a.py")
    command.until(IDLE)
    assert command.end() == 0


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("c",), 2, "unknown example 'c'"),
        (("all", "-E", "none()"), 4, "nothing is left to run"),
        (("all", "--shard", "1/2"), 2, "--watch selects by saved files"),
        (("--last-failed",), 2, "--watch selects by saved files"),
    ],
)
def test_a_mistake_on_the_command_line_is_not_waited_for(project: Path, args: tuple[str, ...], code: int, told: str) -> None:
    """No file that is saved could mend it."""
    line = [COMMAND, "run", *args, "--watch", "--manifest", str(project / "manifest.yaml")]
    done = subprocess.run(line, env=clean_environment(), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def _left_behind(project: Path) -> list[int]:
    """Return the ids of processes that still run a script of *project*, after waiting a little for the last to go."""
    deadline_s = time.monotonic() + 5
    while True:
        left = [p.pid for p in psutil.process_iter(["cmdline"]) if str(project / "a.py") in (p.info["cmdline"] or ())]
        if not left or time.monotonic() > deadline_s:
            return left
        time.sleep(0.05)
