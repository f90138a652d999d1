"""``--watch``: runs the selection, then reruns what each saved file affects, until the user stops it.

The main thread owns everything; one thread watches files, and one runs a session at a time. A file that affects the current
session stops it, and the session starts again, because its results would be about an old file.
"""

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import DvaraExamplesError, ManifestError
from dvara_examples.core.signals import interruptible
from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest, manifest_of
from dvara_examples.selection.affected import changed, concerned, watched_folders
from dvara_examples.selection.options import Selection
from dvara_examples.selection.select import select
from dvara_examples.session.file_watcher import Watcher
from dvara_examples.toolchains import Packages, languages, load_toolchain

Hold = Callable[[World, frozenset[str]], object]
"""Holds one session of the variants with these ids; it ends early where the world's ``stop`` is set."""

_TICK_S = 0.1
_CLEAR = "\x1b[2J\x1b[H"
_MOST_NAMED = 3


def watch_runs(world: World, wanted: Selection, hold: Hold) -> None:
    """Run a session of everything *wanted*, then one after each save that affects some of it; returns on SIGINT or SIGTERM.

    A broken manifest, and anything else that the user can fix, is reported and waited for. Raises SelectionError and
    NothingSelected if nothing can be selected at the start.
    """
    with interruptible(world.stop):
        watching = _Watching(world, wanted, hold)
        try:
            watching.until_stopped()
        finally:
            watching.close()


class _Watching:
    """What to run next (*due*), and what is running."""

    def __init__(self, world: World, wanted: Selection, hold: Hold) -> None:
        self._world, self._wanted, self._hold = world, wanted, hold
        self._inbox: queue.Queue[frozenset[Path] | Exception] = queue.Queue()
        self._watcher = Watcher(self._inbox.put)
        toolchains = {language: load_toolchain(language) for language in languages()}
        self._suffixes = {language: toolchain.suffixes for language, toolchain in toolchains.items()}
        self._lists = {language: toolchain.lists for language, toolchain in toolchains.items()}
        self._toolchains = toolchains
        self._sources: dict[str, tuple[Path, ...]] = {}
        self._manifest: Manifest | None = None
        self._broken = False
        self._due: frozenset[str] = frozenset()
        self._saved: set[str] = set()

    def until_stopped(self) -> None:
        self._watcher.follow([self._world.manifest_path.parent])
        self._due = self._reload(first=True)
        while not self._world.stop.is_set():
            if self._ready:
                self._session()
            else:
                self._wait()

    def close(self) -> None:
        self._watcher.close()

    @property
    def _ready(self) -> bool:
        return bool(self._due) and not self._broken

    def _session(self) -> None:
        """Run one session of what is due; it ends early for the user, and for a save that affects it."""
        self._announce()
        holding, stop, problems = self._due, threading.Event(), list[Exception]()
        self._due = frozenset()

        def hold() -> None:
            try:
                self._hold(replace(self._world, stop=stop), holding)
            except Exception as error:  # noqa: BLE001 - handed to the main thread
                problems.append(error)

        thread = threading.Thread(target=hold, name="session")
        thread.start()
        try:
            while thread.is_alive():
                if self._world.stop.is_set():
                    stop.set()
                if self._take() & holding:
                    stop.set()
                    self._due |= holding
        finally:
            stop.set()
            thread.join()
        for error in problems:
            self._tell_of(error)

    def _wait(self) -> None:
        """Say that all is done, and wait until something is due."""
        if self._manifest is not None and not self._broken:
            self._sources = self._find_sources(self._manifest)
            number = self._watcher.follow(watched_folders(self._manifest, self._lists, self._sources))
            self._say(f"watching {number} folder{'s' if number > 1 else ''}; Ctrl-C ends it")
        while not (self._world.stop.is_set() or self._ready):
            self._take()

    def _take(self) -> frozenset[str]:
        """Wait briefly for saves, add what they affect to what is due, and return that."""
        try:
            saved = self._inbox.get(timeout=_TICK_S)
        except queue.Empty:
            return frozenset()
        if isinstance(saved, Exception):
            raise saved
        new = self._of_manifest(saved) | self._of_files(saved)
        self._due |= new
        return new

    def _of_manifest(self, saved: frozenset[Path]) -> frozenset[str]:
        """Return what to rerun because of the manifest, if it is among the files *saved*."""
        own = self._world.manifest_path
        if os.path.realpath(own) not in {os.path.realpath(path) for path in saved}:
            return frozenset()
        new = self._reload()
        if new:
            self._saved.add(own.name)
        elif not self._broken:
            self._say(f"saved: {own.name}, which says nothing new of what is selected")
        return new

    def _of_files(self, saved: frozenset[Path]) -> frozenset[str]:
        """Return what to rerun because of all other files *saved*."""
        if self._manifest is None:
            return frozenset()
        selected = self._selected()
        by_file = {
            path: concerned([path], self._manifest, self._suffixes, self._lists, self._sources) & selected for path in saved
        }
        self._saved.update(path.name for path, ids in by_file.items() if ids)
        return frozenset().union(*by_file.values())

    def _reload(self, *, first: bool = False) -> frozenset[str]:
        """Load the manifest again, and return the runs that changed; a broken one is reported and waited for."""
        try:
            manifest = manifest_of(self._world)
        except ManifestError as error:
            self._broken = True
            self._tell_of(error)
            self._say("waiting until the manifest is fixed; press Ctrl-C to stop")
            return frozenset()
        before, self._manifest, self._broken = self._manifest, manifest, False
        self._sources = self._find_sources(manifest)
        self._watcher.follow(watched_folders(manifest, self._lists, self._sources))
        selected = self._selected(first=first)
        self._due &= selected
        return selected if before is None else changed(before, manifest) & selected

    def _find_sources(self, manifest: Manifest) -> dict[str, tuple[Path, ...]]:
        """Return the folders from which the variants get packages; if a list cannot be read, a run says so."""
        known: dict[tuple[str, Path, Packages | None], tuple[Path, ...]] = {}
        for variant in manifest.variants:
            key = (variant.language, variant.file.parent, variant.packages)
            if key not in known:
                toolchain, world = self._toolchains[variant.language], self._world.of(variant.language)
                try:
                    known[key] = toolchain.sources(toolchain.declared(variant.file, variant.packages, world), world)
                except (DvaraExamplesError, OSError, ValueError):
                    known[key] = ()
        return {v.id: known[v.language, v.file.parent, v.packages] for v in manifest.variants}

    def _selected(self, *, first: bool = False) -> frozenset[str]:
        wanted = self._wanted
        assert self._manifest is not None
        try:
            chosen = select(self._manifest, wanted.selectors, wanted.languages, wanted.tags, self._world.cwd, wanted.filters)
        except DvaraExamplesError as error:
            if first:
                raise
            self._tell_of(error)
            return frozenset()
        return frozenset(variant.id for variant in chosen)

    def _announce(self) -> None:
        """Clear the screen, if there is one, and say what was saved."""
        if not self._saved:
            return
        if self._world.stdout.isatty():
            self._world.stdout.write(_CLEAR)
            self._world.stdout.flush()
        names = sorted(self._saved)
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        self._say(f"saved: {', '.join(names[:_MOST_NAMED])}{more}")
        self._saved = set()

    def _tell_of(self, error: Exception) -> None:
        """Show what the user can fix, and let everything else end the watch."""
        if not isinstance(error, DvaraExamplesError | OSError):
            raise error
        for line in str(error).splitlines():
            self._say(line if line.startswith("hint: ") else f"error: {line}")

    def _say(self, sentence: str) -> None:
        self._world.stderr.write(f"{sentence}\n")
        self._world.stderr.flush()
