"""Starting tools within a limit."""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._tools import run_tool

PATIENCE_S = 20.0


def test_outputs_exit_code_and_input(tmp_path: Path) -> None:
    """A tool's outputs stay apart, its exit code is kept, and it reads what it is given."""
    answer = run_tool(
        ["sh", "-c", "cat; pwd; echo err >&2; exit 3"],
        env=os.environ,
        limit_s=20,
        stop=threading.Event(),
        cwd=tmp_path,
        stdin="in\n",
    )
    assert (answer.code, answer.stdout, answer.stderr) == (3, f"in\n{tmp_path}\n", "err\n")


def ends_soon(pid: int) -> bool:
    """Tell whether the process ends within the time that the system may need to carry out SIGKILL; it sleeps far longer."""
    patience = start_timer(SystemClock())
    while patience() < PATIENCE_S:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)
                continue
        return True
    return False


def test_tool_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """A limit ends the whole group: a child that holds the pipes open keeps nobody waiting and does not live on."""
    with pytest.raises(ToolchainError, match=r"did not finish within 0\.5 s and was ended"):
        run_tool(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; wait"], env=os.environ, limit_s=0.5, stop=threading.Event())
    pid = int(re.sub(r"\D", "", (tmp_path / "pid").read_text()))
    assert ends_soon(pid)


def test_tool_that_is_not_there(tmp_path: Path) -> None:
    """A tool that cannot be started is named with the reason."""
    with pytest.raises(ToolchainError, match=r"nothing cannot be started \(No such file or directory\)"):
        run_tool([str(tmp_path / "nothing")], env={}, limit_s=5, stop=threading.Event())


def test_an_interruption_ends_the_tool_soon(tmp_path: Path) -> None:
    """Once the event is set the tool is ended, long before its limit."""
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(ToolchainError, match="interrupted"):
        run_tool(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], env=os.environ, limit_s=50, stop=stop)
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_input_larger_than_a_pipe_reaches_a_slow_tool_whole() -> None:
    """What does not fit at once is written while the tool reads, also after the first look."""
    text = "x" * 1_000_000
    answer = run_tool(["sh", "-c", "sleep 0.5; cat | wc -c"], env=os.environ, limit_s=50, stop=threading.Event(), stdin=text)
    assert answer.stdout.strip() == "1000000"


_IN_MANY_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from dvara_examples.toolchains._install import find_uv

together = Barrier(20)

def find(_):
    together.wait(30)
    return find_uv()

with ThreadPoolExecutor(20) as pool:
    print(len(set(pool.map(find, range(20)))))
"""


def test_uv_is_found_by_many_threads_at_once() -> None:
    """The first search fills a table of Python's own; nobody meets it half full."""
    for _ in range(5):  # each in a process in which nobody has asked yet
        done = subprocess.run([sys.executable, "-c", _IN_MANY_THREADS], capture_output=True, text=True, timeout=60, check=False)
        assert (done.stdout, done.stderr) == ("1\n", "")
