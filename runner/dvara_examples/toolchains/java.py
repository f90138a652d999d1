"""Java: scripts with JBang's directives, built by JBang where it is on ``PATH`` and by the toolchain itself elsewhere.

What does the work is imported where it is done: every command reads this module, and few of them run Java.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.errors import ToolchainError
from dvara_examples.toolchains import Deps, Missing, Prepared, Progress, Runtime
from dvara_examples.toolchains._java import BUILT_IN, FLOOR
from dvara_examples.world import World

LAUNCHER = "DVARA_EXAMPLES_JAVA_LAUNCHER"
"""``built-in`` or ``jbang`` chooses the way; unset, JBang is used where it is found."""


@dataclass(frozen=True, slots=True)
class Java:
    """The Java toolchain."""

    language: str = "java"
    suffixes: tuple[str, ...] = (".java",)
    floor: str = str(FLOOR)

    def probe(self, world: World) -> Runtime | Missing:
        """Return the newest JDK from 21 up; only files are read."""
        from dvara_examples.toolchains._java.jdk import Wanted, find_jdks, newest, none_fits

        wanted = Wanted(FLOOR)
        try:
            jdks = find_jdks(world)
            jbang = _jbang(world)
        except ToolchainError as error:
            return Missing(self.language, str(error))
        jdk = newest(jdks, wanted)
        if jdk is None:
            return Missing(self.language, none_fits(jdks, wanted))
        launcher = {"launcher": "jbang", "jbang": str(jbang)} if jbang else {"launcher": BUILT_IN}
        return Runtime(self.language, jdk.version, Path(jdk.tool("java")), jdk.origin, {"home": str(jdk.home), **launcher})

    def prepare(self, runtime: Runtime, project: Path, world: World, progress: Progress, deps: Deps = Deps.LOCKED) -> Prepared:
        """Put in place what the scripts of *project* share; each is compiled when it is first asked for.

        JBang takes the releases that a script names, so other *deps* are always built the built-in way; the floors
        get the oldest JDK that fits.
        """
        from dvara_examples.toolchains._java.builtin import BuiltIn
        from dvara_examples.toolchains._java.jbang import WithJBang
        from dvara_examples.toolchains._java.jdk import Jdks, Wanted, find_jdks

        found = find_jdks(world)
        usual = next((jdk for jdk in found if Path(jdk.tool("java")) == runtime.executable), None)
        if usual is None:
            raise ToolchainError(f"the JDK at {runtime.executable.parent.parent} is gone since it was found; run again")
        if deps is Deps.LOCKED and (jbang := _jbang(world)) is not None:
            return WithJBang(jbang, Jdks(found, usual), world, progress)
        jdks = Jdks(found, usual)
        prepared = BuiltIn(jdks.oldest_first(Wanted(FLOOR)) if deps is Deps.LOWEST else jdks, world, progress, deps)
        prepared.warm(project)
        return prepared


def toolchain() -> Java:
    """Return the Java toolchain."""
    return Java()


def _jbang(world: World) -> Path | None:
    """Return the JBang to build with, or None for the built-in way."""
    asked = world.env(LAUNCHER)
    if asked not in (None, BUILT_IN, "jbang"):
        raise ToolchainError(f"{LAUNCHER} says {asked!r}; {BUILT_IN} and jbang are accepted: correct it, or unset it")
    found = shutil.which("jbang", path=world.env("PATH") or "")
    if asked == "jbang" and found is None:
        raise ToolchainError(f"{LAUNCHER} asks for jbang, but PATH holds none; install JBang, or unset {LAUNCHER}")
    return Path(found) if found and asked != BUILT_IN else None
