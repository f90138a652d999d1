"""Runs real child processes with limits that are far away, so that a test only sets the one it is about."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.process import ExecuteRequest, ProcessResult, StopLadder, child_environment, run_process
from dvara_examples.records.model import LEFT_ALONE, AtTerminal, Limits

SCRIPTS = Path(__file__).parent.parent / "data" / "processes"
QUICK = StopLadder(interrupt_s=0.5, terminate_s=0.5, kill_s=5.0, grace_s=0.1, drain_s=0.3)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., ProcessResult]:
    """Return a function that runs a command; a script of ``tests/data/processes`` is named by its bare file name."""

    def run(
        *argv: str, wall_s: float = 60.0, idle_s: float = 60.0, at_terminal: AtTerminal = LEFT_ALONE, **options: object
    ) -> ProcessResult:
        if argv[0].endswith(".py"):
            argv = (sys.executable, str(SCRIPTS / argv[0]), *argv[1:])
        environ = {"PATH": os.defpath, **child_environment(os.environ, {})}
        request = ExecuteRequest(argv, environ, tmp_path, Limits(wall_s, idle_s), at_terminal)
        timer = options.pop("timer", None) or start_timer(SystemClock())
        return run_process(request, timer, **{"ladder": QUICK, **options})  # type: ignore[arg-type]

    return run
