"""Finds the JDKs on this machine, and chooses one for a script.

A JDK's version is read from its ``release`` file, so that looking costs no JVM; only a JDK without that file and the script of
a version manager are asked.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, ToolchainError
from dvara_examples.core.place import ProgramPlace
from dvara_examples.core.world import World
from dvara_examples.toolchains._install import may_choose
from dvara_examples.toolchains._tools import run_tool, undisturbed

CHOSEN_BY = "DVARA_EXAMPLES_JAVA_HOME"
"""Names the only JDK to use, whatever others there are."""
FOLDERS = "DVARA_EXAMPLES_JDK_FOLDERS"
"""Replaces the system's folders of JDKs: a list like ``PATH``; empty means none."""
HOW_TO_INSTALL = (
    "install one (`apt-get install openjdk-21-jdk`, `sdk install java`, or Eclipse Temurin) "
    f"and set JAVA_HOME, or name its folder in {CHOSEN_BY}"
)

_SYSTEM_FOLDERS = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java")
_HOME_FOLDERS = (".sdkman/candidates/java", ".jdks", ".jbang/cache/jdks")
_RELEASE_LINE = re.compile(r'^JAVA_VERSION="([^"]+)"', re.MULTILINE)
_VERSION_ANSWER = re.compile(r'version "([^"]+)"')
_PROPERTY = re.compile(r" {4}(?P<name>\S+) = (?P<value>.*)")
_ASK_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Jdk:
    """A JDK: *home* holds ``bin/java`` and ``bin/javac``; *origin* says what led there (``JAVA_HOME``, ``PATH``, a folder)."""

    home: Path
    version: str
    origin: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as comparable numbers, ``1.8.0_392`` counted as 8."""
        numbers = tuple(int(n) for n in re.findall(r"\d+", self.version.partition("+")[0]))
        return numbers[1:] if numbers[:1] == (1,) else numbers

    @property
    def feature(self) -> int:
        """The feature release: 21 of ``21.0.7``."""
        return self.numbers[0]

    def tool(self, name: str) -> str:
        """Return the path of one of the JDK's commands."""
        return str(self.home / "bin" / name)


@dataclass(frozen=True, slots=True)
class RequiredJava:
    """The Java that a script asks for: *feature* exactly, or with *or_newer* any from it up."""

    feature: int
    or_newer: bool = True

    def __str__(self) -> str:
        return f"{self.feature} or newer" if self.or_newer else f"{self.feature}"

    def fits(self, jdk: Jdk) -> bool:
        """Say whether *jdk* is what is asked for."""
        return jdk.feature >= self.feature if self.or_newer else jdk.feature == self.feature


@dataclass(frozen=True, slots=True)
class Jdks:
    """All JDKs that were found, and the *usual* one for scripts that ask for none; others get the newest or oldest that fits."""

    found: tuple[Jdk, ...]
    usual: Jdk
    prefers_oldest: bool = False

    def oldest_first(self, wanted: RequiredJava) -> "Jdks":
        """Return the same JDKs for scripts that get the oldest that fits; the usual one is the oldest that fits *wanted*."""
        return Jdks(self.found, oldest(self.found, wanted) or self.usual, prefers_oldest=True)

    def for_script(self, script: Path, wanted: RequiredJava | None) -> Jdk:
        """Return the JDK that *script* gets. Raises ToolchainError if none fits."""
        if wanted is None:
            return self.usual
        if (jdk := (oldest if self.prefers_oldest else newest)(self.found, wanted)) is None:
            raise ToolchainError(none_fits(self.found, wanted, who=f"{script.name} (//JAVA)"))
        return jdk


def find_jdks(world: World) -> tuple[Jdk, ...]:
    """Return every JDK found, each once, in the order of the search.

    Raises ToolchainError if the user names an invalid JDK.
    """
    if world.place is not None:
        return tuple(_there(world, world.place))
    if (chosen := world.env(CHOSEN_BY)) is not None:
        jdk = _read(Path(chosen), CHOSEN_BY, world)
        if jdk is None:
            raise ToolchainError(
                f"{CHOSEN_BY} names {chosen}, which is not a JDK (it has no bin/java and bin/javac)",
                "name the folder of a JDK, or unset it",
            )
        return (jdk,)
    found: dict[Path, Jdk] = {}
    for home, origin in _places(world):
        if home.resolve() not in found and (jdk := _read(home.resolve(), origin, world)) is not None:
            found.setdefault(jdk.home, jdk)
    return tuple(found.values())


def _there(world: World, place: ProgramPlace) -> Iterator[Jdk]:
    """Yield the one JDK of another place: that of its JAVA_HOME, or of the ``java`` on its PATH."""
    home, found = world.env("JAVA_HOME"), place.which("java")
    java = Path(home, "bin", "java") if home else Path(found) if found else None
    if java is None:
        return
    home_there = place.real(java).parent.parent
    if place.which(str(home_there / "bin" / "javac")) is None:
        return
    match = _RELEASE_LINE.search(place.text(home_there / "release") or "")
    version = match.group(1) if match else _asked(home_there, world)
    if version and re.match(r"\d", version):
        yield Jdk(home_there, version, place.name)


def jvm_properties(jdk: Jdk, world: World) -> dict[str, str]:
    """Return the system properties of a JVM of *jdk*; nothing if it does not print them."""
    return _properties(Path(jdk.tool("java")), world)


def without_compiler(world: World) -> str | None:
    """Return the ``java`` on PATH if no ``javac`` lies next to it, or None."""
    if world.place is not None:
        return None
    java = shutil.which("java", path=world.env("PATH") or "")
    return java if java and not os.access(Path(java).resolve().parent / "javac", os.X_OK) else None


def newest(jdks: Iterable[Jdk], wanted: RequiredJava) -> Jdk | None:
    """Return the newest JDK that fits; of equal ones the one found first."""
    return max((jdk for jdk in jdks if wanted.fits(jdk)), key=lambda jdk: jdk.numbers, default=None)


def oldest(jdks: Iterable[Jdk], wanted: RequiredJava) -> Jdk | None:
    """Return the oldest JDK that fits; of equal ones the one found first."""
    return min((jdk for jdk in jdks if wanted.fits(jdk)), key=lambda jdk: jdk.numbers, default=None)


def none_fits(jdks: Iterable[Jdk], wanted: RequiredJava, who: str = "") -> Diagnosis:
    """Say that no JDK fits: what is needed (and by *who*), what was found, what to do."""
    found = ", ".join(f"{jdk.version} at {jdk.home}" for jdk in jdks)
    needed = f"JDK {wanted} is needed{f' by {who}' if who else ''}"
    return Diagnosis(f"{needed}, found {found or 'none with a javac'}", HOW_TO_INSTALL)


def _places(world: World) -> Iterator[tuple[Path, str]]:
    """Yield the folders that may be a JDK's home, with what led there."""
    if (home := world.env("JAVA_HOME")) is not None:
        yield Path(home), "JAVA_HOME"
    for folder in (world.env("PATH") or "").split(os.pathsep):
        if folder and (java := shutil.which("java", path=folder)) is not None:
            yield Path(java).resolve().parent.parent, "PATH"
            if (chosen := _behind_script(Path(java), world)) is not None:
                yield chosen, "PATH"
    for parent in _parents(world):
        for child in _children(parent):
            yield child, str(parent)
            yield child / "Contents" / "Home", str(parent)


def _parents(world: World) -> tuple[Path, ...]:
    """Return the folders that hold one JDK per child."""
    if FOLDERS in world.environ:
        system = tuple(Path(name) for name in world.environ[FOLDERS].split(os.pathsep) if name)
    else:
        system = tuple(Path(name) for name in _SYSTEM_FOLDERS)
    home = world.env("HOME")
    return system + (tuple(Path(home) / name for name in _HOME_FOLDERS) if home else ())


def _children(folder: Path) -> list[Path]:
    """Return the entries of *folder*, sorted; nothing if it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(home: Path, origin: str, world: World) -> Jdk | None:
    """Return the JDK at *home*, or None if there is none whose version can be told."""
    if (behind := _behind_script(home / "bin" / "java", world)) is not None:
        home = behind
    if not all(os.access(home / "bin" / name, os.X_OK) for name in ("java", "javac")):
        return None
    version = _released(home) or _asked(home, world)
    return Jdk(home, version, origin) if version and re.match(r"\d", version) else None


def _behind_script(java: Path, world: World) -> Path | None:
    """Return the home of the JDK that *java* starts, if *java* is a version manager's, which chooses by the current folder.

    Runs start in other folders than probes, so the JDK is looked up once and started directly.
    """
    home = _properties(java, world).get("java.home") if may_choose(str(java), "java") else None
    return Path(home).resolve() if home and os.access(Path(home) / "bin" / "javac", os.X_OK) else None


def _released(home: Path) -> str | None:
    """Return the version that the ``release`` file of *home* states."""
    try:
        match = _RELEASE_LINE.search((home / "release").read_text("utf-8", errors="replace"))
    except OSError:
        return None
    return match.group(1) if match else None


def _properties(java: Path, world: World) -> dict[str, str]:
    """Return the system properties that *java* prints; a list of paths comes on several lines."""
    argv = [str(java), "-XshowSettings:properties", "-version"]
    try:
        answer = run_tool(
            argv, env=undisturbed(world.environ), limit_s=_ASK_LIMIT_S, stop=world.stop, place=world.place, cwd=world.cwd
        )
    except ToolchainError:
        return {}
    found: dict[str, str] = {}
    name = ""
    for line in answer.stderr.splitlines():
        if (match := _PROPERTY.fullmatch(line)) is not None:
            name = match["name"]
            found[name] = match["value"]
        elif name and line.startswith(" " * 8):
            found[name] += os.pathsep + line.strip()
    return found


def _asked(home: Path, world: World) -> str | None:
    """Return the version that ``java -version`` states on its stderr."""
    try:
        answer = run_tool(
            [str(home / "bin" / "java"), "-version"], env={}, limit_s=_ASK_LIMIT_S, stop=world.stop, place=world.place
        )
    except ToolchainError:
        return None
    match = _VERSION_ANSWER.search(answer.stderr)
    return match.group(1) if match else None
