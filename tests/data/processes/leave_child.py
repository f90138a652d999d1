"""Leaves a child behind that holds the pipes; with ``stubborn`` as argument the child also ignores SIGTERM."""

import os
import signal
import sys
import time

told, tell = os.pipe()
if os.fork() == 0:
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(tell, b"x")
    time.sleep(60)
os.read(told, 1)
print(os.getpid(), flush=True)
os._exit(0)
