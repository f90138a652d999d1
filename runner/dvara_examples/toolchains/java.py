"""Java: scripts with JBang's directives, built by JBang if it is on ``PATH``, otherwise by the toolchain itself.

Classes of a Maven or Gradle project are built by the tool of that project.

The working parts are imported on demand: every command reads this module, and few of them run Java.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Candidate, Declared, Deps, Fitness, Missing, Packages, PreparedRuntime, Progress, Runtime
from dvara_examples.toolchains._java import BUILT_IN, FLOOR
from dvara_examples.toolchains._tools import missing_there

if TYPE_CHECKING:
    from dvara_examples.core.language import Language
    from dvara_examples.toolchains._java.jbang_home import JBang
    from dvara_examples.toolchains._java.jdk import Jdk

LAUNCHER = "DVARA_EXAMPLES_JAVA_LAUNCHER"
"""``built-in`` or ``jbang`` chooses the builder; if unset, JBang is used if it is found."""
HEADER = "header"
"""The place of a script's dependencies: ``//DEPS`` lines at its top."""
NO_JAR = "has no jbang.jar, so it would download JBang at each start"
GET_JAR = "run `jbang version` once with network access"


@dataclass(frozen=True, slots=True)
class Java:
    """The Java toolchain."""

    language: str = "java"
    suffixes: tuple[str, ...] = (".java",)
    floor: str = str(FLOOR)
    lists: tuple[str, ...] = ()
    has_builds: bool = True

    @property
    def spelling(self) -> "Language":
        """The notation of Java."""
        from dvara_examples.toolchains._java.spelling import JAVA

        return JAVA

    def probe(self, world: World) -> Runtime | Missing:
        """Return the newest JDK from 21 up; only files are read."""
        from dvara_examples.toolchains._java.jdk import RequiredJava, find_jdks, newest, none_fits

        wanted = RequiredJava(FLOOR)
        try:
            jdks = find_jdks(world)
            jbang = _jbang(world)
        except ToolchainError as error:
            return Missing(self.language, error.diagnosis.cause, error.diagnosis.hint)
        jdk = newest(jdks, wanted)
        if jdk is None and world.place is not None:
            return missing_there(world, self.language, f"JDK {wanted}", ", ".join(jdk.version for jdk in jdks))
        if jdk is None:
            told = none_fits(jdks, wanted)
            return Missing(self.language, told.cause, told.hint)
        launcher = {"launcher": "jbang", "jbang": str(jbang.executable)} if jbang else {"launcher": BUILT_IN}
        return Runtime(self.language, jdk.version, Path(jdk.tool("java")), jdk.origin, {"home": str(jdk.home), **launcher})

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Return every JDK found, a ``java`` without a compiler, and JBang."""
        return list(_sightings(self.probe(world), world))

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """Point to the build that the manifest names, else to the script itself, whose header states them.

        Raises ToolchainError if the manifest states packages, and if there is no such build.
        """
        if packages is not None and packages.project is not None:
            from dvara_examples.toolchains._java.project import declared_build

            return declared_build(script, packages, world)
        if packages is not None:
            raise ToolchainError(
                f"the manifest lists packages for {world.shown(script)}, but a Java script states them itself",
                "write //DEPS lines into the script, and remove packages",
            )
        return Declared(HEADER, words="the header of the script")

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Return the folder of a whole build; nothing for a script, because the files that its header names are next to it."""
        if declared.kind == HEADER or declared.file is None:
            return ()
        from dvara_examples.toolchains._java.project import find_build

        return (find_build(declared.file.parent, world).top,)

    def lock(self, declared: Declared, runtime: Runtime, world: World, progress: Progress) -> Path:  # noqa: ARG002 - it has none
        """Refuse: a script names its releases itself, and so may a build."""
        if declared.kind != HEADER:
            from dvara_examples.toolchains._java.project import how_to_lock

            raise ToolchainError(f"{world.shown(declared.file or world.root)} has no lock file", how_to_lock(declared.kind))
        raise ToolchainError("a Java script has no lock file", "write exact versions into its //DEPS lines")

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Return when the build was made; nothing for a script, which names its releases itself."""
        if declared.kind == HEADER:
            return ""
        from dvara_examples.toolchains._java.built import day_of
        from dvara_examples.toolchains._java.jdk import find_jdks

        return day_of(declared, _usual(find_jdks(world), runtime), world)

    def prepare(
        self,
        runtime: Runtime,
        project: Path,  # noqa: ARG002 - each script states its own
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Choose the builder; each script is compiled on first use. A project's build is built as a whole.

        JBang takes the releases that a script names, so the built-in way always builds other *deps*; the floors
        get the oldest JDK that fits.
        """
        from dvara_examples.toolchains._java.builtin import BuiltIn
        from dvara_examples.toolchains._java.jbang import WithJBang
        from dvara_examples.toolchains._java.jdk import Jdks, RequiredJava, find_jdks

        found = find_jdks(world)
        usual = _usual(found, runtime)
        if declared is not None and declared.kind != HEADER:
            from dvara_examples.toolchains._java.built import prepare_project

            return prepare_project(declared, usual, world, progress, deps)
        if deps is Deps.LOCKED and (jbang := _jbang(world)) is not None:
            return WithJBang(jbang.executable, Jdks(found, usual), world, progress)
        jdks = Jdks(found, usual)
        return BuiltIn(jdks.oldest_first(RequiredJava(FLOOR)) if deps is Deps.LOWEST else jdks, world, progress, deps)


def toolchain() -> Java:
    """Return the Java toolchain."""
    return Java()


def _usual(found: Sequence["Jdk"], runtime: Runtime) -> "Jdk":
    """Return the JDK of *runtime*. Raises ToolchainError if it is gone."""
    usual = next((jdk for jdk in found if Path(jdk.tool("java")) == runtime.executable), None)
    if usual is None:
        raise ToolchainError(f"the JDK at {runtime.executable.parent.parent} has disappeared since it was found", "run again")
    return usual


def _jbang(world: World) -> "JBang | None":
    """Return the JBang to build with, or None for the built-in way: one that would have to download itself is not used."""
    from dvara_examples.toolchains._java.jbang_home import find_jbang

    asked = world.env(LAUNCHER)
    if asked not in (None, BUILT_IN, "jbang"):
        raise ToolchainError(f"{LAUNCHER} says {asked!r}", f"{BUILT_IN} and jbang are accepted: correct it, or unset it")
    if asked == BUILT_IN:
        return None
    found = find_jbang(world)
    if found is not None and found.is_complete:
        return found
    if asked == "jbang":
        lack, fix = (f"{found.executable} {NO_JAR}", GET_JAR) if found else ("PATH holds none", "install JBang")
        raise ToolchainError(f"{LAUNCHER} asks for jbang, but {lack}", f"{fix}, or unset {LAUNCHER}")
    return None


def _sightings(probed: Runtime | Missing, world: World) -> Iterator[Candidate]:
    from dvara_examples.toolchains._java.jdk import HOW_TO_INSTALL, RequiredJava, find_jdks, without_compiler

    try:
        found = find_jdks(world)
    except ToolchainError as error:
        yield Candidate("JDK", "", Fitness.MISSING, error.diagnosis.cause, error.diagnosis.hint)
        return
    used = None if isinstance(probed, Missing) else probed.executable
    wanted = RequiredJava(FLOOR)
    for jdk in found:
        is_used = used == Path(jdk.tool("java"))
        why = f"older than {FLOOR}" if not wanted.fits(jdk) else "the newest that fits" if is_used else "a newer one is there"
        standing = Fitness.FITS if is_used else Fitness.PASSED_OVER
        yield Candidate(f"JDK {jdk.version}", str(jdk.home), standing, f"{why} (found by {jdk.origin})")
    if (java := without_compiler(world)) is not None:
        yield Candidate("java", java, Fitness.PASSED_OVER, "a Java without a compiler: there is no javac next to it")
    if isinstance(probed, Missing):
        none_at_all = "none of these is new enough" if found else "none with a javac was found"
        yield Candidate(f"JDK {FLOOR} or newer", "", Fitness.MISSING, none_at_all, HOW_TO_INSTALL)
    yield _jbang_sighting(world)
    yield from _build_tools(world)


def _build_tools(world: World) -> Iterator[Candidate]:
    """Yield the installed tools that build projects; a run that needs a missing one says so."""
    for name, title in (("mvn", "Maven"), ("gradle", "Gradle")):
        found = shutil.which(name, path=world.env("PATH") or "")
        if found:
            yield Candidate(title, found, Fitness.FITS, "builds projects that have no wrapper of their own")


def _jbang_sighting(world: World) -> Candidate:
    from dvara_examples.toolchains._java.jbang_home import find_jbang

    try:
        used = _jbang(world)
    except ToolchainError as error:
        return Candidate("JBang", "", Fitness.MISSING, error.diagnosis.cause, error.diagnosis.hint)
    found = find_jbang(world)
    if found is None:
        return Candidate("JBang", "", Fitness.OPTIONAL, "as scripts are built without it too")
    what = f"JBang {found.version}".rstrip()
    if used is not None:
        return Candidate(what, str(found.executable), Fitness.FITS, "builds the scripts")
    if found.is_complete:
        return Candidate(what, str(found.executable), Fitness.PASSED_OVER, f"{LAUNCHER} asks for the built-in way")
    return Candidate(what, str(found.executable), Fitness.PASSED_OVER, f"{NO_JAR}; scripts are built without it", GET_JAR)
