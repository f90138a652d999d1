"""The way without JBang: read the header, resolve, compile, and start the script's own class."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dvara_examples.errors import ToolchainError
from dvara_examples.toolchains import Command, Progress
from dvara_examples.toolchains._java.archive import archive_options
from dvara_examples.toolchains._java.bundle import Bundle, read_bundle
from dvara_examples.toolchains._java.compiler import compile_bundle
from dvara_examples.toolchains._java.jdk import Jdk, Jdks
from dvara_examples.toolchains._java.launch import java_argv
from dvara_examples.toolchains._java.resolver import ClassPath, resolve
from dvara_examples.world import World

LAUNCHER = "built-in"


class BuiltIn:
    """Scripts built by the toolchain itself; every step is kept in the cache, so that asking again is cheap."""

    def __init__(self, jdks: Jdks, world: World, progress: Progress) -> None:
        self._jdks = jdks
        self._world = world
        self._progress = progress
        self._archives: dict[tuple[Jdk, tuple[Path, ...]], tuple[str, ...]] = {}

    def warm(self, project: Path) -> None:
        """Put in place what the scripts of *project* share: their class paths, and the archives for these.

        What goes wrong is left for :meth:`command`, as it concerns one script and not its neighbours.
        """
        with ThreadPoolExecutor(max(1, self._world.cores), "java-warm") as pool:
            list(pool.map(self._warm_one, sorted(project.glob("*.java"))))

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started, compiling it where it has changed. Safe from any thread. Raises ToolchainError."""
        bundle, jdk = self._read(script)
        class_path = self._class_path(bundle)
        compiled = compile_bundle(bundle, jdk, class_path.jars, self._world)
        options = [*(["--enable-preview"] if bundle.header.preview else []), *bundle.header.runtime_options]
        archive = self._archive(jdk, class_path.jars)
        jars = (*class_path.jars, compiled.jar)
        return Command(
            java_argv(jdk, archive, options, jars, compiled.main_class, args),
            launcher=LAUNCHER,
            versions={"java": jdk.version, **class_path.versions},
        )

    def _warm_one(self, script: Path) -> None:
        """Put the class path of *script* and its archive in place, or leave the reason why not to :meth:`command`."""
        try:
            bundle, jdk = self._read(script)
            self._archive(jdk, self._class_path(bundle).jars)
        except ToolchainError:
            return

    def _read(self, script: Path) -> tuple[Bundle, Jdk]:
        """Return *script* with all that it names, and the JDK that it gets."""
        bundle = read_bundle(script, self._world)
        if bundle.header.only_with_jbang:
            raise ToolchainError(
                f"{script} uses {', '.join(bundle.header.only_with_jbang)}, which JBang alone can follow; "
                "install JBang and put it on PATH to run this script"
            )
        return bundle, self._jdks.for_script(script, bundle.header.wanted)

    def _class_path(self, bundle: Bundle) -> ClassPath:
        """Resolve the dependencies of *bundle*, with the script named in whatever goes wrong."""
        try:
            return resolve(bundle.header, self._jdks.usual, self._world, self._progress)
        except ToolchainError as error:
            raise ToolchainError(f"in {bundle.script}: {error}") from error

    def _archive(self, jdk: Jdk, jars: tuple[Path, ...]) -> tuple[str, ...]:
        """Return the options for the class-data archive; without one the script runs too, only later by a moment."""
        if (jdk, jars) not in self._archives:
            try:
                self._archives[jdk, jars] = archive_options(jdk, jars, self._world)
            except ToolchainError as error:
                self._progress(f"{error}; scripts start without one")
                self._archives[jdk, jars] = ()
        return self._archives[jdk, jars]
