"""Runs the process of one example and reports how it ended.

environment.py  what an example inherits from the environment: a short list
child.py        the child in a session of its own, a reader thread per pipe, a thread that waits for its end
output.py       reading and keeping what it writes, within bounds
table.py        the machine's processes; tree.py: those of one run, wherever they went
ladder.py       the steps that end a process, and what outlives it
run.py          the life of one run, from start to :class:`~dvara_examples.records.transcript.ProcessEnd`
"""

from dvara_examples.process.child import ExecuteRequest
from dvara_examples.process.environment import child_environment
from dvara_examples.process.ladder import StopLadder
from dvara_examples.process.run import Cause, ProcessResult, run_process

__all__ = ["Cause", "ExecuteRequest", "ProcessResult", "StopLadder", "child_environment", "run_process"]
