"""Turns SIGINT, SIGTERM and SIGHUP into a flag that waiting code checks."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[threading.Event]:
    """Let SIGINT, SIGTERM and SIGHUP set *stop*, instead of raising an exception at an arbitrary point.

    SIGHUP means that the terminal is gone; if it is ignored (nohup), it stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in _numbers()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> tuple[signal.Signals, ...]:
    gone = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    return (signal.SIGINT, signal.SIGTERM, *gone)
