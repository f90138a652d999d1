"""The way with JBang: it resolves, compiles and describes the result, and the JVM is started without it.

``jbang build`` comes first: ``jbang info tools`` only resolves, and names no main class before a build.
Starting the script's class directly saves JBang's own JVM in each run, and makes exit code and signals the script's own.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Deps, Progress
from dvara_examples.toolchains._install import not_here, platform_parts
from dvara_examples.toolchains._java.expressions import properties_of
from dvara_examples.toolchains._java.inputs import Inputs, read_inputs
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jar import read_manifest
from dvara_examples.toolchains._java.jbang_home import one_build
from dvara_examples.toolchains._java.jdk import Jdk, Jdks, jvm_properties
from dvara_examples.toolchains._java.launch import Launcher, Program, start_options
from dvara_examples.toolchains._tools import ToolOutput, run_tool

LAUNCHER = "jbang"

_BUILD_LIMIT_S = 600.0
_INFO_LIMIT_S = 60.0
_ATTEMPTS = 3
_SAYS = "[jbang] "
_ERROR = "[jbang] [ERROR] "
_DURING_COMPILE = "Error during compile"
_COLLISION = re.compile(r"Error creating/updating jar|NoSuchFileException: \S*[/\\]classes\b")
_LACKS_DOWNLOAD = re.compile(
    r"offline|Could not (read artifact descriptor|resolve|transfer)|Error downloading|No suitable JDK", re.IGNORECASE
)
_REMOTE_HOURS = 12
"""How long JBang itself uses a remote source before it requests it again."""


class _RefusedError(ToolchainError):
    """JBang's refusal; *lacks_download* says whether something would have to be fetched."""

    def __init__(self, cause: str, hint: str = "", *, lacks_download: bool = False) -> None:
        super().__init__(cause, hint)
        self.lacks_download = lacks_download


class WithJBang:
    """Scripts built by JBang; its answer is kept in the cache until anything that it was built from changes."""

    def __init__(self, jbang: Path, jdks: Jdks, world: World, progress: Progress) -> None:
        self._jbang = jbang
        self._jdks = jdks
        self._world = world
        self._progress = progress
        self._launcher = Launcher(world, progress)
        self._properties = properties_of(world, lambda: jvm_properties(jdks.usual, world))

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started, built by JBang if it has changed. Safe from any thread. Raises ToolchainError."""
        script = self._world.cwd / script  # the full path, as JBang could take a bare name for a subcommand
        inputs = read_inputs(script, self._world, self._properties)
        jdk = self._jdks.for_script(script, inputs.wanted)
        info = self._info(script, inputs, jdk)
        versions = {"java": jdk.version, **_versions(info)}
        program = _program(info, inputs, jdk)
        argv = self._launcher.argv(jdk, program, args)
        return Command(argv, launcher=LAUNCHER, versions=versions, installed=program.jars)

    def _info(self, script: Path, inputs: Inputs, jdk: Jdk) -> dict[str, object]:
        """Return what JBang says about the built *script*, from the cache if all its inputs are the same."""

        def build(folder: Path) -> None:
            (folder / "info.json").write_text(json.dumps(self._ask(script, jdk)), "utf-8")

        parts = [
            *platform_parts(),
            str(self._jbang),
            str(script),
            str(self._world.cwd),
            jdk.version,
            str(jdk.home),
            *inputs.parts,
        ]
        parts += [f"{name}={value}" for name, value in sorted(self._world.environ.items()) if name.startswith("JBANG_")]
        if inputs.has_addresses:
            now = self._world.clock.utc_now()
            parts.append(f"{now:%Y-%m-%d} {now.hour // _REMOTE_HOURS}")
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        folder = intact_folder(self._world, "java-jbang", key, build, lambda folder: _is_still_built(_read(folder)))
        return _read(folder)

    def _ask(self, script: Path, jdk: Jdk) -> dict[str, object]:
        """Build *script* with JBang and return what it says about it."""
        self._progress(f"building {script.name} with JBang")
        try:
            with one_build(self._world, self._progress):
                self._build(script, jdk)
                said = self._run(["info", "tools"], script, jdk, _INFO_LIMIT_S)
        except _RefusedError as refusal:
            if refusal.lacks_download and self._world.offline:
                what = f"what JBang needs for {script.name}"
                raise not_here(what, "java", Deps.LOCKED, f"    {refusal}") from refusal
            raise
        try:
            info = json.loads(said.stdout)
        except ValueError:
            info = None
        if not isinstance(info, dict) or not info.get("applicationJar"):
            raise ToolchainError(
                f"jbang built {script}, but does not say how to start it (applicationJar is needed)",
                f"run `jbang info tools {script}` to see why, or set DVARA_EXAMPLES_JAVA_LAUNCHER=built-in",
            )
        if not info.get("mainClass"):
            raise ToolchainError(
                f"{script.name} has no main method in a top-level class", "add one, or name the class to start in a line //MAIN"
            )
        if not _is_still_built(info):
            raise ToolchainError(
                f"jbang built {script}, but a jar that it names for the class path is missing",
                f"run `jbang info tools {script}` to see which",
            )
        return info

    def _build(self, script: Path, jdk: Jdk) -> None:
        """Build *script*, and once more if a JBang outside our lock interfered."""
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._start(["build"], script, jdk, _BUILD_LIMIT_S)
            if answer.code == 0:
                return
            if attempt == _ATTEMPTS or not _COLLISION.search(answer.stderr):
                raise _refusal(script, answer)
            self._progress(f"another JBang built {script.name} at the same time; building it again")

    def _run(self, words: Sequence[str], script: Path, jdk: Jdk, limit_s: float) -> ToolOutput:
        """Run one of JBang's commands on *script* with *jdk*, and turn its refusal into a ToolchainError."""
        answer = self._start(words, script, jdk, limit_s)
        if answer.code != 0:
            raise _refusal(script, answer)
        return answer

    def _start(self, words: Sequence[str], script: Path, jdk: Jdk, limit_s: float) -> ToolOutput:
        """Run one of JBang's commands on *script* with *jdk* and return what it left."""
        env = {**_without_compiler_options(self._world.environ), "JAVA_HOME": str(jdk.home), "JBANG_NO_VERSION_CHECK": "true"}
        return run_tool(
            [str(self._jbang), *words, *(("--offline",) if self._world.offline else ()), str(script)],
            env=env,
            limit_s=limit_s,
            stop=self._world.stop,
            place=self._world.place,
            cwd=self._world.cwd,
        )


def _without_compiler_options(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* as JBang gets it: it needs ``JAVA_TOOL_OPTIONS``, which may say how a repository is reached."""
    return {name: value for name, value in environ.items() if name not in ("JDK_JAVAC_OPTIONS", "JDK_JAVA_OPTIONS")}


def _read(folder: Path) -> dict[str, object]:
    """Return the information that is kept in *folder*."""
    info: dict[str, object] = json.loads((folder / "info.json").read_text("utf-8"))
    return info


def _is_still_built(info: dict[str, object]) -> bool:
    """Say whether the whole class path of *info* exists, and a main class is named."""
    jars = [info.get("applicationJar"), *_texts(info, "resolvedDependencies")]
    return bool(info.get("mainClass")) and all(jar and Path(str(jar)).is_file() for jar in jars)


def _program(info: dict[str, object], inputs: Inputs, jdk: Jdk) -> Program:
    """Return the program that *info* describes, with the JVM options that only ``jbang run`` would add."""
    jar = Path(str(info["applicationJar"]))
    jars = tuple(Path(jar) for jar in _texts(info, "resolvedDependencies"))
    added = start_options(jdk, read_manifest(jar), jars, inputs.preview)
    return Program(jar, str(info["mainClass"]), jars, (*_texts(info, "runtimeOptions"), *added))


def _texts(info: dict[str, object], name: str) -> tuple[str, ...]:
    """Return one of the lists of *info*; JBang leaves out those that are empty."""
    found = info.get(name)
    return tuple(str(item) for item in found) if isinstance(found, list) else ()


def _versions(info: dict[str, object]) -> dict[str, str]:
    """Return the versions of the named dependencies, read from where a Maven repository keeps them (``artifact/version/jar``)."""
    named = {written.split(":")[1] for written in _texts(info, "dependencies") if written.count(":")}
    places = [Path(jar).parent for jar in _texts(info, "resolvedDependencies")]
    return {place.parent.name: place.name for place in places if place.parent.name in named}


def _refusal(script: Path, answer: ToolOutput) -> _RefusedError:
    """Say why JBang refused *script*: javac's own text if it does not compile, else JBang's own sentence."""
    lines = answer.stderr.splitlines()
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    if _DURING_COMPILE in errors:
        said = "\n".join(line for line in lines if not line.startswith(_SAYS)).strip()
        return _RefusedError(f"{script.name} does not compile\n{said}", "fix what javac reports")
    reason = "; ".join(errors) or answer.stderr.strip() or "it said nothing"
    return _RefusedError(
        f"jbang cannot build {script} (exit code {answer.code}): {reason}",
        lacks_download=bool(_LACKS_DOWNLOAD.search(answer.stderr)),
    )
