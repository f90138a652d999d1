"""The terminal goes away, or the shell starts things in the background: nothing goes on without anybody."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dvara_examples.records.transcript_file import read_transcript
from tests.integration.conftest import COMMAND, clean_environment
from tests.integration.test_interruption import _left_behind, repository

__all__ = ["repository"]

IN_A_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # the tests themselves may run under nohup
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def test_a_closed_terminal_ends_the_example_and_keeps_what_there_is(repository: Path, tmp_path: Path) -> None:
    """The kernel sends SIGHUP, and nothing can be written any more: the example is stopped all the same."""
    state, (ours, theirs) = tmp_path / "state", pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, COMMAND, "run", "silent", "--verbose"],
        cwd=repository,
        env=clean_environment(DVARA_EXAMPLES_STATE=str(state), PYTHONUNBUFFERED="1", TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    while b"started" not in seen:
        seen += os.read(ours, 4096)
    os.close(ours)
    process.wait(timeout=60)
    assert _left_behind(repository) == []
    (stored,) = (state / "runs").glob("*/silent.python.jsonl")
    assert read_transcript(stored).process.interrupted


@pytest.mark.parametrize("command", [("gateway", "--port", "0"), ("tap", "http://127.0.0.1:1", "--port", "0")])
def test_what_a_shell_started_in_the_background_ends_with_sigint(command: tuple[str, ...]) -> None:
    """A shell without job control lets it ignore SIGINT, and ``kill -INT`` is how scripts end it."""
    ignoring = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", ignoring, COMMAND, *command],
        env=clean_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        while "curl" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode in (0, 130)
