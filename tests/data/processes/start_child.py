"""Starts a child in a session of its own that ignores SIGINT, prints the child's pid, and waits for it."""

import signal
import subprocess
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited by the child
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
signal.signal(signal.SIGINT, signal.default_int_handler)
print(child.pid, flush=True)
try:
    child.wait()
except KeyboardInterrupt:
    sys.exit(130)
