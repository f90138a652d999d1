"""Starting tools within a limit."""

import os
import re
from pathlib import Path

import psutil
import pytest

from dvara_examples.errors import ToolchainError
from dvara_examples.toolchains._java.tools import run_tool


def test_outputs_exit_code_and_input(tmp_path: Path) -> None:
    """A tool's outputs stay apart, its exit code is kept, and it reads what it is given."""
    answer = run_tool(["sh", "-c", "cat; pwd; echo err >&2; exit 3"], env=os.environ, limit_s=20, cwd=tmp_path, stdin="in\n")
    assert (answer.code, answer.stdout, answer.stderr) == (3, f"in\n{tmp_path}\n", "err\n")


def test_tool_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """A limit ends the whole group: a child that holds the pipes open keeps nobody waiting and does not live on."""
    with pytest.raises(ToolchainError, match=r"did not finish within 0\.5 s and was ended"):
        run_tool(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; wait"], env=os.environ, limit_s=0.5)
    pid = int(re.sub(r"\D", "", (tmp_path / "pid").read_text()))
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_tool_that_is_not_there(tmp_path: Path) -> None:
    """A tool that cannot be started is named with the reason."""
    with pytest.raises(ToolchainError, match=r"nothing cannot be started \(No such file or directory\)"):
        run_tool([str(tmp_path / "nothing")], env={}, limit_s=5)
