"""Folders that are built once and used by every later run: environments, package folders, compiled classes.

    <cache_dir>/v1/<kind>/<key>/lock          held by the process that builds; contains its id, for those that wait
    <cache_dir>/v1/<kind>/<key>/complete      written last; names the complete folder next to it
    <cache_dir>/v1/<kind>/<key>/<attempt>/    what was built, in its final place, as a virtual environment cannot be moved
    <cache_dir>/v1/downloads/<tool>/          the package managers' own caches

Every attempt has its own folder: a package manager that outlives its killed parent goes on writing, and must
not write into the folder of the run that came after it.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from dvara_examples.core.disk import kept_from_running, take_lock
from dvara_examples.core.errors import Diagnosis, ToolchainError
from dvara_examples.core.world import World
from dvara_examples.records.hints import FULL, disk_refused

LAYOUT = "v1"
"""Changes whenever a folder of an older release could be misread; releases with different numbers share nothing."""
WAIT_LIMIT_S = 900.0
"""How long to wait for another process that builds the same folder; a first download over a slow line takes minutes."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9._+-]*")


def cached_folder(
    world: World, kind: str, key: str, build: Callable[[Path], None], *, wait_limit_s: float = WAIT_LIMIT_S
) -> Path:
    """Return the folder that *build* filled for *kind* and *key*, building it if no complete one exists.

    *build* gets an empty folder and leaves it complete or raises; whatever it raises is passed on, an OSError as
    a ToolchainError, and the attempt is removed. Of several processes or threads one builds and the others wait.
    A complete folder is found without a lock, so that a read-only cache works; if the cache folder cannot be
    written, or is mounted without execute permission, the state folder is used instead.

    Raises ToolchainError if nothing can be written, the disk is full, or another process builds for longer
    than *wait_limit_s* seconds.
    """
    for name in (kind, key):
        if not _PLAIN_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a folder of the cache")
    slots = [base / LAYOUT / kind / key for base in (world.cache_dir, world.state_dir / "cache")]
    refusals = [f"{slot} is on a file system that lets nothing be executed (noexec)" for slot in slots if kept_from_running(slot)]
    slots = [slot for slot in slots if not kept_from_running(slot)]
    for slot in slots:
        if (found := _complete(slot)) is not None:
            return found
    for slot in slots:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(_locked(slot, wait_limit_s, world))
            except OSError as error:
                refusals.append(_refusal(slot, error).cause)
                continue
            return _complete(slot) or _build(slot, build)
    raise ToolchainError(
        f"nothing can be cached for {kind}: {' and '.join(refusals)}", "name another folder in DVARA_EXAMPLES_CACHE"
    )


def kept_folder(world: World, kind: str, key: str) -> Path | None:
    """Return the complete folder for *kind* and *key*, or None if it would have to be built; changes nothing."""
    bases = (base for base in (world.cache_dir, world.state_dir / "cache") if not kept_from_running(base))
    found = (_complete(base / LAYOUT / kind / key) for base in bases)
    return next((folder for folder in found if folder is not None), None)


def downloads_folder(folder: Path, tool: str) -> Path:
    """Return where *tool* keeps its downloads in the cache that holds *folder*, a folder that :func:`cached_folder` made."""
    return folder.parents[2] / "downloads" / tool


def _complete(slot: Path) -> Path | None:
    """Return the finished folder of *slot*, or None if there is none."""
    try:
        name = (slot / "complete").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = slot / name
    return folder if _PLAIN_NAME.fullmatch(name) and folder.is_dir() else None


@contextlib.contextmanager
def _locked(slot: Path, limit_s: float, world: World) -> Iterator[None]:
    """Hold the lock of *slot*, creating the folder first; the kernel releases it when the holder dies."""
    slot.mkdir(parents=True, exist_ok=True)
    with (slot / "lock").open("a+", encoding="utf-8") as lock:
        if not take_lock(lock, limit_s, world.stop):
            raise ToolchainError("interrupted while it was prepared") if world.stop.is_set() else _waited_in_vain(slot, limit_s)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _build(slot: Path, build: Callable[[Path], None]) -> Path:
    """Remove earlier attempts from *slot*, build again and mark the result; the caller holds the lock."""
    try:
        for leftover in slot.iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
        folder = slot / os.urandom(4).hex()
        folder.mkdir()
        try:
            build(folder)
            _mark(slot, folder.name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise ToolchainError(_refusal(slot, error)) from error
    return folder


def _mark(slot: Path, name: str) -> None:
    """Write the marker that makes the folder *name* valid; it is on the disk before it gets its final name."""
    draft = slot / "complete.draft"
    with draft.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(slot / "complete")


def _refusal(slot: Path, error: OSError) -> Diagnosis:
    """Say in one clause why *slot* cannot be filled."""
    if error.errno in FULL:
        return disk_refused(slot, error)
    return Diagnosis(f"{error.filename or slot} cannot be used ({error.strerror or error})", "")


def _waited_in_vain(slot: Path, limit_s: float) -> ToolchainError:
    """Say who holds the lock of *slot*."""
    holder = (slot / "lock").read_text("utf-8", errors="replace").strip() or "unknown"
    cause = f"process {holder} has been preparing {slot} for more than {limit_s:g} s"
    return ToolchainError(cause, "wait until it finishes, or stop it, then run again")
