"""Python: one virtual environment per set of packages, made by uv, without pip inside.

The code that makes environments is imported on demand: every command reads this module, and few of them run Python.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.core.world import World
from dvara_examples.toolchains import (
    Candidate,
    Command,
    Declared,
    Deps,
    Fitness,
    Missing,
    Packages,
    PreparedRuntime,
    Progress,
    Runtime,
    Toolchain,
)
from dvara_examples.toolchains._python import ASKED_FOR, FLOORS, LOCK, PACKAGES

if TYPE_CHECKING:
    from dvara_examples.core.language import Language
    from dvara_examples.toolchains._python.environment import WantedEnvironment

CHOICE = "DVARA_EXAMPLES_PYTHON"
"""Names the interpreter for the examples, if not the one that runs this tool: a path, or a name on ``PATH``."""
ENV = {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
"""Output is UTF-8 whatever the locale, and nothing is written next to the scripts.

Buffering is left as it is: whether an example flushes what it prints is one of the things that a run finds out.
"""

_COMPILES = {"PYTHONUTF8": "1"}
"""The same for an environment whose packages are compiled on first import, into a folder of the cache."""
_VERSION_QUERY = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
_PLACE_QUERY = "import sys; print(sys.executable)"


@dataclass(frozen=True, slots=True)
class PreparedPython:
    """An interpreter that sees the packages of its *environment*.

    If these are not compiled, *bytecode* is the folder for bytecode that runs compile.
    """

    interpreter: Path
    versions: Mapping[str, str]
    dependencies: str = ""
    bytecode: Path | None = None
    environment: Path | None = None

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started: as a user would, by the interpreter and the file's name."""
        env = ENV if self.bytecode is None else {**_COMPILES, "PYTHONPYCACHEPREFIX": str(self.bytecode)}
        installed = (self.environment,) if self.environment else ()
        return Command((str(self.interpreter), str(script), *args), env, "python", self.versions, self.dependencies, installed)


class Python:
    """The toolchain of Python scripts."""

    language = "python"
    suffixes: tuple[str, ...] = (".py",)
    floor = "3.10"
    lists: tuple[str, ...] = (
        *(ASKED_FOR, LOCK, FLOORS, "requirements-lowest.in", "{script}.lock"),
        *("pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "setup.py", "setup.cfg", "uv.toml", "pip.conf"),
    )
    has_builds = False

    @property
    def spelling(self) -> "Language":
        """The notation of Python."""
        from dvara_examples.toolchains._python.spelling import PYTHON

        return PYTHON

    def probe(self, world: World) -> Runtime | Missing:
        """Return the interpreter that runs this tool, or the one that ``DVARA_EXAMPLES_PYTHON`` names."""
        from dvara_examples.toolchains._install import ask, may_choose, release

        if world.place is not None:
            return self._there(world)
        chosen = world.env(CHOICE)
        if chosen is None:
            own = Path(getattr(sys, "_base_executable", None) or sys.executable)
            version = ".".join(str(part) for part in sys.version_info[:3])
            return Runtime(self.language, version, own, "this interpreter")
        found = shutil.which(chosen, path=world.env("PATH"))
        if found is None:
            cause = f"{CHOICE} is {chosen!r}, which is not executable"
            return Missing(self.language, cause, f"set it to a Python {self.floor} or newer")
        told = ask([found, "-c", _PLACE_QUERY], world) if may_choose(found, "python") else ""
        executable = Path(told) if os.access(told, os.X_OK) and Path(told).is_absolute() else Path(found).absolute()
        version = ask([executable, "-c", _VERSION_QUERY], world, as_runs_do=True)
        if not re.fullmatch(r"\d+\.\d+\.\d+", version):
            return Missing(self.language, f"{found}, named by {CHOICE}, does not report its version", "is it a Python?")
        if release(version) < release(self.floor):
            cause = f"{found}, named by {CHOICE}, is Python {version}"
            return Missing(self.language, cause, f"the examples need {self.floor} or newer")
        return Runtime(self.language, version, executable, CHOICE)

    def _there(self, world: World) -> Runtime | Missing:
        """Return the interpreter of another place."""
        from dvara_examples.toolchains._install import ask, release
        from dvara_examples.toolchains._tools import missing_there, which

        found = which("python3", world) or which("python", world)
        version = ask([found, "-c", _VERSION_QUERY], world, as_runs_do=True) if found else ""
        if not found or not re.fullmatch(r"\d+\.\d+\.\d+", version) or release(version) < release(self.floor):
            return missing_there(world, self.language, f"Python {self.floor} or newer", version or found or "")
        return Runtime(self.language, version, Path(found), str(world.place and world.place.name))

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Return the interpreter for the examples, uv, and an interpreter for trying the promised floor."""
        from dvara_examples.toolchains._install import candidate_uv

        found = self.probe(world)
        if isinstance(found, Missing):
            candidates = [Candidate("Python", "", Fitness.MISSING, found.cause, f"{found.hint}, or unset {CHOICE}")]
        else:
            why = f"{found.origin}; {self.floor} or newer is needed"
            candidates = [Candidate(f"Python {found.version}", str(found.executable), Fitness.FITS, why)]
        if world.place is not None:
            return [*candidates, candidate_uv(world)]
        return [*candidates, candidate_uv(world), self._floor(world)]

    def _floor(self, world: World) -> Candidate:
        """Look for an interpreter of exactly the promised floor."""
        from dvara_examples.toolchains._install import ask

        name = f"python{self.floor}"
        where = shutil.which(name, path=world.env("PATH") or "")
        version = ask([where, "-c", _VERSION_QUERY], world) if where else ""
        why = f"for tries of the oldest that the docs promise ({CHOICE}={name})"
        if where and version.startswith(f"{self.floor}."):
            return Candidate(f"Python {version}", where, Fitness.PASSED_OVER, why)
        hint = f"to try it, install one: uv python install {self.floor}"
        return Candidate(name, "", Fitness.OPTIONAL, why, hint)

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """Look at the manifest, at the script itself, and then from its folder upwards."""
        from dvara_examples.toolchains._python.declare import find_declared

        return find_declared(script, packages, world)

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Return the project itself if it is installed in place, and the folders that its workspace or a list names."""
        from dvara_examples.toolchains._python.identity import source_folders

        return source_folders(declared, world)

    def lock(self, declared: Declared, runtime: Runtime, world: World, progress: Progress) -> Path:
        """Let uv write its lock for a script or a project; a plain list has none."""
        from dvara_examples.toolchains._python.locking import write_lock

        progress(f"python {runtime.version}: locking {declared.file or 'the packages of the manifest'}")
        return write_lock(declared, runtime, world)

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Look for the environment that a run would use."""
        from dvara_examples.toolchains._python.environment import wanted_set
        from dvara_examples.toolchains._resolved import day_in

        return day_in("python", _key(wanted_set(declared, Deps.LOCKED, runtime, world), runtime), world)

    def prepare(
        self,
        runtime: Runtime,
        project: Path,
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Make the environment that *deps* asks for, or use the bare interpreter if nothing is declared."""
        from dvara_examples.toolchains._cache import cached_folder, downloads_folder
        from dvara_examples.toolchains._install import not_here, offline_guard
        from dvara_examples.toolchains._python.environment import make_environment, wanted_set
        from dvara_examples.toolchains._resolved import read_resolved

        own = {"python": runtime.version}
        stated = declared or self.declared(project / "any.py", None, world)
        if not stated.kind or (stated.kind == PACKAGES and not stated.packages):
            return PreparedPython(runtime.executable, own)
        wanted = wanted_set(stated, deps, runtime, world)
        key = _key(wanted, runtime)

        def build(folder: Path) -> None:
            progress(f"python {runtime.version}: installing {wanted.what}")
            if world.offline and deps is Deps.LATEST:
                raise not_here(f"{wanted.what} of today", self.language, deps)
            with offline_guard(world, wanted.what, self.language, deps):
                make_environment(folder, wanted, runtime, world)

        environment = cached_folder(world, "python", key, build)
        resolved = read_resolved(environment)
        bytecode = None if wanted.compiled else downloads_folder(environment, "python-bytecode")
        versions, remark = own | resolved.of(wanted.names), resolved.remark(stated, world)
        return PreparedPython(environment / "bin" / "python", versions, remark, bytecode, environment)


def _key(wanted: "WantedEnvironment", runtime: Runtime) -> str:
    """Return the key of the *wanted* environment in the cache."""
    from dvara_examples.toolchains._install import fingerprint, platform_parts

    return fingerprint([*wanted.identity, *platform_parts(), runtime.version, str(runtime.executable)])


def toolchain() -> Toolchain:
    """Return the toolchain of this module."""
    return Python()
