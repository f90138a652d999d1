"""Makes a virtual environment from the declared packages, with uv."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Deps, Runtime
from dvara_examples.toolchains._cache import downloads_folder
from dvara_examples.toolchains._install import UV_WORDS, find_uv, install, install_environment, today
from dvara_examples.toolchains._python import ASKED_FOR, FLOORS, PACKAGES
from dvara_examples.toolchains._python.declare import (
    PROJECT,
    REQUIREMENTS,
    SCRIPT,
    UV_LOCK,
    lock_of_project,
    lock_of_script,
    read_list,
)
from dvara_examples.toolchains._python.identity import included, local_parts, settings_near
from dvara_examples.toolchains._python.parts import Parts, parts_of
from dvara_examples.toolchains._python.projects import (
    check_python,
    dependencies_of,
    is_package,
    members_of,
    metadata_of,
    pins_of,
    read_toml,
    workspace_of,
)
from dvara_examples.toolchains._resolved import write_resolved

GIVEN = "asked-for.txt"
"""A list that is written into the new environment: what uv exports, or the pins of another tool's lock."""

Words = tuple[str | Path, ...]

_NAME = re.compile(r"^([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?", re.MULTILINE)
_BY_DEPS: Mapping[Deps, tuple[str, ...]] = {
    Deps.LOCKED: (),
    Deps.LOWEST: ("--resolution", "lowest-direct"),
    Deps.LATEST: ("--upgrade",),
}


@dataclass(frozen=True, slots=True)
class WantedEnvironment:
    """A set of packages: uv's words that install it, what it is called, and what tells it from other sets.

    *home* is the folder from which uv looks for its settings and resolves paths; *names* are the packages that are asked for by
    name; *given* is the text of a list that no file holds. *exported* are uv's words that write one out of a lock, and
    *constraints* pin packages that another tool locked.
    """

    words: Words
    what: str
    identity: tuple[bytes | str, ...]
    home: Path
    names: tuple[str, ...] = ()
    given: str | None = None
    exported: Words = ()
    constraints: str = ""

    @property
    def compiled(self) -> bool:
        """Whether all modules are compiled at once; a list without hashes may hold ten times as many as are imported."""
        return "--require-hashes" in self.words


def wanted_set(declared: Declared, deps: Deps, runtime: Runtime, world: World) -> WantedEnvironment:
    """Return the set of packages that *deps* means for what is *declared*. Raises ToolchainError if there is none."""
    if declared.kind == REQUIREMENTS and declared.locked:
        assert declared.file is not None
        return _pinned(declared.file, deps, world)
    if declared.kind == PACKAGES:
        return _with_project(_of_manifest(declared, deps, world), declared.project)
    assert declared.file is not None
    if declared.kind == SCRIPT:
        return _of_script(declared.file, declared.locked, deps, runtime, world)
    if declared.kind == PROJECT:
        return _of_project(declared.file, declared.parts, deps, runtime, world)
    return _with_project(_of_list(declared.file, deps, world), declared.project)


def _with_project(wanted: WantedEnvironment, project: Path | None) -> WantedEnvironment:
    """Return *wanted* with the repository's own package, installed in place."""
    if project is None:
        return wanted
    identity = (*wanted.identity, str(project), read_list(project / "pyproject.toml"))
    return replace(wanted, words=(*wanted.words, "-e", project), identity=identity)


def _pinned(lock: Path, deps: Deps, world: World) -> WantedEnvironment:
    """Return what a list with hashes means: it is installed as it is, without any build and without resolving."""
    home = lock.parent
    options, settings = settings_near(home, world, pinned=deps is not Deps.LATEST)
    asked_for = _read(home / ASKED_FOR, deps) if deps is Deps.LATEST or (home / ASKED_FOR).is_file() else ""
    names = plain_names(asked_for)
    if deps is Deps.LATEST:
        newest = ["".join(found) for found in _NAME.findall(asked_for)]
        upgrade: Words = ("install", "--upgrade", *newest, "--no-build", *options)
        return WantedEnvironment(upgrade, f"the newest {', '.join(newest)}", today([*newest, *settings], world), home, names)
    chosen = home / FLOORS if deps is Deps.LOWEST else lock
    _read(chosen, deps)
    identity = tuple(text for _, text in sorted(included(chosen.absolute()).items()))
    words: Words = ("sync", "--require-hashes", chosen.absolute(), "--no-build", *options)
    return WantedEnvironment(words, f"the packages of {chosen}", (*identity, *settings), home, names)


def _of_manifest(declared: Declared, deps: Deps, world: World) -> WantedEnvironment:
    home = world.manifest_path.parent
    options, settings = settings_near(home, world)
    text = "".join(f"{package}\n" for package in declared.packages)
    identity = (text, *local_parts({home / GIVEN: text}), *settings, *_day(deps, world))
    what = f"the packages {', '.join(declared.packages)}"
    words = ("install", "-r", "-", *_BY_DEPS[deps], *options)
    return WantedEnvironment(words, what, identity, home, plain_names(text), text)


def _of_list(file: Path, deps: Deps, world: World) -> WantedEnvironment:
    options, settings = settings_near(file.parent, world)
    lists = included(file.absolute())
    texts = [text for _, text in sorted(lists.items())]
    identity = (*texts, *local_parts(lists), *settings, *_day(deps, world))
    words: Words = ("install", "-r", file.absolute(), *_BY_DEPS[deps], *options)
    return WantedEnvironment(words, f"the packages of {file}", identity, file.parent, plain_names("\n".join(texts)))


def _of_script(script: Path, locked: bool, deps: Deps, runtime: Runtime, world: World) -> WantedEnvironment:
    """Return what a script's own metadata means: uv writes it out, with the lock next to it if *deps* requests that."""
    options, settings = settings_near(script.parent, world)
    text = metadata_of(script)
    content = read_toml(script, text)
    check_python(content, script, runtime.version)
    asked_for = dependencies_of(content)
    lock = [lock_of_script(script).read_text("utf-8")] if locked and deps is Deps.LOCKED else []
    identity = (text, *lock, *local_parts({script: asked_for}), *settings, *_day(deps, world))
    what, names = f"the packages of {script}", plain_names(asked_for)
    if deps is not Deps.LOCKED:
        words: Words = ("install", "-r", "-", *_BY_DEPS[deps], *options)
        return WantedEnvironment(words, what, identity, script.parent, names, asked_for)
    exported: Words = ("--script", script, *(("--locked",) if locked else ()), "--python", runtime.executable, *options)
    return WantedEnvironment((), what, identity, script.parent, names, exported=exported)


def _of_project(file: Path, wanted: tuple[str, ...], deps: Deps, runtime: Runtime, world: World) -> WantedEnvironment:
    """Return what a ``pyproject.toml`` means: by uv's lock, or by another tool's as constraints, or as resolved today.

    A project that can be installed is, in place, so that scripts can import it. *wanted* are its extras and groups.
    """
    home = file.parent
    options, settings = settings_near(home, world)
    content = read_toml(file)
    check_python(content, file, runtime.version)
    parts = parts_of(content, wanted, file)
    lock = lock_of_project(file, world.root) if deps is Deps.LOCKED else None
    built_by = [read_list(home / name) for name in ("setup.py", "setup.cfg") if (home / name).is_file()]
    texts = [read_list(file), *built_by, *_of_workspace(home, world), *([read_list(lock)] if lock else [])]
    identity = (*texts, str(home), *wanted, *settings, *_day(deps, world))
    what, names = f"the packages of {lock or file}", plain_names(f"{dependencies_of(content)}\n{parts.names}")
    if lock is not None and lock.name == UV_LOCK:
        exported: Words = (
            "--project",
            home,
            "--frozen" if world.offline else "--locked",
            "--python",
            runtime.executable,
            *(word for name in parts.extras for word in ("--extra", name)),
            *(word for name in parts.groups for word in ("--group", name)),
            *options,
        )
        return WantedEnvironment((), what, identity, lock.parent, names, exported=exported)
    words: Words = ("install", *_from(file, is_package(content), parts), *_BY_DEPS[deps], *options)
    return WantedEnvironment(words, what, identity, home, names, constraints=pins_of(lock) if lock else "")


def _from(file: Path, installable: bool, parts: Parts) -> Words:
    """Return uv's words for a project with its *parts*."""
    extras = tuple(word for name in parts.extras for word in ("--extra", name))
    itself: Words = (
        ("-e", f"{file.parent}[{','.join(parts.extras)}]" if parts.extras else file.parent)
        if installable
        else ("-r", file, *extras)
    )
    return (*itself, *(word for name in parts.groups for word in ("--group", f"{file}:{name}")), *parts.listed)


def _of_workspace(home: Path, world: World) -> Iterator[str]:
    """Yield the lists of the workspace of uv that the project in *home* is in: one may take packages from another."""
    top = workspace_of(home, world.root) or home
    members = members_of(top)
    yield from (read_list(folder / "pyproject.toml") for folder in (top, *members) if members and folder != home)


def _day(deps: Deps, world: World) -> tuple[bytes | str, ...]:
    """Return what tells the choice of releases by *deps* from another."""
    return today((), world) if deps is Deps.LATEST else (deps.value,)


def _read(file: Path, deps: Deps) -> str:
    """Return the text of *file*, which *deps* needs."""
    if not file.is_file():
        raise ToolchainError(f"{file} is not there, and says what --deps {deps} means", "add it, or run without --deps")
    return read_list(file)


def make_environment(folder: Path, wanted: WantedEnvironment, runtime: Runtime, world: World) -> None:
    """Fill *folder* with an environment that holds what is *wanted*, and nothing else."""
    quietly = {"PYTHONDONTWRITEBYTECODE": "1"}  # a build backend may lie in the repository
    environ = install_environment(world, UV_CACHE_DIR=str(downloads_folder(folder, "uv")), **quietly)
    interpreter = folder / "bin" / "python"
    general: Words = (find_uv(), *UV_WORDS, *(("--offline",) if world.offline else ()))
    venv: Words = ("venv", "--no-project", "--no-python-downloads", "--allow-existing", "--python", runtime.executable, folder)
    install([*general, *venv], cwd=folder, environ=environ, stop=world.stop, place=world.place, what=wanted.what)
    words = wanted.words
    if wanted.exported:
        export = [*general, "export", *wanted.exported, "--no-header", "--output-file", folder / GIVEN]
        install(
            export,
            cwd=wanted.home,
            environ=environ,
            stop=world.stop,
            place=world.place,
            what=wanted.what,
            anew=" ".join(_anew(wanted)),
        )
        words = ("sync", folder / GIVEN)
    if wanted.constraints:
        (folder / GIVEN).write_text(wanted.constraints, "utf-8")
        words = (*words, "--constraint", folder / GIVEN)
    packages = [*general, "pip", *words, "--python", interpreter, *(("--compile-bytecode",) if wanted.compiled else ())]
    install(
        packages, cwd=wanted.home, environ=environ, stop=world.stop, place=world.place, what=wanted.what, stdin=wanted.given or ""
    )
    write_resolved(folder, installed_versions(folder), world)


def _anew(wanted: WantedEnvironment) -> tuple[str, ...]:
    """Return the command that renews a lock of uv."""
    is_script = wanted.exported[0] == "--script"
    return ("uv", "lock", *(("--script", Path(wanted.exported[1]).name) if is_script else ()))


def installed_versions(environment: Path) -> dict[str, str]:
    """Return the version of every package in *environment*."""
    found = {}
    for metadata in environment.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = metadata.stem.partition("-")
        found[plain_name(name)] = version
    return found


def plain_names(text: str) -> tuple[str, ...]:
    """Return the names of the packages that the list *text* asks for, each once."""
    return tuple(dict.fromkeys(plain_name(name) for name, _ in _NAME.findall(text)))


def plain_name(name: str) -> str:
    """Return a distribution's name in the one spelling that the packaging specifications call normalized."""
    return re.sub(r"[-_.]+", "-", name).lower()
