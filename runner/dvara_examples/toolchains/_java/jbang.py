"""The way with JBang: it resolves and compiles, then tells how, and the JVM is started without it.

``jbang build`` comes first, as ``jbang info tools`` resolves but does not compile, and names no main class before.
Starting the script's class directly saves JBang's own JVM in each run, and makes exit code and signals the script's own.
"""

import contextlib
import fcntl
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Progress
from dvara_examples.toolchains._install import kept_offline
from dvara_examples.toolchains._java.bundle import read_bundle
from dvara_examples.toolchains._java.header import wanted_java
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jdk import Jdk, Jdks
from dvara_examples.toolchains._java.launch import Launcher, Program
from dvara_examples.toolchains._tools import Answer, run_tool

LAUNCHER = "jbang"

_BUILD_LIMIT_S = 600.0
_INFO_LIMIT_S = 60.0
_WAIT_LIMIT_S = 900.0
_POLL_S = 0.05
_SAYS = "[jbang] "
_ERROR = "[jbang] [ERROR] "
_DURING_COMPILE = "Error during compile"


class WithJBang:
    """Scripts built by JBang; what it told is kept in the cache until the script, its sources or the built jars change."""

    def __init__(self, jbang: Path, jdks: Jdks, world: World, progress: Progress) -> None:
        self._jbang = jbang
        self._jdks = jdks
        self._world = world
        self._progress = progress
        self._launcher = Launcher(world, progress)

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started, built by JBang where it has changed. Safe from any thread. Raises ToolchainError."""
        script = self._world.cwd / script  # whole, as JBang could take a bare name for one of its subcommands
        try:
            text = script.read_text("utf-8", errors="replace")
        except OSError as error:
            raise ToolchainError(
                f"{script} cannot be read ({error.strerror or error}); correct its name, or restore it"
            ) from error
        jdk = self._jdks.for_script(script, wanted_java(text))
        info = self._info(script, jdk)
        versions = {"java": jdk.version, **_versions(info)}
        return Command(self._launcher.argv(jdk, _program(info), args), launcher=LAUNCHER, versions=versions)

    def _info(self, script: Path, jdk: Jdk) -> dict[str, object]:
        """Return what JBang tells about the built *script*, from the cache where all that it was built from is the same."""
        try:
            bundle = read_bundle(script, self._world)
        except ToolchainError:
            return self._ask(script, jdk)  # JBang follows more than we can read, and then we cannot tell what changed

        def build(folder: Path) -> None:
            (folder / "info.json").write_text(json.dumps(self._ask(script, jdk)), "utf-8")

        files = [*bundle.sources, *(resource.file for resource in bundle.resources)]
        parts = [str(self._jbang), str(script), jdk.version, str(jdk.home)]
        parts += [part for file in files for part in (str(file), hashlib.sha256(file.read_bytes()).hexdigest())]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        folder = intact_folder(self._world, "java-jbang", key, build, lambda folder: _is_still_built(_read(folder)))
        return _read(folder)

    def _ask(self, script: Path, jdk: Jdk) -> dict[str, object]:
        """Build *script* with JBang and return what it tells about it."""
        self._progress(f"building {script.name} with JBang")
        with _one_at_a_time(self._world), kept_offline(self._world, f"what JBang needs for {script.name}", "java"):
            self._run(["build"], script, jdk, _BUILD_LIMIT_S)
            told = self._run(["info", "tools"], script, jdk, _INFO_LIMIT_S).stdout
        try:
            info = json.loads(told)
        except ValueError:
            info = None
        if not isinstance(info, dict) or not _is_still_built(info):
            raise ToolchainError(
                f"jbang built {script}, but does not tell how to start it (applicationJar and mainClass are needed); "
                f"run `jbang info tools {script}` to see why, or set DVARA_EXAMPLES_JAVA_LAUNCHER=built-in"
            )
        return info

    def _run(self, words: Sequence[str], script: Path, jdk: Jdk, limit_s: float) -> Answer:
        """Run one of JBang's commands on *script* with *jdk*, and turn its refusal into a ToolchainError."""
        env = {**self._world.environ, "JAVA_HOME": str(jdk.home), "JBANG_NO_VERSION_CHECK": "true"}
        answer = run_tool(
            [str(self._jbang), *words, *(("--offline",) if self._world.offline else ()), str(script)],
            env=env,
            limit_s=limit_s,
            stop=self._world.stop,
            cwd=self._world.cwd,
        )
        if answer.code != 0:
            raise ToolchainError(_refusal(script, answer))
        return answer


def _read(folder: Path) -> dict[str, object]:
    """Return the information that is kept in *folder*."""
    info: dict[str, object] = json.loads((folder / "info.json").read_text("utf-8"))
    return info


def _is_still_built(info: dict[str, object]) -> bool:
    """Say whether all that *info* names for the class path lies there, and a main class is named."""
    jars = [info.get("applicationJar"), *_texts(info, "resolvedDependencies")]
    return bool(info.get("mainClass")) and all(jar and Path(str(jar)).is_file() for jar in jars)


def _program(info: dict[str, object]) -> Program:
    """Return the program that *info* describes."""
    jars = tuple(Path(jar) for jar in _texts(info, "resolvedDependencies"))
    return Program(Path(str(info["applicationJar"])), str(info["mainClass"]), jars, _texts(info, "runtimeOptions"))


def _texts(info: dict[str, object], name: str) -> tuple[str, ...]:
    """Return one of the lists of *info*; JBang leaves out those that are empty."""
    found = info.get(name)
    return tuple(str(item) for item in found) if isinstance(found, list) else ()


def _versions(info: dict[str, object]) -> dict[str, str]:
    """Return the versions of the named dependencies, read from where a Maven repository keeps them (``artifact/version/jar``)."""
    named = {written.split(":")[1] for written in _texts(info, "dependencies") if written.count(":")}
    places = [Path(jar).parent for jar in _texts(info, "resolvedDependencies")]
    return {place.parent.name: place.name for place in places if place.parent.name in named}


def _refusal(script: Path, answer: Answer) -> str:
    """Say why JBang refused *script*: javac's own text where it does not compile, else JBang's own sentence."""
    lines = answer.stderr.splitlines()
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    if _DURING_COMPILE in errors:
        said = "\n".join(line for line in lines if not line.startswith(_SAYS)).strip()
        return f"{script.name} does not compile; correct what javac says:\n{said}"
    reason = "; ".join(errors) or answer.stderr.strip() or "it said nothing"
    return f"jbang cannot build {script} (exit code {answer.code}): {reason}"


@contextlib.contextmanager
def _one_at_a_time(world: World) -> Iterator[None]:
    """Hold the lock for JBang: of several builds at once into its cache some fail. The kernel frees it if we die.

    Raises ToolchainError where another build holds it for too long, or no folder can be written.
    """
    for folder in (world.cache_dir, world.state_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "jbang.lock").open("a")
            break
        except OSError:
            continue
    else:
        raise ToolchainError(f"neither {world.cache_dir} nor {world.state_dir} can be written; make one of them writable")
    with lock:
        for _ in range(round(_WAIT_LIMIT_S / _POLL_S)):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(_POLL_S)
        else:
            raise ToolchainError(f"another build with JBang has held {lock.name} for {_WAIT_LIMIT_S:g} s; wait for it, or end it")
        yield
