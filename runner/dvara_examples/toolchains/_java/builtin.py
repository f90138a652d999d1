"""The way without JBang: read the header, resolve, compile, and start the script's own class."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Deps, Progress
from dvara_examples.toolchains._java import BUILT_IN
from dvara_examples.toolchains._java.bundle import Bundle, read_bundle
from dvara_examples.toolchains._java.compiler import compile_bundle
from dvara_examples.toolchains._java.expressions import properties_of
from dvara_examples.toolchains._java.jdk import Jdk, Jdks, jvm_properties
from dvara_examples.toolchains._java.launch import Launcher, Program, start_options
from dvara_examples.toolchains._java.releases import for_deps
from dvara_examples.toolchains._java.resolver import ClassPath, resolve


class BuiltIn:
    """Scripts built by the toolchain itself; every step is cached, so that repeating it is cheap."""

    def __init__(self, jdks: Jdks, world: World, progress: Progress, deps: Deps = Deps.LOCKED) -> None:
        self._jdks = jdks
        self._world = world
        self._progress = progress
        self._deps = deps
        self._day = f"{world.clock.utc_now():%Y-%m-%d}" if deps is Deps.LATEST else None
        self._launcher = Launcher(world, progress)
        self._properties = properties_of(world, lambda: jvm_properties(jdks.usual, world))

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started, compiling it if it has changed. Safe from any thread. Raises ToolchainError."""
        bundle, jdk = self._read(script)
        class_path = self._class_path(bundle)
        compiled = compile_bundle(bundle, jdk, class_path.jars, self._world)
        options = (
            *bundle.header.runtime_options,
            *start_options(jdk, bundle.header.manifest, class_path.jars, bundle.header.preview),
        )
        program = Program(compiled.jar, compiled.main_class, class_path.jars, options)
        argv = self._launcher.argv(jdk, program, args)
        return Command(argv, launcher=BUILT_IN, versions={"java": jdk.version, **class_path.versions}, installed=class_path.jars)

    def _read(self, script: Path) -> tuple[Bundle, Jdk]:
        """Return *script* with all files that it names, and its JDK."""
        bundle = read_bundle(self._world.cwd / script, self._world, self._properties)
        if bundle.header.only_with_jbang:
            raise ToolchainError(
                f"{script} uses {', '.join(bundle.header.only_with_jbang)}, which only JBang can follow",
                "install JBang and put it on PATH to run this script",
            )
        jdk = self._jdks.for_script(script, bundle.header.wanted)
        return replace(bundle, header=for_deps(bundle.header, self._deps)), jdk

    def _class_path(self, bundle: Bundle) -> ClassPath:
        """Resolve the dependencies of *bundle*, naming the script in every error."""
        try:
            found = resolve(bundle.header, self._jdks.usual, self._world, self._progress, self._day, self._deps)
        except ToolchainError as error:
            raise ToolchainError(error.diagnosis.under(f"in {bundle.script}: ")) from error
        if found.builders and bundle.header.integrates:
            raise ToolchainError(
                f"{bundle.script} depends on {found.builders[0]}, which takes part in the build, and only JBang lets it do so",
                "install JBang and put it on PATH to run this script",
            )
        return found
