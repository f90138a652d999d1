"""Stops processes in steps: each step is more forceful than the one before, and has its own wait."""

import math
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from dvara_examples.process.table import Entry
from dvara_examples.process.tree import ProcessTree
from dvara_examples.records.transcript import Leak

POLL_S = 0.05
"""How often a wait for several processes looks again."""


@dataclass(frozen=True, slots=True)
class StopLadder:
    """How long, in seconds, each step of ending an example may take.

    *interrupt_s*, *terminate_s* and *kill_s* are the waits after SIGINT, SIGTERM and SIGKILL. *grace_s* is how long processes
    that outlive the example may take to end by themselves (*interrupt_s* if all were asked to end just before), and *drain_s* how
    long a pipe may then take to reach its end.
    """

    interrupt_s: float = 2.0
    terminate_s: float = 2.0
    kill_s: float = 2.0
    grace_s: float = 0.3
    drain_s: float = 1.0


def stop_tree(tree: ProcessTree, ladder: StopLadder, ended: Callable[[float], bool]) -> signal.Signals | None:
    """Signal the whole *tree* until its first process ends, and return the last signal that was needed.

    *ended* waits up to a number of seconds for that end. None is returned if it ended before the first signal; if
    it survives even SIGKILL, the caller will notice.
    """
    last = None
    steps = (
        (signal.SIGINT, ladder.interrupt_s),
        (signal.SIGTERM, ladder.terminate_s),
        (signal.SIGKILL, ladder.kill_s),
    )
    for number, wait_s in steps:
        if ended(0):
            break
        last = number
        tree.send(tree.living(), number)
        if ended(wait_s):
            break
    return last


def end_survivors(tree: ProcessTree, ladder: StopLadder, grace_s: float) -> tuple[Leak, ...]:
    """Stop what outlived the first process of *tree*, and return one leak for each that did not end within *grace_s*.

    A leak says whether its process could be stopped: one of another user, or one that hangs in the kernel, lives on.
    """
    leaks: dict[tuple[int, float], Leak] = {}

    def note(entry: Entry) -> None:
        leaks.setdefault(entry.identity, Leak("process", tree.describe(entry), entry.pid))

    if tree.descendants() and not _all_gone(tree, grace_s, lambda _: None):
        for number, wait_s in ((signal.SIGTERM, ladder.terminate_s), (signal.SIGKILL, ladder.kill_s)):

            def press(entry: Entry, number: signal.Signals = number) -> None:
                note(entry)
                tree.send([entry], number)

            if _all_gone(tree, wait_s, press):
                break
    tree.reap()
    living = {entry.identity for entry in tree.descendants()} if leaks else set()
    return tuple(replace(leak, stopped=identity not in living) for identity, leak in leaks.items())


def _all_gone(tree: ProcessTree, wait_s: float, meet: Callable[[Entry], None]) -> bool:
    """Wait until no descendant lives; *meet* is called once with each that is seen, including those that start meanwhile."""
    met = set()
    pause = threading.Event()
    for _ in range(math.ceil(wait_s / POLL_S) + 1):
        living = tree.descendants()
        if not living:
            return True
        for entry in living:
            if entry.identity not in met:
                met.add(entry.identity)
                meet(entry)
        pause.wait(POLL_S)
    return False
