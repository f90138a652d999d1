"""Classes that are parsed ahead of time (the JVM's class-data sharing), so that an example starts sooner.

One archive serves all scripts with the same JDK and the same dependencies: it holds the JDK's classes for streaming
over HTTP and the classes of the dependencies (but for jars that are too large), and is written before the first run: on a busy
machine, classes that are parsed in the middle of a stream would look like an example that holds its text back. ``setup`` writes
it once the scripts of Java are ready. A run only reads it, so that runs side by side, runs that fail and runs that are killed
cannot harm it.
The JVM leaves aside an archive that does not fit.
"""

import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._install import platform_parts
from dvara_examples.toolchains._java.compiler import COMPILE_LIMIT_S, QUICKLY
from dvara_examples.toolchains._java.intact import intact_folder, kept_intact
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._tools import ToolOutput, run_tool, undisturbed

START_QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For short-lived programs: only the quick compiler, and the collector that starts no threads."""

KIND = "java-archive"
"""The kind of archive folders in the cache."""
_LAYOUT = "2"
_TRAINER = "Warm"
_TRAIN_LIMIT_S = 60.0
_DUMP_LIMIT_S = 120.0
_AOT_SINCE = 25
_ATTEMPTS = 3
_UNFIT = re.compile(r"IllegalAccessError: .* from class ([\w.$]+) \(")
"""JDK 21 gives up if a class of the list cannot be linked; newer ones skip such a class."""
_MOST_CLASSES = 10_000
"""A jar with more classes is left out: with the 37 000 of openai-java-core, of which a script loads 300, an archive took
40 s to write instead of 6 s, 290 MB instead of 52 MB, and its scripts started no sooner."""


def archive_options(jdk: Jdk, jars: Sequence[Path], world: World) -> tuple[str, ...]:
    """Return the options with which a JVM of *jdk* reads the archive for *jars*, none if there is no such archive.

    *jars* must be the head of the class path that the JVM will get.
    """
    folder = kept_intact(world, KIND, _key(jdk, jars))
    return () if folder is None else _options(jdk, folder)


def make_archive(jdk: Jdk, jars: Sequence[Path], world: World) -> None:
    """Write the archive for *jars*, unless it is there. Raises ToolchainError if none can be made."""
    intact_folder(world, KIND, _key(jdk, jars), partial(_build, jdk=jdk, jars=jars, world=world))


def _key(jdk: Jdk, jars: Sequence[Path]) -> str:
    parts = (_LAYOUT, *platform_parts(), jdk.version, str(jdk.home), *map(str, jars))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _options(jdk: Jdk, folder: Path) -> tuple[str, ...]:
    """Return the options that read the archive in *folder*, silently: the JVM would complain about it on the example's stdout."""
    tags = ("cds", "cds+dynamic", *(("aot",) if jdk.feature >= _AOT_SINCE else ()))
    return (f"-XX:SharedArchiveFile={folder / 'classes.jsa'}", "-Xshare:auto", *(f"-Xlog:{tag}=off" for tag in tags))


def _build(folder: Path, jdk: Jdk, jars: Sequence[Path], world: World) -> None:
    """Write the archive for *jars* into *folder*."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wanted, empty = Path(scratch) / "wanted.txt", Path(scratch) / "empty"
        empty.mkdir()
        names = [*_streaming_classes(Path(scratch), jdk, world), *_classes_in(jars)]
        options = ["-Xshare:dump", f"-XX:SharedClassListFile={wanted}", f"-XX:SharedArchiveFile={folder / 'classes.jsa'}"]
        # Without jars the class path is an empty folder, the one kind of folder that the JVM takes here.
        argv = [jdk.tool("java"), *START_QUICKLY, *options, "-cp", os.pathsep.join(map(str, jars)) or "."]
        env = undisturbed(world.environ)
        for _ in range(_ATTEMPTS):
            wanted.write_text("\n".join(names) + "\n", "utf-8")
            answer = run_tool(argv, env=env, limit_s=_DUMP_LIMIT_S, stop=world.stop, place=world.place, cwd=empty)
            unfit = _UNFIT.search(answer.stdout) if answer.code else None
            if unfit is None:
                break
            names = [name for name in names if name != unfit[1].replace(".", "/")]
        _checked(answer)
    if not (folder / "classes.jsa").is_file():
        raise ToolchainError("no class-data archive can be made: the JVM wrote none")
    _checked(
        run_tool(
            [jdk.tool("java"), *START_QUICKLY, *_options(jdk, folder), "-version"],
            env=undisturbed(world.environ),
            limit_s=_TRAIN_LIMIT_S,
            stop=world.stop,
            place=world.place,
        )
    )


def _streaming_classes(scratch: Path, jdk: Jdk, world: World) -> list[str]:
    """Return what the JVM loads while it streams one answer over HTTP, in its own list format."""
    source = scratch / f"{_TRAINER}.java"
    source.write_text(resources.files(__package__).joinpath(source.name).read_text("utf-8"), "utf-8")
    _checked(
        run_tool(
            [jdk.tool("javac"), *QUICKLY, "-d", str(scratch), str(source)],
            env=undisturbed(world.environ),
            limit_s=COMPILE_LIMIT_S,
            stop=world.stop,
            place=world.place,
        )
    )
    loaded = scratch / "loaded.txt"
    argv = [jdk.tool("java"), *START_QUICKLY, f"-XX:DumpLoadedClassList={loaded}", "-cp", str(scratch), _TRAINER]
    _checked(run_tool(argv, env=undisturbed(world.environ), limit_s=_TRAIN_LIMIT_S, stop=world.stop, place=world.place))
    return [line for line in loaded.read_text("utf-8").splitlines() if _TRAINER not in line and "source:" not in line]


def _classes_in(jars: Sequence[Path]) -> Iterator[str]:
    """Yield the classes of *jars* as the JVM names them, without those for other Java versions and those of too large a jar."""
    for jar in jars:
        with zipfile.ZipFile(jar) as content:
            names = [name for name in content.namelist() if name.endswith(".class")]
        if len(names) <= _MOST_CLASSES:
            own = (name for name in names if not name.startswith("META-INF/") and not name.endswith("-info.class"))
            yield from (name.removesuffix(".class") for name in own)


def _checked(answer: ToolOutput) -> None:
    """Raise ToolchainError with the tool's last words if it failed."""
    if answer.code != 0:
        said = (answer.stderr or answer.stdout).strip().splitlines()
        raise ToolchainError(f"no class-data archive can be made: {said[-1] if said else f'exit code {answer.code}'}")
