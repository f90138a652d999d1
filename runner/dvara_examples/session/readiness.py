"""The online half of runs: everything that scripts need is fetched and built beforehand, one language after the other.

One after the other, so that what comes onto the disk meanwhile can be told to be theirs. What was finished once stays: whoever
is interrupted goes on where it stopped.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import DvaraExamplesError
from dvara_examples.core.world import World
from dvara_examples.manifest import Variant
from dvara_examples.toolchains import Declared, Deps, Missing, Packages, Runtime, Toolchain, load_toolchain

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Ready:
    """What came of one language: how many of its *scripts* can run now, and why the others cannot (*problems*).

    *steps* say what was fetched or built; without any, all of it came from the cache. *grown_bytes* is what came onto the disk.
    *missing* says that no runtime fits.
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


Script = tuple[Path, Packages | None]
"""A script, and what the manifest says of its dependencies."""
Show = Callable[[str, int, float], None]
"""Takes the step under way, the bytes that came onto the disk so far, and the seconds; called from one thread."""


def make_ready(variants: Sequence[Variant], world: World, deps: Deps, show: Show) -> Iterator[Ready]:
    """Make every script of *variants* ready to run with *deps*, and yield what came of each language.

    *show* hears about twice a second how it goes.
    """
    languages = dict.fromkeys(variant.language for variant in variants)
    for language in languages:
        if world.stop.is_set():
            return
        scripts = list(dict.fromkeys((v.file, v.packages) for v in variants if v.language == language))
        toolchain = load_toolchain(language)
        found = toolchain.probe(world)
        if isinstance(found, Missing):
            yield Ready(language, deps, "", 0, problems=(found.reason,), missing=True)
        else:
            yield _one_language(toolchain, found, scripts, world, deps, show)


def _one_language(
    toolchain: Toolchain,
    runtime: Runtime,
    scripts: Sequence[Script],
    world: World,
    deps: Deps,
    show: Show,
) -> Ready:
    """Prepare in a thread of its own, and tell meanwhile how it goes."""
    timer, before = start_timer(world.clock), disk_use(world)
    steps: list[str] = []
    problems: list[str] = []
    crashed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            problems.extend(_prepare_each(toolchain, runtime, scripts, world, deps, steps.append))
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            crashed.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, name=f"setup-{toolchain.language}")
    thread.start()
    while not done.wait(_LOOK_EVERY_S):
        if steps:
            show(steps[-1], max(0, disk_use(world) - before), timer())
    thread.join()
    if crashed:
        raise crashed[0]
    grown = max(0, disk_use(world) - before)
    ready = len(scripts) - len(problems)
    return Ready(toolchain.language, deps, runtime.version, ready, tuple(steps), grown, timer(), tuple(problems))


def _prepare_each(
    toolchain: Toolchain, runtime: Runtime, scripts: Sequence[Script], world: World, deps: Deps, progress: Callable[[str], None]
) -> Iterator[str]:
    """Prepare the folder of each script and build the script; yield what went wrong, once per script."""
    sets: dict[tuple[Path, Declared], list[Path]] = {}
    for script, packages in scripts:
        try:
            sets.setdefault((script.parent, toolchain.declared(script, packages, world)), []).append(script)
        except DvaraExamplesError as error:
            yield str(error)
    for (folder, declared), inside in sets.items():
        try:
            prepared = toolchain.prepare(runtime, folder, world, progress, deps, declared)
        except DvaraExamplesError as error:
            yield from [str(error)] * len(inside)
            continue
        for script in inside:
            try:
                prepared.command(script)
            except DvaraExamplesError as error:
                yield str(error)


def disk_use(world: World) -> int:
    """Return how many bytes lie in the caches, files with several names counted once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for base in (world.cache_dir, world.state_dir / "cache"):
        for folder, _, names in os.walk(base):
            for name in names:
                try:
                    status = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - thousands of files, twice a second
                except OSError:  # being written, and gone again
                    continue
                if (key := (status.st_dev, status.st_ino)) not in seen:
                    seen.add(key)
                    total += status.st_size
    return total
