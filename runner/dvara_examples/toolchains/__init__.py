"""The contract of a toolchain: how one language is probed, prepared and invoked.

A language is one module in this package, named like the language, with a function ``toolchain() -> Toolchain``.
Manifests and ``--language`` use the name of its file; nothing else needs to change. A module may also be in another folder,
which is passed to :func:`add_folder`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dvara_examples.core.errors import Diagnosis
from dvara_examples.core.runtime import Runtime as Runtime
from dvara_examples.core.world import World

if TYPE_CHECKING:
    from dvara_examples.core.language import Language

Progress = Callable[[str], None]
"""Takes one short line about what is being fetched or built; may be called from any thread."""


class Deps(StrEnum):
    """The releases of their dependencies that the examples get."""

    LOCKED = "locked"
    """The releases that the lock files pin."""
    LOWEST = "lowest"
    """The floors that docs/floors.md promises, pinned too."""
    LATEST = "latest"
    """What a newcomer would install today; resolved once per day (UTC), which needs a network."""


@dataclass(frozen=True, slots=True)
class Packages:
    """The dependencies of a script by the manifest: *names* in the package manager's spelling, or the *file* that lists them.

    *parts* are the extras and groups of the file to include. A *fallback* applies if nothing is declared
    next to the script. With *project*, the folder of a build, the script is a class of that build, and *main* the class to start,
    if that is not the script's own.
    """

    names: tuple[str, ...] = ()
    file: Path | None = None
    parts: tuple[str, ...] = ()
    fallback: bool = False
    project: Path | None = None
    main: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """Where a script's dependencies are stated: in *file*, or in the manifest as *packages*; without either it has none.

    *kind* is the toolchain's own word for the way of stating them. If *locked*, every release is pinned there.
    *lock* is the lock file, if it is not the usual one next to *file*. *words* name the place if it is neither a file nor
    the manifest. *project* is the folder of the repository's own package, if a script imports that and no list names it.
    *parts* are the extras and groups of *file* that the manifest asks for. *main* is the class to start, if *file* is that
    of a build.
    """

    kind: str = ""
    file: Path | None = None
    packages: tuple[str, ...] = ()
    locked: bool = True
    words: str = ""
    project: Path | None = None
    lock: Path | None = None
    parts: tuple[str, ...] = ()
    main: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """No runtime fits: *cause* says what was expected and found, *hint* what to install."""

    language: str
    cause: str
    hint: str = ""

    @property
    def problem(self) -> Diagnosis:
        """Both together."""
        return Diagnosis(self.cause, self.hint)

    @property
    def reason(self) -> str:
        """Both as one sentence."""
        return str(self.problem)


class Fitness(StrEnum):
    """A toolchain's verdict on a candidate."""

    FITS = "fits"
    PASSED_OVER = "passed over"
    """Present, but something else is used."""
    OPTIONAL = "not there, and not needed"
    TO_FETCH = "to be fetched"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A runtime or package tool that was considered: *what* with its version, *where* it is, and *why* this verdict.

    *hint* says what would make it fit, if it does not.
    """

    what: str
    where: str
    standing: Fitness
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """How a prepared script is started: *env* is added to the allow-listed environment; *launcher* goes into reports.

    *dependencies* says where they are stated, and whether they are locked; *installed* are their files and folders.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    launcher: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    dependencies: str = ""
    installed: tuple[Path, ...] = ()


class PreparedRuntime(Protocol):
    """A runtime with its dependencies in place."""

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started, compiling it if the language requires it. Safe to call from several threads.

        Raises ToolchainError with the compiler's own words if the script does not build.
        """
        ...


class Toolchain(Protocol):
    """One language: *suffixes* are the file endings of its scripts, *floor* the oldest version that the docs promise.

    *lists* are the files that say which dependencies scripts get, relative to the folder that holds them;
    ``{script}`` in their names means the name of the script. *has_builds* tells whether a script may be a class of a build, so
    that the manifest can name the build.
    """

    language: str
    suffixes: tuple[str, ...]
    floor: str
    lists: tuple[str, ...]
    has_builds: bool

    @property
    def spelling(self) -> "Language":
        """The notation of the language: in pages, file names and code."""
        ...

    def probe(self, world: World) -> Runtime | Missing:
        """Look for a fitting runtime; starts at most version queries and changes nothing.

        A runtime that :meth:`prepare` would provision is returned as a Runtime too, with ``provisioned`` as its origin.
        """
        ...

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """Say where the dependencies of *script* are stated, the nearest place first; reads files and starts nothing.

        *packages* is what the manifest says; unless it is a fallback, it takes precedence over every file. Raises ToolchainError.
        """
        ...

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Return every runtime and package tool that :meth:`probe` and :meth:`prepare` consider, including those that do not fit.

        Starts at most version queries, changes nothing and raises nothing.
        """
        ...

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Return the folders of the repository from which scripts get packages by what is *declared*; reads files only.

        Raises ToolchainError.
        """
        ...

    def lock(self, declared: Declared, runtime: Runtime, world: World, progress: Progress) -> Path:
        """Pin what is *declared* and not locked in the ecosystem's own lock file, next to the list, and return that file.

        Raises ToolchainError if the ecosystem has no such file for it, or its own tool cannot write one.
        """
        ...

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Return the day (UTC) on which the *declared* and unlocked packages were resolved; empty if they have not been.

        Reads files, starts nothing, and raises ToolchainError.
        """
        ...

    def prepare(
        self,
        runtime: Runtime,
        project: Path,
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Put *deps* of the *project* folder (``examples/python`` …) in place, from the cache if they are there.

        *declared* says where they are stated; None: as for a script in *project*.

        Safe to run twice at once, to kill half-way and to repeat; works offline once it has succeeded. If
        *world* is offline, the network is not used, and whatever is missing is refused (``_install.not_here``).
        Raises ToolchainError.
        """
        ...


def add_folder(folder: Path) -> None:
    """Add languages from the modules in *folder*; the languages that come with this tool take precedence.

    Raises PluginError if one of them is not a toolchain.
    """
    from dvara_examples.core.plugins import check_plugins

    if str(folder) not in __path__:
        __path__.append(str(folder))
        check_plugins(__name__, folder, ("toolchain",))


def languages() -> tuple[str, ...]:
    """Return the languages that have a module here, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_") and not m.ispkg))


def load_toolchain(language: str) -> Toolchain:
    """Import the one module of *language* and return its toolchain."""
    module = importlib.import_module(f"{__name__}.{language}")
    made: Toolchain = module.toolchain()
    return made
