"""Maven's own resolver, as a small Java program: its five pinned jars fetched once, our ``Resolve.java`` compiled once.

``resolver.lock.json`` pins each jar by its SHA-256; a jar that does not match is not used, whatever its source.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.extras import import_extra
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Progress
from dvara_examples.toolchains._install import not_here
from dvara_examples.toolchains._java.compiler import COMPILE_LIMIT_S, QUICKLY
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._java.maven_settings import MavenSettings, read_settings
from dvara_examples.toolchains._tools import run_tool

MAIN_CLASS = "Resolve"

_OLDEST_JAVA = "17"
_ANSWER_LIMIT_S = 30


def resolver_class_path(jdk: Jdk, world: World, progress: Progress) -> str:
    """Return the class path that holds the resolver, fetching and compiling it on first use.

    Raises ToolchainError if a jar can neither be found nor fetched, or is not the pinned one.
    """
    source = _data("Resolve.java")
    lock = _data("resolver.lock.json")

    def build(folder: Path) -> None:
        progress("fetching Maven's resolver")
        settings = read_settings(world)
        for coordinate, sha256 in json.loads(lock).items():
            _fetch(coordinate, sha256, folder, settings, world)
        _compile(source, folder, jdk, world)

    key = hashlib.sha256(f"{_OLDEST_JAVA}\0{source}\0{lock}".encode()).hexdigest()[:32]
    folder = intact_folder(world, "java-resolver", key, build)
    return os.pathsep.join([str(folder), *(str(jar) for jar in sorted(folder.glob("*.jar")))])


def _data(name: str) -> str:
    """Return the text of a file next to this module, in a wheel too."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _fetch(coordinate: str, sha256: str, folder: Path, settings: MavenSettings, world: World) -> None:
    """Put the jar of *coordinate* into *folder*: the local Maven repository's own if it is whole, else a fetched one."""
    _, artifact, version = coordinate.split(":")
    found = "no jar"
    for jar in _candidates(coordinate, folder / "fetched", settings, world):
        actual = hashlib.sha256(jar.read_bytes()).hexdigest()
        if actual == sha256:
            shutil.copyfile(jar, folder / f"{artifact}-{version}.jar")
            shutil.rmtree(folder / "fetched", ignore_errors=True)
            return
        found = f"{jar.name} with the SHA-256 {actual}"
    raise ToolchainError(
        f"{coordinate} was answered by {found}",
        f"only {sha256} is accepted: see whether a proxy or mirror changes downloads, or install JBang",
    )


def _candidates(coordinate: str, scratch: Path, settings: MavenSettings, world: World) -> Iterator[Path]:
    """Yield paths of the jar of *coordinate*: first in the local Maven repository, then fetched below *scratch*."""
    import requests  # slow to import (a quarter of a second), and needed once per machine

    group, artifact, version = coordinate.split(":")
    local = settings.local_repository.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")
    if local.is_file():
        yield local
    if world.offline:
        raise not_here(f"{coordinate}, a part of Maven's resolver", "java", Deps.LOCKED)
    maven = import_extra("jgo.maven", "java", "running Java examples without JBang")
    remote = {"mirror": settings.mirror} if settings.mirror else None
    context = maven.MavenContext(repo_cache=scratch, local_repos=[], remote_repos=remote, timeout=_ANSWER_LIMIT_S)
    try:
        yield Path(context.create_dependency(coordinate).artifact.resolve())
    except (requests.RequestException, RuntimeError, AssertionError) as error:
        raise ToolchainError(
            f"{coordinate}, a part of Maven's resolver, cannot be fetched ({_short(error)})",
            "it is needed once: run `dvara-examples setup` with network access, or install JBang",
        ) from error


def _short(error: Exception) -> str:
    """Return the innermost reason of a failed request, without the layers around it."""
    reason: BaseException = error
    while (inner := getattr(reason, "reason", None) or (reason.args[0] if reason.args else None)) is not None:
        if not isinstance(inner, BaseException):
            break
        reason = inner
    return str(reason) or type(reason).__name__


def _compile(source: str, folder: Path, jdk: Jdk, world: World) -> None:
    """Compile the resolver program into *folder*, for any JDK that may run it later."""
    file = folder / f"{MAIN_CLASS}.java"
    file.write_text(source, "utf-8")
    class_path = os.pathsep.join(str(jar) for jar in folder.glob("*.jar"))
    argv = [jdk.tool("javac"), *QUICKLY, "--release", _OLDEST_JAVA, "-cp", class_path, "-d", str(folder), str(file)]
    answer = run_tool(argv, env=world.environ, limit_s=COMPILE_LIMIT_S, stop=world.stop, place=world.place)
    if answer.code != 0:
        raise ToolchainError(f"Maven's resolver cannot be built with JDK {jdk.version} at {jdk.home}:\n{answer.stderr.strip()}")
