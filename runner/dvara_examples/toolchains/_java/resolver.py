"""From the coordinates of a script to the jars of its class path, kept in the cache for later runs without a network."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Progress
from dvara_examples.toolchains._install import not_here, offline_guard, platform_parts
from dvara_examples.toolchains._java.coordinates import parse_coordinate, repository_lines
from dvara_examples.toolchains._java.header import Header
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jar import takes_part_in_builds
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._java.maven_settings import read_settings
from dvara_examples.toolchains._java.mima import MAIN_CLASS, resolver_class_path
from dvara_examples.toolchains._tools import run_tool

_LAYOUT = "2"
_RESOLVE_LIMIT_S = 600.0


@dataclass(frozen=True, slots=True)
class ClassPath:
    """The jars in class path order; *versions* gives those of the dependencies that the script names itself."""

    jars: tuple[Path, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    builders: tuple[str, ...] = ()
    """The artifacts that add a step to JBang's build."""


def resolve(
    header: Header, jdk: Jdk, world: World, progress: Progress, day: str | None = None, deps: Deps = Deps.LOCKED
) -> ClassPath:
    """Return the class path for *header*, resolving it with *jdk* on first use and from the cache afterwards.

    A result for one *day* is valid for that day only. The jars are copied into the cache, so that cleaning up the
    local Maven repository breaks no later run.
    Raises ToolchainError with the resolver's own sentence, which names artifact and repository.
    """
    if not header.deps:
        return ClassPath()
    wanted = [parse_coordinate(written) for written in header.deps]
    request = [*repository_lines(header.repos, world.cwd), *(coordinate.request_line() for coordinate in wanted)]

    def build(folder: Path) -> None:
        what = ", ".join(header.deps)
        progress(f"resolving {what}")
        if world.offline and day is not None:
            raise not_here(f"{what} in its newest release of today", "java", deps)
        with offline_guard(world, what, "java", deps):
            answer = _ask(request, jdk, world, progress)
        jars = []
        for group, artifact, version, file in answer:
            name = _kept(Path(file), group, folder)
            builds = takes_part_in_builds(folder / name)
            jars.append({"group": group, "artifact": artifact, "version": version, "file": name, "builds": builds})
        (folder / "jars.json").write_text(json.dumps(jars), "utf-8")

    parts = [_LAYOUT, *platform_parts(), str(jdk.feature), *request, *([day] if day else [])]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    folder = intact_folder(world, "java-jars", key, build)
    jars = json.loads((folder / "jars.json").read_text("utf-8"))
    named = {coordinate.artifact for coordinate in wanted}
    return ClassPath(
        tuple(folder / jar["file"] for jar in jars),
        {jar["artifact"]: jar["version"] for jar in jars if jar["artifact"] in named},
        tuple(f"{jar['group']}:{jar['artifact']}:{jar['version']}" for jar in jars if jar["builds"]),
    )


def _ask(request: Sequence[str], jdk: Jdk, world: World, progress: Progress) -> list[list[str]]:
    """Run the resolver on *request* and return group, artifact, version and file of each jar."""
    argv = [jdk.tool("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    if (home := world.env("HOME")) is not None:
        argv.append(f"-Duser.home={home}")
    argv += ["-cp", resolver_class_path(jdk, world, progress), MAIN_CLASS]
    local = _own_repository(world)
    lines = [*([f"local\t{local}"] if local else []), *(["offline"] if world.offline else []), *request]
    answer = run_tool(
        argv, env=world.environ, limit_s=_RESOLVE_LIMIT_S, stop=world.stop, place=world.place, stdin="\n".join(lines)
    )
    if answer.code != 0:
        said = answer.stderr.strip() or f"the resolver ended with exit code {answer.code}"
        raise ToolchainError(
            f"the dependencies of the script cannot be resolved: {said}",
            "correct //DEPS or //REPOS, or run `dvara-examples setup` with network access",
        )
    return [line.split("\t") for line in answer.stdout.splitlines()]


def _own_repository(world: World) -> Path | None:
    """Return a local Maven repository of our own if the user's cannot be written, else None."""
    if world.place is not None:
        return world.cache_dir / "maven"
    folder = read_settings(world).local_repository
    try:
        folder.mkdir(parents=True, exist_ok=True)  # as Maven does
    except OSError:
        is_writable = False
    else:
        is_writable = os.access(folder, os.W_OK | os.X_OK)
    return None if is_writable else world.state_dir / "cache" / "maven"


def _kept(jar: Path, group: str, folder: Path) -> str:
    """Copy *jar* into *folder* and return its name there; a truncated jar is refused."""
    if not zipfile.is_zipfile(jar):
        raise ToolchainError(f"{jar} is damaged", "remove it, so that it is fetched again")
    name = jar.name if not (folder / jar.name).exists() else f"{group}.{jar.name}"
    shutil.copyfile(jar, folder / name)
    return name
