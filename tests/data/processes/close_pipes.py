"""Closes both pipes at once, lives on for the seconds named by the argument, and exits with 7."""

import os
import sys
import time

os.close(1)
os.close(2)
time.sleep(float(sys.argv[1]))
os._exit(7)
