"""Python: one virtual environment per set of pinned packages, made by uv, byte-compiled, without a tool of its own inside."""

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Candidate, Command, Deps, Fitness, Missing, PreparedRuntime, Progress, Runtime, Toolchain
from dvara_examples.toolchains._cache import cached_folder, downloads_folder
from dvara_examples.toolchains._install import (
    UV_WORDS,
    ask,
    candidate_uv,
    find_uv,
    fingerprint,
    folder_with,
    install,
    install_environment,
    not_here,
    offline_guard,
    release,
    today,
)

CHOICE = "DVARA_EXAMPLES_PYTHON"
"""Names another interpreter for the examples than the one that runs this tool: a path, or a name on ``PATH``."""
ASKED_FOR, LOCK, FLOORS = "requirements.in", "requirements.txt", "requirements-lowest.txt"
ENV = {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
"""Output is UTF-8 whatever the locale, and nothing is written beside the scripts.

Buffering is left as it is: whether an example flushes what it prints is one of the things that a run finds out.
"""

_VERSION_QUERY = "import sys; print('%d.%d.%d' % sys.version_info[:3])"


@dataclass(frozen=True, slots=True)
class PreparedPython:
    """An interpreter that sees the pinned packages."""

    interpreter: Path
    versions: Mapping[str, str]

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started: as a user would, by the interpreter and the file's name."""
        return Command((str(self.interpreter), str(script), *args), ENV, "python", self.versions)


class Python:
    """The toolchain of Python scripts."""

    language = "python"
    suffixes: tuple[str, ...] = (".py",)
    floor = "3.10"
    lists: tuple[str, ...] = (ASKED_FOR, LOCK, FLOORS, "requirements-lowest.in")

    def probe(self, world: World) -> Runtime | Missing:
        """Return the interpreter that runs this tool, or the one that ``DVARA_EXAMPLES_PYTHON`` names."""
        chosen = world.env(CHOICE)
        if chosen is None:
            own = Path(getattr(sys, "_base_executable", None) or sys.executable)
            version = ".".join(str(part) for part in sys.version_info[:3])
            return Runtime(self.language, version, own, "this interpreter")
        found = shutil.which(chosen, path=world.env("PATH"))
        if found is None:
            return Missing(
                self.language, f"{CHOICE} is {chosen!r}, which is no executable; set it to a Python {self.floor} or newer"
            )
        version = ask([found, "-c", _VERSION_QUERY], world)
        if not re.fullmatch(r"\d+\.\d+\.\d+", version):
            return Missing(self.language, f"{found}, named by {CHOICE}, does not tell its version; is it a Python?")
        if release(version) < release(self.floor):
            return Missing(
                self.language, f"{found}, named by {CHOICE}, is Python {version}; the examples need {self.floor} or newer"
            )
        return Runtime(self.language, version, Path(found).absolute(), CHOICE)

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Look at the interpreter for the examples, at uv, and at one with which the promised floor can be tried."""
        found = self.probe(world)
        if isinstance(found, Missing):
            cause, _, hint = found.reason.partition("; ")
            candidates = [Candidate("Python", "", Fitness.MISSING, cause, f"{hint}, or unset {CHOICE}")]
        else:
            why = f"{found.origin}; {self.floor} or newer is needed"
            candidates = [Candidate(f"Python {found.version}", str(found.executable), Fitness.FITS, why)]
        return [*candidates, candidate_uv(world), self._floor(world)]

    def _floor(self, world: World) -> Candidate:
        """Look for an interpreter of just the promised floor."""
        name = f"python{self.floor}"
        where = shutil.which(name, path=world.env("PATH") or "")
        version = ask([where, "-c", _VERSION_QUERY], world) if where else ""
        why = f"for tries of the oldest that the docs promise ({CHOICE}={name})"
        if where and version.startswith(f"{self.floor}."):
            return Candidate(f"Python {version}", where, Fitness.PASSED_OVER, why)
        hint = f"to try it, install one: uv python install {self.floor}"
        return Candidate(name, "", Fitness.OPTIONAL, why, hint)

    def prepare(
        self, runtime: Runtime, project: Path, world: World, progress: Progress, deps: Deps = Deps.LOCKED
    ) -> PreparedRuntime:
        """Make the environment that *deps* asks for, or use the bare interpreter where there is no ``requirements.txt``."""
        own = {"python": runtime.version}
        listing = folder_with(LOCK, project, world) or folder_with(LOCK, world.root / "examples" / "python", world)
        if listing is None:
            return PreparedPython(runtime.executable, own)
        wanted = _wanted(listing, deps, world)
        key = fingerprint([*wanted.identity, runtime.version, str(runtime.executable)])

        def build(folder: Path) -> None:
            progress(f"python {runtime.version}: installing {wanted.what}")
            if world.offline and deps is Deps.LATEST:
                raise not_here(f"{wanted.what} of today", self.language, deps)
            with offline_guard(world, wanted.what, self.language, deps):
                _make_environment(folder, wanted, runtime, world)

        environment = cached_folder(world, "python", key, build)
        return PreparedPython(environment / "bin" / "python", own | _direct_packages(listing, environment))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A set of packages: uv's words that install it, what it is called, and what tells it from other sets."""

    words: tuple[str | Path, ...]
    what: str
    identity: tuple[bytes, ...]


def _wanted(listing: Path, deps: Deps, world: World) -> _Wanted:
    """Return the set of packages that *deps* means for the project in *listing*. Raises ToolchainError where there is none."""
    if deps is Deps.LATEST:
        names = re.findall(r"^[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?", _read(listing / ASKED_FOR, deps), re.MULTILINE)
        return _Wanted(("install", "--upgrade", *names), f"the newest {', '.join(names)}", today(names, world))
    lock = listing / (FLOORS if deps is Deps.LOWEST else LOCK)
    pinned = _read(lock, deps)
    return _Wanted(("sync", "--require-hashes", lock.absolute()), f"the packages of {lock}", (pinned.encode(),))


def _read(file: Path, deps: Deps) -> str:
    """Return the text of *file*, which *deps* needs."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        raise ToolchainError(f"{file} is not there, and says what --deps {deps} means; add it, or run without --deps") from None


def _make_environment(folder: Path, wanted: _Wanted, runtime: Runtime, world: World) -> None:
    """Fill *folder* with an environment that holds what is *wanted*, and nothing else.

    Wheels only: building from source would run code of the package while it is being installed.
    """
    environ = install_environment(world, UV_CACHE_DIR=str(downloads_folder(folder, "uv")))
    interpreter = folder / "bin" / "python"
    steps: tuple[list[str | Path], ...] = (
        ["venv", "--no-project", "--no-python-downloads", "--allow-existing", "--python", runtime.executable, folder],
        ["pip", *wanted.words, "--python", interpreter, "--no-build", "--compile-bytecode"],
    )
    for step in steps:
        argv = [find_uv(), *UV_WORDS, *(("--offline",) if world.offline else ()), *step]
        install(argv, cwd=folder, environ=environ, stop=world.stop, what=wanted.what)


def _direct_packages(listing: Path, environment: Path) -> dict[str, str]:
    """Return name and installed version of every package that ``requirements.in`` asks for by name."""
    try:
        asked_for = (listing / ASKED_FOR).read_text("utf-8")
    except FileNotFoundError:
        return {}
    names = [_plain(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)", asked_for, re.MULTILINE)]
    installed = {}
    for metadata in environment.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = metadata.stem.partition("-")
        installed[_plain(name)] = version
    return {name: installed[name] for name in names if name in installed}


def _plain(name: str) -> str:
    """Return a distribution's name in the one spelling that the packaging specifications call normalized."""
    return re.sub(r"[-_.]+", "-", name).lower()


def toolchain() -> Toolchain:
    """Return the toolchain of this module."""
    return Python()
