"""Becomes a child subreaper, as the init of a container is one, runs the argument's script and prints what is left to reap."""

import ctypes
import json
import os
import sys
from pathlib import Path

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.records.model import Limits
from dvara_examples.process import ExecuteRequest, StopLadder, run_process

PR_SET_CHILD_SUBREAPER = 36
if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    raise OSError(ctypes.get_errno(), "prctl")
request = ExecuteRequest((sys.executable, *sys.argv[1:]), os.environ, Path.cwd(), Limits(30, 30))
result = run_process(request, start_timer(SystemClock()), ladder=StopLadder(grace_s=0.1))
try:
    left = os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    left = None
print(json.dumps({"leaks": [leak.pid for leak in result.end.leaks], "left": left}))
