"""The online half of runs: fetches and builds in advance everything that scripts need, for all languages at once.

Finished steps stay finished: after an interruption, the next call continues where this one stopped.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import DvaraExamplesError
from dvara_examples.core.later import Later
from dvara_examples.core.world import World
from dvara_examples.manifest import Variant
from dvara_examples.toolchains import Declared, Deps, Missing, Packages, PreparedRuntime, Runtime, Toolchain, load_toolchain
from dvara_examples.toolchains._resolved import in_words

_AT_ONCE = 4
"""So many sets of packages of one language are fetched at once: much of that is waiting."""
_LOOK_EVERY_S = 0.5
_REST = 20
"""So many times as long as a look at the disk takes, nothing is looked at, as that takes time from the work itself."""


@dataclass(frozen=True, slots=True)
class ListSize:
    """The disk space of one list of packages; *name* says where the packages are declared."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The result for one language: how many of its *scripts* can run now, and why the others cannot (*problems*).

    *steps* say what was fetched or built; if empty, everything came from the cache. *grown_bytes* is the disk space added
    since the previous language was reported, and *lists* the space of each list of packages.
    *missing* means that no runtime fits.
    """

    language: str
    deps: Deps
    runtime: str
    scripts: int
    steps: tuple[str, ...] = ()
    grown_bytes: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    missing: bool = False
    lists: tuple[ListSize, ...] = ()


Script = tuple[Path, Packages | None]
"""A script, and what the manifest says of its dependencies."""
Show = Callable[[str, Callable[[], int], float], None]
"""Takes the step under way, what counts the bytes that came onto the disk so far, and the seconds; called from one thread.

Counting looks at every file in the caches, so it is only done for somebody who reads the number.
"""


def make_ready(variants: Sequence[Variant], world: World, deps: Deps, show: Show) -> Iterator[Ready]:
    """Prepare every script of *variants* with *deps*, all languages at once, and yield the result of each language.

    *show* gets the progress about twice a second. What only speeds up later runs is done once a language is ready, while
    others still fetch; it is finished when the iterator ends.
    """
    languages = dict.fromkeys(variant.language for variant in variants)
    disk = _Disk(world)
    works: list[_Work | Ready] = []
    for language in languages:
        scripts = list(dict.fromkeys((v.file, v.packages) for v in variants if v.language == language))
        toolchain = load_toolchain(language)
        there = world.of(language)
        found = toolchain.probe(there)
        if isinstance(found, Missing):
            works.append(Ready(language, deps, "", 0, problems=(found.reason,), missing=True))
        else:
            works.append(_Work(toolchain, found, scripts, there, deps, disk))
    for work in works:
        if isinstance(work, Ready):
            yield work
            continue
        ready = work.wait(show)
        if world.stop.is_set():
            return
        yield ready
    for work in works:
        if isinstance(work, _Work):
            work.finish()


class _Disk:
    """The growth of the disk usage; if nothing is missing, the caches need not be measured."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._known: int | None = None

    def begin(self) -> None:
        """Measure before anything is fetched."""
        with self._lock:
            if self._known is None:
                self._known = disk_use(self._world)

    def grown(self) -> int:
        """Return how many bytes were added since the last call."""
        return 0 if self._known is None else max(0, disk_use(self._world) - self._known)

    def told(self, grown_bytes: int) -> None:
        """Stop measuring."""
        self._known = None if self._known is None else self._known + grown_bytes


class _Work:
    """One language, prepared in a separate thread."""

    def __init__(
        self, toolchain: Toolchain, runtime: Runtime, scripts: Sequence[Script], world: World, deps: Deps, disk: _Disk
    ) -> None:
        self._toolchain, self._runtime, self._scripts, self._deps, self._disk = toolchain, runtime, scripts, deps, disk
        self._later = Later()
        self._world = replace(world, later=self._later)
        self._timer = start_timer(world.clock)
        self._seconds = 0.0
        self._steps: list[str] = []
        self._problems: list[str] = []
        self._lists: tuple[ListSize, ...] = ()
        self._crashed: BaseException | None = None
        self._crashed_later: BaseException | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"setup-{toolchain.language}")
        self._thread.start()

    def wait(self, show: Show) -> Ready:
        """Report progress until it is done, and return the result."""
        wait_s = _LOOK_EVERY_S
        while not self._done.wait(wait_s):
            if self._steps:
                looking = start_timer(self._world.clock)
                show(self._steps[-1], self._disk.grown, self._timer())
                wait_s = max(_LOOK_EVERY_S, _REST * looking())
        if self._crashed is not None:
            raise self._crashed
        grown = self._disk.grown() if self._steps else 0
        self._disk.told(grown)
        ready = len(self._scripts) - len(self._problems)
        version, steps, problems = self._runtime.version, tuple(self._steps), tuple(self._problems)
        about = (self._toolchain.language, self._deps, version)
        return Ready(*about, ready, steps, grown, self._seconds, problems, lists=self._lists)

    def finish(self) -> None:
        """Wait for the work that speeds up later runs."""
        self._thread.join()
        if self._crashed_later is not None:
            raise self._crashed_later

    def _step(self, text: str) -> None:
        self._disk.begin()
        self._steps.append(text)

    def _work(self) -> None:
        try:
            what = (self._toolchain, self._runtime, self._scripts, self._world, self._deps, self._step)
            made = _prepare_each(*what)
            self._problems.extend(one.problem for one in made if one.problem is not None)
            self._lists = tuple(_sizes(made))
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._crashed = error
        finally:
            self._seconds = self._timer()
            self._done.set()
        try:
            self._later.finish()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._crashed_later = error


@dataclass(frozen=True, slots=True)
class _Made:
    """The result for one script: the packages that its *list* put on the disk (*installed*), or what went wrong."""

    list: str = ""
    installed: tuple[Path, ...] = ()
    problem: str | None = None


def _prepare_each(
    toolchain: Toolchain, runtime: Runtime, scripts: Sequence[Script], world: World, deps: Deps, progress: Callable[[str], None]
) -> list[_Made]:
    """Prepare the folder of each script and build the script, several at once; return the result for each script."""
    failed: list[_Made] = []
    sets: dict[tuple[Path, Declared], list[Path]] = {}
    for script, packages in scripts:
        try:
            sets.setdefault((script.parent, toolchain.declared(script, packages, world)), []).append(script)
        except DvaraExamplesError as error:
            failed.append(_Made(problem=str(error)))
    names = [_list_name(folder, declared, len(inside), world) for (folder, declared), inside in sets.items()]

    def prepare(wanted: tuple[Path, Declared]) -> PreparedRuntime | str:
        folder, declared = wanted
        try:
            return toolchain.prepare(runtime, folder, world, progress, deps, declared)
        except DvaraExamplesError as error:
            return str(error)

    def build(wanted: tuple[str, PreparedRuntime | str, Path]) -> _Made:
        name, prepared, script = wanted
        if isinstance(prepared, str):
            return _Made(problem=prepared)
        try:
            return _Made(name, prepared.command(script).installed)
        except DvaraExamplesError as error:
            return _Made(problem=str(error))

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=f"setup-{toolchain.language}") as pool:
        prepared = zip(names, list(pool.map(prepare, sets)), sets.values(), strict=True)
        wanted = [(name, runtime_or_problem, script) for name, runtime_or_problem, inside in prepared for script in inside]
        return [*failed, *pool.map(build, wanted)]


def _list_name(folder: Path, declared: Declared, scripts: int, world: World) -> str:
    """Return where packages are declared, in words that distinguish the lists."""
    if not declared.words:
        return in_words(declared, world)
    many = "1 script" if scripts == 1 else f"{scripts} scripts"
    return declared.words.replace("the script", f"{many} in {world.shown(folder)}")


def _sizes(made: Iterable[_Made]) -> Iterator[ListSize]:
    """Yield the disk space of each list; scripts of several folders may share one."""
    lists: dict[str, set[Path]] = {}
    for one in made:
        if one.installed:
            lists.setdefault(one.list, set()).update(one.installed)
    for name, installed in lists.items():
        yield ListSize(name, _bytes_in(installed))


def disk_use(world: World) -> int:
    """Return the number of bytes in the caches, with hard links counted once."""
    return _bytes_in((world.cache_dir, world.state_dir / "cache"))


def _bytes_in(places: Iterable[Path]) -> int:
    """Return the number of bytes in files and folders, with hard links counted once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for place in places:
        for status in _below(place) if place.is_dir() else [place.lstat()] if place.exists() else []:
            if (key := (status.st_dev, status.st_ino)) not in seen:
                seen.add(key)
                total += status.st_size
    return total


def _below(folder: Path) -> Iterator[os.stat_result]:
    """Yield the status of each file in *folder*; files that are being written may disappear."""
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(OSError):
                        yield entry.stat(follow_symlinks=False)
