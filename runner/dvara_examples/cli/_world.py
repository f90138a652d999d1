"""Builds the World from the environment of the process; nothing below the command line reads that."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, ManifestError
from dvara_examples.core.world import World

_MANIFEST = Path("examples", "manifest.yaml")
_HINT = (
    "write one for your scripts with `dvara-examples init`, for one script with `dvara-examples record FILE`, "
    "or for a new example with `dvara-examples new ID`; or add --manifest PATH or --shipped"
)
_PACKAGE = Path(__file__).resolve().parents[1]


def build_world(
    manifest: Path | None = None, *, offline: bool = False, may_be_new: bool = False, start: Path | None = None
) -> World:
    """Build the world; *manifest* is the path that the user named, if any; *offline* forbids network use.

    The manifest is searched for in *start* (default: the current folder) and above. If there is none, it is the file to create
    there if it *may_be_new*, else ManifestError is raised.
    """
    cwd = Path.cwd()
    manifest_path, root = _find_manifest(manifest, cwd, start or cwd, may_be_new=may_be_new)
    elsewhere = root not in (cwd, *cwd.parents)
    return World(
        environ=dict(os.environ),
        cwd=cwd,
        root=root,
        manifest_path=manifest_path,
        cache_dir=_cache_dir(os.environ),
        state_dir=_state_dir(os.environ, root),
        stdout=sys.stdout,
        stderr=sys.stderr,
        cores=_cores(),
        memory_bytes=_memory_bytes(),
        offline=offline,
        shipped=elsewhere and manifest_path == shipped_manifest(),
    )


def _find_manifest(named: Path | None, cwd: Path, start: Path, *, may_be_new: bool) -> tuple[Path, Path]:
    """Return the manifest and the folder that its paths must stay in; the search begins in *start* and goes upwards."""
    if named is not None:
        path = Path(os.path.abspath(cwd / named))  # noqa: PTH100 - resolve() would follow a link out of the folder
        if path == shipped_manifest():
            return path, path.parents[1]
        marked = (folder for folder in path.parents if (folder / ".git").exists() or (folder / "pyproject.toml").exists())
        return path, next(marked, path.parent)
    for root in (start, *start.parents):
        if (root / _MANIFEST).is_file():
            return root / _MANIFEST, root
        if (root / ".git").exists():
            break  # anything above is another repository
    if may_be_new:
        if start != cwd:
            start = _home_of(start, cwd)
        return start / _MANIFEST, start
    raise ManifestError((Diagnosis(f"expected {_MANIFEST} in {cwd} or above, found none", _HINT),))


def nearest_clone(folder: Path) -> Path | None:
    """Return the clone that *folder* is in, the nearest one of nested clones, or None if it is in no clone."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _home_of(folder: Path, cwd: Path) -> Path:
    """Return the root of the repository of *folder*: of a clone, else the current folder or *folder* itself."""
    clone = nearest_clone(folder)
    if clone is not None:
        return clone
    if folder.is_relative_to(cwd):
        return cwd
    return folder.parent if folder.name == _MANIFEST.parent.name else folder


def shipped_examples() -> Path:
    """Return the folder of the shipped examples."""
    places = (_PACKAGE / "_data" / "examples", _PACKAGE.parents[1] / "examples")
    return next((place for place in places if place.is_dir()), places[0])


def shipped_manifest() -> Path:
    """Return the manifest of the shipped examples."""
    return shipped_examples() / "manifest.yaml"


def _cache_dir(environ: Mapping[str, str]) -> Path:
    named = environ.get("DVARA_EXAMPLES_CACHE")
    if named:
        return Path(named).absolute()
    return (_absolute(environ, "XDG_CACHE_HOME") or _home(environ) / ".cache") / "dvara-examples"


def _state_dir(environ: Mapping[str, str], root: Path) -> Path:
    """Store runs in the repository, or in the user's state folder for installed examples."""
    named = environ.get("DVARA_EXAMPLES_STATE")
    if named:
        return Path(named).absolute()
    if root != _PACKAGE / "_data" and os.access(root, os.W_OK):
        return root / ".dvara-examples"
    return (_absolute(environ, "XDG_STATE_HOME") or _home(environ) / ".local" / "state") / "dvara-examples"


def _absolute(environ: Mapping[str, str], name: str) -> Path | None:
    """Return the folder in variable *name*; relative ones are ignored, as the XDG specification asks."""
    named = Path(environ.get(name, ""))
    return named if named.is_absolute() else None


def _home(environ: Mapping[str, str]) -> Path:
    """Return the user's home: from HOME, the password file, or in a container without either, a temporary folder."""
    named = Path(environ.get("HOME", ""))
    if named.is_absolute():
        return named
    import pwd

    try:
        named = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        named = Path()
    if named.is_absolute():
        return named
    import tempfile

    return Path(tempfile.gettempdir(), f"dvara-examples-{os.getuid()}")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_bytes() -> int | None:
    """Return the memory that programs may still use: available memory on Linux, or less in a container with a limit."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        available = next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None
    try:
        bound, used = (int(Path("/sys/fs/cgroup", name).read_text("ascii")) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return available
    return min(available, max(0, bound - used))
