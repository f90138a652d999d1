"""Leaves a daemon behind: forked twice, in a session of its own, its pipes closed. Its pid goes to the file named first."""

import os
import sys
import time
from pathlib import Path

told, tell = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    Path(sys.argv[1]).write_text(str(os.getpid()))
    os.write(tell, b"x")
    time.sleep(60)
os.wait()
os.read(told, 1)
