"""Leaves a process behind that holds the pipes and has nothing in common with this one: no session, parent or environment."""

import os
import sys

told, tell = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    # The far end of this pipe closes when the new program is in place.
    os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"], {})
os.close(tell)
os.wait()
os.read(told, 1)
