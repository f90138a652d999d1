"""Exits with 128 + N on the signal named by the argument; ignores the others of the stop ladder's first two."""

import signal
import sys
import time

for name in ("SIGINT", "SIGTERM"):
    signal.signal(signal.Signals[name], signal.SIG_IGN)
chosen = signal.Signals[sys.argv[1]]
signal.signal(chosen, lambda number, frame: sys.exit(128 + number))
print("ready", flush=True)
time.sleep(60)
