"""Maven: a project's classes and its class path, by the project's own wrapper or the ``mvn`` on ``PATH``."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.pom import classes_of, read_pom
from dvara_examples.toolchains._java.project import POM, Build
from dvara_examples.toolchains._tools import which

NAME = "Maven"
WRAPPER = "mvnw"
WRAPPER_SETTINGS = Path(".mvn", "wrapper", "maven-wrapper.properties")
TO_INSTALL = (
    "install Maven (`apt-get install maven`, `sdk install maven`), or add its wrapper to the project (`mvn wrapper:wrapper`)"
)

_CLASS_PATH = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
_LISTED = ".dvara-examples-class-path"
_JAVAC = re.compile(r"^\[ERROR\] (.+?\.java):\[(\d+),\d+\] (.*)$", re.MULTILINE)
_ERROR = re.compile(r"^\[(?:ERROR|FATAL)\] ?(.*)$", re.MULTILINE)
_HELP = re.compile(
    r"(?:-> )?\[Help|To see the full stack|Re-run Maven|For more information|After correcting the problems|mvn <args>"
)
_UNRESOLVED = re.compile(r"Could not resolve dependencies|Could not find artifact|No versions available|DependencyResolution")
NO_NETWORK = re.compile(
    r"Could not transfer (?:artifact|metadata)|Unknown host|UnknownHostException"
    r"|Connect(?:ion)? (?:to \S+ )?(?:refused|timed out)|ConnectException"
    r"|Network is unreachable|Temporary failure in name resolution"
)
NOT_HERE = re.compile(r"in offline mode|has not been downloaded from it before|No cached version")


def command_of(build: Build, world: World) -> tuple[str, ...]:
    """Return how Maven is started for *build*: the wrapper next to it or at its top, else ``mvn``. Raises ToolchainError."""
    return started_by(build, world, WRAPPER, "mvn", TO_INSTALL)


def started_by(build: Build, world: World, wrapper: str, name: str, to_install: str) -> tuple[str, ...]:
    """Return how a build tool is started: by its *wrapper*, relative to the top of the build, else by its *name*."""
    for folder in (build.folder, build.top):
        if (folder / wrapper).is_file():
            return ("sh", str(Path(os.path.relpath(folder, build.top), wrapper)))
    found = which(name, world)
    if found is None:
        where, hint = "on PATH", to_install
        if world.place is not None:
            where, hint = f"in {world.place.name}", f"name an image that has it, or add {wrapper} to the project"
        cause = f"expected {name} {where}, or {wrapper} beside {world.shown(build.file)}, found neither"
        raise ToolchainError(cause, hint)
    return (found,)


def words(copy: Path, build: Build, *, offline: bool, update: bool) -> tuple[str, ...]:
    """Return Maven's arguments for *copy*, a copy of the whole build."""
    reactor = _reactor(build)
    part = Path(os.path.relpath(build.folder, reactor)).as_posix()
    only = () if reactor == build.folder else ("-pl", part, "-am")
    given = (*(("-o",) if offline else ()), *(("-U",) if update else ()))
    place = copy / reactor.relative_to(build.top) / POM
    return (
        *("-B", "-q", "-Dstyle.color=never", *given, "-f", str(place), *only),
        *("compile", _CLASS_PATH, f"-Dmdep.outputFile={_LISTED}", "-Dmdep.includeScope=runtime"),
    )


def _reactor(build: Build) -> Path:
    """Return the topmost folder whose build has that of *build* as a module, perhaps indirectly."""
    reactor = below = build.folder
    while below != build.top:
        below = below.parent
        if any(Path(os.path.normpath(below / module)) == reactor for module in _modules(below / POM)):
            reactor = below
    return reactor


def _modules(pom: Path) -> Iterator[str]:
    root = read_pom(pom)
    if root is None:
        return
    for module in root.iter("module"):
        yield (module.text or "").strip().removesuffix(f"/{POM}")


def class_path(copy: Path, build: Build) -> list[Path]:
    """Return what Maven left in *copy*: the project's classes, then what they depend on. Raises ToolchainError without any."""
    home = copy / build.folder.relative_to(build.top)
    classes = classes_of(home)
    if not classes.is_dir():
        place = os.path.relpath(classes, home)
        raise ToolchainError(
            f"Maven built {build.file}, but left no classes in {place}", "let outputDirectory in it name their folder"
        )
    listed = (home / _LISTED).read_text("utf-8").strip() if (home / _LISTED).is_file() else ""
    return [classes, *(Path(each) for each in listed.split(os.pathsep) if each)]


def what_failed(said: str) -> tuple[str, list[str]]:
    """Return what Maven failed to do, and its own lines about it."""
    compiled = [f"{place}:{line}: {text}" for place, line, text in _JAVAC.findall(said)]
    if compiled:
        return "compile", list(dict.fromkeys(compiled))
    lines = [line.partition(" -> [Help")[0].strip() for line in _ERROR.findall(said)]
    told = [line for line in dict.fromkeys(lines) if line and not _HELP.match(line)]
    return "resolve" if _UNRESOLVED.search(said) else "build", told or said.splitlines()[-_MOST_LINES:]


_MOST_LINES = 8
