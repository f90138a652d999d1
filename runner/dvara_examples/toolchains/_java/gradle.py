"""Gradle: a project's classes and its class path, by the project's own wrapper or the ``gradle`` on ``PATH``.

``class_path.gradle`` is an init script, which adds one task to the build, and changes no file of it.
"""

import re
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.maven import started_by
from dvara_examples.toolchains._java.project import Build

NAME = "Gradle"
WRAPPER = "gradlew"
WRAPPER_SETTINGS = Path("gradle", "wrapper", "gradle-wrapper.properties")
TO_INSTALL = "install Gradle (`sdk install gradle`), or add its wrapper to the project (`gradle wrapper`)"

_INIT = Path(__file__).with_name("class_path.gradle")
_TASK = "dvaraExamplesClassPath"
_LISTED = ".dvara-examples-class-path"
_JAVAC = re.compile(r"^(.+?\.java):(\d+): (?:error: )?(.*)$", re.MULTILINE)
_UNRESOLVED = re.compile(r"Could not (?:resolve|find) ")


def command_of(build: Build, world: World) -> tuple[str, ...]:
    """Return how Gradle is started for *build*: the wrapper next to it or at its top, else ``gradle``. Raises ToolchainError."""
    return started_by(build, world, WRAPPER, "gradle", TO_INSTALL)


def words(copy: Path, build: Build, *, offline: bool, update: bool) -> tuple[str, ...]:
    """Return Gradle's arguments for *copy*, a copy of the whole build."""
    given = (*(("--offline",) if offline else ()), *(("--refresh-dependencies",) if update else ()))
    place = copy / build.folder.relative_to(build.top)
    quietly = ("--no-daemon", "--quiet", "--console=plain", "-Dorg.gradle.configuration-cache=false")
    return (*quietly, *given, "--init-script", str(_INIT), "--project-dir", str(place), _TASK)


def class_path(copy: Path, build: Build) -> list[Path]:
    """Return what Gradle left in *copy*: the project's classes, then what they depend on. Raises ToolchainError without any."""
    listed = copy / build.folder.relative_to(build.top) / _LISTED
    if not listed.is_file():
        raise ToolchainError(
            f"Gradle built {build.file}, which makes no Java classes", "add the plug-in java or application to it"
        )
    return [Path(line) for line in listed.read_text("utf-8").splitlines() if line and Path(line).exists()]


def what_failed(said: str) -> tuple[str, list[str]]:
    """Return what Gradle failed to do, and its own lines about it."""
    compiled = [f"{place}:{line}: {text}" for place, line, text in _JAVAC.findall(said)]
    if compiled:
        return "compile", list(dict.fromkeys(compiled))
    if f"Task '{_TASK}' not found" in said:
        return "build", ["it makes no Java classes: add the plug-in java or application"]
    told = said.partition("* What went wrong:")[2].partition("* Try:")[0] or said
    return "resolve" if _UNRESOLVED.search(told) else "build", [line for line in told.strip().splitlines() if line][:_MOST_LINES]


_MOST_LINES = 8
