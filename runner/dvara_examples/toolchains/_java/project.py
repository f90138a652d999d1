"""Finds the build of a class, and where it pins its dependencies; reads files and starts nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Packages
from dvara_examples.toolchains._java.pom import PROPERTY, properties_of, read_pom
from dvara_examples.toolchains._java.reading import BUILD_FILES, class_of

MAVEN, GRADLE = "maven", "gradle"
BUILDS = (MAVEN, GRADLE)
"""The kinds of a list that is the file of a build."""
POM = "pom.xml"
GRADLE_LOCK = "gradle.lockfile"

_SETTINGS = ("settings.gradle", "settings.gradle.kts")
_CATALOG = Path("gradle", "libs.versions.toml")
_OPEN_END = r"(?:[^\"']*\+|latest\.\w+|[\[(][^\"']*|[^\"']*-SNAPSHOT)"
_MOVES_IN_GRADLE = re.compile(
    rf"[\"'][\w.-]+:[\w.-]+:{_OPEN_END}[\"']|\bversion(?:\.ref)?\s*[:=]\s*[\"']{_OPEN_END}[\"']", re.MULTILINE
)
_OWN_VERSION = re.compile(r"^\s*version\s*=?\s*[\"'][^\"']*[\"']\s*$", re.MULTILINE)
_MOVES_IN_MAVEN = re.compile(r"[\[(].*|LATEST|RELEASE|.*-SNAPSHOT")


@dataclass(frozen=True, slots=True)
class Build:
    """The build of one *folder*, described by *file*; *top* is the folder of the whole build around it."""

    folder: Path
    file: Path
    top: Path

    @property
    def kind(self) -> str:
        """Which tool builds it."""
        return MAVEN if self.file.name == POM else GRADLE


def find_build(folder: Path, world: World) -> Build:
    """Return the build in *folder*. Raises ToolchainError if nothing describes one."""
    file = next((folder / name for name in BUILD_FILES if (folder / name).is_file()), None)
    if file is None:
        *most, last = BUILD_FILES
        names = f"{', '.join(most)} or {last}"
        raise ToolchainError(f"expected {names} in {world.shown(folder)}, found none", "let project name the folder of a build")
    above = [place for place in folder.parents if place.is_relative_to(world.root)]
    if file.name == POM:
        top = folder
        for place in above:
            if not (place / POM).is_file():
                break
            top = place
    else:
        top = next((place for place in (folder, *above) if any((place / name).is_file() for name in _SETTINGS)), folder)
    return Build(folder, file, top)


def declared_build(script: Path, packages: Packages, world: World) -> Declared:
    """Point to the file of the build that *packages* name for *script*. Raises ToolchainError if there is none."""
    assert packages.project is not None
    build = find_build(packages.project, world)
    main = packages.main or class_of(script, script.read_text("utf-8", errors="replace"))
    if build.kind == MAVEN:
        return Declared(MAVEN, build.file, locked=not any(_moving(pom) for pom in _poms(build)), main=main)
    lock = next((place / GRADLE_LOCK for place in (build.folder, build.top) if (place / GRADLE_LOCK).is_file()), None)
    locked = lock is not None or not any(map(_moves_in_gradle, _texts(build)))
    return Declared(GRADLE, build.file, locked=locked, lock=lock, main=main)


def how_to_lock(kind: str) -> str:
    """Return how the releases of a build are pinned."""
    if kind == MAVEN:
        return "write exact versions into it, as Maven has none"
    return "turn on dependencyLocking in it, and run `gradle dependencies --write-locks`"


def _poms(build: Build) -> Iterator[Path]:
    """Yield the file of the build, and those of the folders above that it may inherit from."""
    for place in (build.folder, *build.folder.parents):
        yield place / POM
        if place == build.top:
            return


def _moving(pom: Path) -> bool:
    """Tell whether the release of a dependency in *pom* depends on the day of the build."""
    root = read_pom(pom)
    if root is None:
        return False  # Maven reports what is wrong with it
    said = properties_of(root)
    own = {(root.findtext(path) or "").strip() for path in ("version", "parent/version")}
    versions = {(each.findtext("version") or "").strip() for each in root.iter("dependency")}
    versions = {PROPERTY.sub(lambda found: said.get(found[1], ""), version) for version in versions}
    return any(_MOVES_IN_MAVEN.fullmatch(version) for version in versions - own)


def _texts(build: Build) -> Iterator[str]:
    for file in (build.file, build.top / _CATALOG):
        if file.is_file():
            yield file.read_text("utf-8", errors="replace")


def _moves_in_gradle(text: str) -> bool:
    return _MOVES_IN_GRADLE.search(_OWN_VERSION.sub("", text)) is not None
