"""The command line of a built script, the same for both ways of building it."""

import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Progress
from dvara_examples.toolchains._java.archive import START_QUICKLY, archive_options, make_archive
from dvara_examples.toolchains._java.jar import javafx_options, manifest_options
from dvara_examples.toolchains._java.jdk import Jdk

_COLLECTOR = re.compile(r"-XX:\+Use\w+GC")


@dataclass(frozen=True, slots=True)
class Program:
    """A built script: its own *jar*, the *jars* it depends on, the class to start and the JVM options it asks for."""

    jar: Path
    main_class: str
    jars: tuple[Path, ...] = ()
    options: tuple[str, ...] = ()


def start_options(jdk: Jdk, manifest: Mapping[str, str], jars: Sequence[Path], preview: bool) -> tuple[str, ...]:
    """Return the JVM options that ``jbang run`` adds to those that a script names; ``jbang info tools`` leaves them out."""
    return (*javafx_options(jars), *manifest_options(manifest, jdk.feature), *(("--enable-preview",) if preview else ()))


class Launcher:
    """Makes command lines, with a class-data archive where one is available. Safe from any thread."""

    def __init__(self, world: World, progress: Progress) -> None:
        self._world = world
        self._progress = progress
        self._archives: dict[tuple[Jdk, tuple[Path, ...]], tuple[str, ...]] = {}

    def argv(self, jdk: Jdk, program: Program, args: Sequence[str]) -> tuple[str, ...]:
        """Return how a JVM of *jdk* starts *program*; the script's own options come last, to take precedence.

        The JVM refuses two collectors, so ours is left out if the script names one.
        """
        comes_first = _shadows(program.jar, program.jars)
        class_path = (program.jar, *program.jars) if comes_first else (*program.jars, program.jar)
        archive = () if comes_first else self.archive(jdk, program.jars)
        names_collector = any(_COLLECTOR.fullmatch(option) for option in program.options)
        quickly = [option for option in START_QUICKLY if not (names_collector and _COLLECTOR.fullmatch(option))]
        joined = os.pathsep.join(map(str, class_path))
        return (jdk.tool("java"), *quickly, *archive, *program.options, "-cp", joined, program.main_class, *args)

    def archive(self, jdk: Jdk, jars: tuple[Path, ...]) -> tuple[str, ...]:
        """Return the options for the class-data archive of *jars*; without one a script only starts a little later.

        A missing one is made at once, or once all scripts are ready if the world collects such work.
        """
        if (jdk, jars) in self._archives:
            return self._archives[jdk, jars]
        options = archive_options(jdk, jars, self._world)
        if not options and self._world.later is not None:
            self._world.later.do(("java archive", jdk, jars), partial(self._make_archive, jdk, jars))
            return ()
        if not options:
            self._make_archive(jdk, jars)
            options = archive_options(jdk, jars, self._world)
        self._archives[jdk, jars] = options
        return options

    def _make_archive(self, jdk: Jdk, jars: tuple[Path, ...]) -> None:
        try:
            make_archive(jdk, jars, self._world)
        except ToolchainError as error:
            self._progress(f"{error}; scripts start without one")


def _shadows(jar: Path, jars: Sequence[Path]) -> bool:
    """Say whether *jar* holds a file that one of *jars* holds too, and so has to come first on the class path.

    Otherwise it comes last, because one archive serves all class paths with the same beginning.
    """
    own = _files_in(jar)
    return any(_holds_any(other, own) for other in jars)


def _files_in(jar: Path) -> frozenset[str]:
    """Return the names of the files in *jar*, without every jar's own metadata."""
    with zipfile.ZipFile(jar) as content:
        names = {name for name in content.namelist() if not name.endswith("/")}
    return frozenset(name for name in names if name != "META-INF/MANIFEST.MF" and not name.startswith("META-INF/maven/"))


def _holds_any(jar: Path, names: frozenset[str]) -> bool:
    """Tell whether *jar* holds a file with one of *names*; its thousands of names are only parsed if their bytes contain one."""
    listing = _listing(jar) if all(map(str.isascii, names)) else None
    if listing is not None and not any(name.encode() in listing for name in names):
        return False
    return not names.isdisjoint(_files_in(jar))


def _listing(jar: Path) -> bytes | None:
    """Return the bytes at the end of *jar* that name its files, or None if they are not written in the usual way."""
    with jar.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_END))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < _END_BYTES:
            return None
        length = int.from_bytes(tail[at + 12 : at + 16], "little")
        file.seek(max(0, size - len(tail) + at - length))
        found = file.read(length)
        return found if found.startswith(_ENTRY) else None


_ENTRY = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_END = _END_BYTES + 0xFFFF
"""The record at the end of a zip file, with the length of what names the files, and maybe a comment (section 4.3.16)."""
