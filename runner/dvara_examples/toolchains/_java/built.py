"""Classes of a project: built by its own tool in a copy of it, so that nothing is written into the repository.

The cache keeps the classes, and the paths of the class path's jars in the tool's repository; both are checked before use.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.values import nearest
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Declared, Deps, Progress
from dvara_examples.toolchains._cache import kept_folder
from dvara_examples.toolchains._install import GO_ONLINE, fingerprint, install_environment, not_here, platform_parts, today
from dvara_examples.toolchains._java import gradle, maven
from dvara_examples.toolchains._java.archive import START_QUICKLY
from dvara_examples.toolchains._java.classfile import ClassFile, read_class
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._java.maven_settings import read_settings
from dvara_examples.toolchains._java.one_at_a_time import one_at_a_time
from dvara_examples.toolchains._java.project import MAVEN, Build, find_build
from dvara_examples.toolchains._java.wrapper import no_network, no_tool, wrapper_failed
from dvara_examples.toolchains._resolved import Resolved, read_resolved, write_resolved
from dvara_examples.toolchains._tools import run_tool

KIND = "java-build"
BUILD_LIMIT_S = 600.0
"""How long one build may take; a first one fetches its plug-ins over a slow line."""

_LIST = "class-path.json"
_NOT_COPIED = frozenset({".git", ".gradle", "node_modules", ".venv", "__pycache__", ".idea", ".vscode"})
_OUTPUT = {"target": "pom.xml", "build": "build.gradle", "out": "build.gradle"}
"""Folders of earlier build output, if the named file is next to them."""
_SETTINGS = re.compile(r"(?:MAVEN|MVNW|M2|GRADLE|ORG_GRADLE)_\w+|JAVA_TOOL_OPTIONS", re.ASCII)
"""Variables of the user that say how the tools reach their repositories."""
_NAMED = re.compile(r"\$\{env\.(\w+)\}|System\.getenv\(\s*[\"'](\w+)|environmentVariable\(\s*[\"'](\w+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""Written even if none is requested."""
_MOST_LINES, _MOST_NAMED = 12, 5
SCHEMA = "manifest.schema.json"


def _tool(build: Build) -> ModuleType:
    return maven if build.kind == MAVEN else gradle


@dataclass(frozen=True, slots=True)
class PreparedProject:
    """A project that was built: its *class_path*, the JDK that runs it, and the class to start if the manifest names it."""

    project: str
    class_path: tuple[Path, ...]
    jdk: Jdk
    main: str
    versions: Mapping[str, str]
    dependencies: str
    tool: str

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:  # noqa: ARG002 - the class was found before
        """Return how the class is started. Raises ToolchainError if the build has no such class."""
        preview = ("--enable-preview",) if self._main_class().is_preview else ()
        joined = os.pathsep.join(map(str, self.class_path))
        argv = (self.jdk.tool("java"), *START_QUICKLY, *preview, "-cp", joined, self.main, *args)
        return Command(argv, launcher=self.tool, versions=self.versions, dependencies=self.dependencies)

    def _main_class(self) -> ClassFile:
        for folder in self.class_path:
            file = folder / f"{self.main.replace('.', '/')}.class"
            if file.is_file():
                return read_class(file.read_bytes())
        known = sorted(set(_classes_with_main(self.class_path)))
        near = nearest(self.main, known)
        shown = ", ".join(known[:_MOST_NAMED]) + (f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else "")
        raise ToolchainError(
            f"expected the class {self.main} in the build of {self.project}, found {shown or 'no class with a main method'}",
            f"{f'did you mean {near}? ' if near else ''}let main in the manifest name one of them",
        )


def prepare_project(declared: Declared, jdk: Jdk, world: World, progress: Progress, deps: Deps = Deps.LOCKED) -> PreparedProject:
    """Return the project of *declared*, built by its own tool if it has changed since. Raises ToolchainError."""
    build = _build_of(declared, world)
    if deps is Deps.LOWEST and not declared.locked:
        raise ToolchainError(
            f"{world.shown(build.file)} leaves releases open, and {_tool(build).NAME} takes the newest of them",
            "write exact ones, or run without --deps lowest",
        )

    def fill(folder: Path) -> None:
        command = _tool(build).command_of(build, world)
        with one_at_a_time(_tool(build).NAME, (_repository(build, world), world.cache_dir), world, progress):
            progress(f"java {jdk.version}: {_tool(build).NAME} builds {world.shown(build.file)}")
            _fill(folder, command, build, jdk, world, deps)

    folder = intact_folder(world, KIND, _key(build, jdk, world, deps), fill, _is_good)
    resolved = read_resolved(folder)
    named = _texts(build)
    versions = {name: version for name, version in resolved.all.items() if re.search(rf"\b{re.escape(name)}\b", named)}
    path = tuple(folder / place if own else Path(place) for place, own in _listed(folder))
    remark = Resolved(resolved.day).remark(declared, world)
    about = {"java": jdk.version, **versions}
    return PreparedProject(world.shown(build.file), path, jdk, declared.main, about, remark, _tool(build).NAME.lower())


def day_of(declared: Declared, jdk: Jdk, world: World) -> str:
    """Return the day on which the project of *declared* was built as it is now; nothing if it has not been."""
    key = _key(_build_of(declared, world), jdk, world, Deps.LOCKED)
    folder = kept_folder(world, KIND, f"{key}-0")
    return "" if folder is None else read_resolved(folder).day


def _build_of(declared: Declared, world: World) -> Build:
    assert declared.file is not None
    return find_build(declared.file.parent, world)


def _key(build: Build, jdk: Jdk, world: World, deps: Deps) -> str:
    """Return what changes when anything changes that the build may read."""
    files = (f"{path}:{about.st_size}:{about.st_mtime_ns}" for path in _files(build.top, world) for about in [path.lstat()])
    environ = _environment(build, jdk, replace(world, offline=False))  # an online build works offline too
    settings = (f"{name}={value}" for name, value in sorted(environ.items()) if _SETTINGS.fullmatch(name))
    day = today((), world) if deps is Deps.LATEST else ()
    return fingerprint(["1", str(build.file), *files, *settings, *day, *platform_parts(), jdk.version, str(jdk.home)])


def _files(top: Path, world: World) -> Iterator[Path]:
    """Yield the files that the build in *top* may read, sorted; not those that it, or this or another tool, has made."""
    of_ours = {world.manifest_path, world.manifest_path.with_name(SCHEMA), world.state_dir}
    for place, folders, names in os.walk(top):
        beside = set(names)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_COPIED and not _is_output(name, beside) and Path(place, name) not in of_ours
        )
        yield from (path for name in sorted(names) if (path := Path(place, name)) not in of_ours)


def _is_output(name: str, beside: set[str]) -> bool:
    return name in _OUTPUT and any(each.startswith(_OUTPUT[name]) for each in beside)


def _texts(build: Build) -> str:
    files = (build.file, build.top / "gradle" / "libs.versions.toml")
    return "\n".join(file.read_text("utf-8", errors="replace") for file in files if file.is_file())


def _environment(build: Build, jdk: Jdk, world: World) -> dict[str, str]:
    """Return the environment of a build: the user's settings, and the variables that the build and its settings name."""
    settings = Path(world.env("HOME") or world.cwd, ".m2", "settings.xml")
    said = _texts(build) + (settings.read_text("utf-8", errors="replace") if settings.is_file() else "")
    asked = {name for match in _NAMED.findall(said) for name in match if name}
    own = {name: value for name, value in world.environ.items() if _SETTINGS.fullmatch(name) or name in asked}
    offline = no_network(own) if world.offline else {}
    return {**install_environment(world), **own, **offline, "JAVA_HOME": str(jdk.home)}


def _repository(build: Build, world: World) -> Path:
    """Return the tool's own cache for *build*, which two tools at once may corrupt."""
    if build.kind == MAVEN:
        return read_settings(world).local_repository
    return Path(world.env("GRADLE_USER_HOME") or Path(world.env("HOME") or world.cwd, ".gradle"))


def _fill(folder: Path, command: Sequence[str], build: Build, jdk: Jdk, world: World, deps: Deps) -> None:
    """Build a copy, and leave in *folder* its classes and the list of the class path."""
    tool = _tool(build)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        copy = Path(scratch, "project")
        for file in _files(build.top, world):
            _copied(file, copy / file.relative_to(build.top))
        argv = (*command, *tool.words(copy, build, offline=world.offline, update=deps is Deps.LATEST))
        answer = run_tool(
            argv, env=_environment(build, jdk, world), limit_s=BUILD_LIMIT_S, stop=world.stop, cwd=copy, place=world.place
        )
        if answer.code != 0:
            said = _COLOUR.sub("", f"{answer.stdout}\n{answer.stderr}").replace(
                f"{copy}/", f"{world.shown(build.top)}/".removeprefix("./")
            )
            raise _refusal(said, answer.code, build, world, deps)
        places = tool.class_path(copy, build)
        entries = [_kept(place, number, copy, folder) for number, place in enumerate(dict.fromkeys(places))]
    (folder / _LIST).write_text(json.dumps(entries), "utf-8")
    write_resolved(folder, dict(_versions(place for place, own in entries if not own)), world)


def _copied(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file():
        shutil.copy2(file, to)


def _kept(place: Path, number: int, copy: Path, folder: Path) -> tuple[str, bool]:
    """Keep the build's own output in *folder*; return the path of each part of the class path, and whether it is in there."""
    if not place.is_relative_to(copy):
        return str(place), False
    name = f"{number}-{place.name}"
    if place.is_dir():
        shutil.copytree(place, folder / name)
    elif place.is_file():
        shutil.copy2(place, folder / name)
    else:
        (folder / name).mkdir()
    return name, True


def _listed(folder: Path) -> list[tuple[str, bool]]:
    return [(place, own) for place, own in json.loads((folder / _LIST).read_text("utf-8"))]


def _is_good(folder: Path) -> bool:
    """Tell whether every jar of the class path is still where it was."""
    try:
        return all(own or Path(place).exists() for place, own in _listed(folder))
    except (OSError, ValueError):
        return False


def _versions(jars: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield artifact and version of *jars*, read from their paths in Maven's repository or Gradle's cache."""
    for jar in map(Path, jars):
        in_gradle = re.fullmatch(r"[0-9a-f]{30,40}", jar.parent.name) is not None
        place = jar.parents[1] if in_gradle else jar.parent
        if jar.stem.startswith(f"{place.parent.name}-{place.name}"):
            yield place.parent.name, place.name


def _classes_with_main(class_path: Sequence[Path]) -> Iterator[str]:
    for folder in class_path:
        if folder.is_dir():
            for file in folder.rglob("*.class"):
                if "$" not in file.name and read_class(file.read_bytes()).has_main:
                    yield ".".join(file.relative_to(folder).with_suffix("").parts)


def _refusal(said: str, code: int, build: Build, world: World, deps: Deps) -> ToolchainError:
    """Return one sentence for the tool's failure, followed by its own lines."""
    tool = _tool(build)
    what, told = tool.what_failed(said)
    shown = world.shown(build.file)
    lines = "\n".join(f"    {line}" for line in told[:_MOST_LINES] if line.strip())
    if what == "compile":
        return ToolchainError(f"the classes of {shown} do not compile\n{lines}", "fix what javac reports")
    if (failed := wrapper_failed(said)) is not None:
        return no_tool(failed, tool.NAME, tool.WRAPPER, tool.WRAPPER_SETTINGS, build, world, deps)
    if world.offline and maven.NOT_HERE.search(said):
        return not_here(f"what {shown} depends on", "java", deps, lines)
    if maven.NO_NETWORK.search(said):
        return ToolchainError(f"what {shown} depends on is not here yet and could not be fetched\n{lines}", GO_ONLINE)
    if what == "resolve":
        return ToolchainError(f"the dependencies of {shown} cannot be had\n{lines}", f"correct what {tool.NAME} names here")
    return ToolchainError(f"{tool.NAME} could not build {shown}, it ended with {code}\n{lines}", "correct what it names here")
