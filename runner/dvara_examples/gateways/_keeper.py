"""Runs one program, and stops it with all its child processes once its own stdin closes; a separate program.

The tool has the other end of that pipe. However the tool ends, even by ``kill -9``, the pipe closes with it, so no
gateway outlives it. Usage: ``python -I _keeper.py GRACE_S ARGV...``; the exit status is the program's, or 128 and its signal.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


def main() -> int:
    """Run the program until it ends or stdin does."""
    grace_s, argv = float(sys.argv[1]), sys.argv[2:]
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        return 126
    threading.Thread(target=_end_with_stdin, args=(child, grace_s), daemon=True).start()
    code = child.wait()
    _signal(child.pid, signal.SIGKILL)  # what it left behind in its group
    return code if code >= 0 else 128 - code


def _end_with_stdin(child: "subprocess.Popen[bytes]", grace_s: float) -> None:
    while os.read(0, 64):
        pass
    _signal(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace_s)
    _signal(child.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    os._exit(main())  # at once: the tool waits for this
