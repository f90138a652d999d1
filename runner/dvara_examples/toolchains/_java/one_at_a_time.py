"""A lock on a cache or repository that builds of several runs share: concurrent builds can fail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dvara_examples.core.disk import take_lock
from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Progress

_WAIT_LIMIT_S = 900.0


@contextmanager
def one_at_a_time(tool: str, folders: Sequence[Path], world: World, progress: Progress) -> Iterator[None]:
    """Hold the lock of *tool* in the first of *folders* that can be written. The kernel frees it if we die.

    Raises ToolchainError if another build holds it for too long, or no folder can be written to.
    """
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "dvara-examples.lock").open("a")
            break
        except OSError:
            continue
    else:
        raise ToolchainError(f"none of {', '.join(map(str, folders))} can be written to", "make one of them writable")
    with lock:
        if not take_lock(lock, _WAIT_LIMIT_S, world.stop, lambda: progress(f"waiting for another build with {tool}")):
            if world.stop.is_set():
                raise ToolchainError(f"interrupted while it waited for another build with {tool}")
            raise ToolchainError(
                f"another build with {tool} has locked {lock.name} for {_WAIT_LIMIT_S:g} s", "wait for it, or stop it"
            )
        yield
