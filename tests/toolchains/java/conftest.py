"""JDKs made of files, a World whose downloads are shared by all test runs, and the real toolchain where a JDK fits."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Missing, Runtime
from dvara_examples.toolchains._cache import LAYOUT
from dvara_examples.toolchains._java.archive import KIND as ARCHIVES
from dvara_examples.toolchains.java import toolchain

MakeJdk = Callable[..., Path]


@pytest.fixture
def make_jdk(tmp_path: Path) -> MakeJdk:
    """Return a function that lays out a JDK: ``make(name, version)``; it answers ``java -version``, and no more."""

    def make(name: str, version: str, *, release: bool = True, javac: bool = True) -> Path:
        home = tmp_path / name
        (home / "bin").mkdir(parents=True)
        answer = f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-01' >&2\n"
        for tool in ("java", "javac") if javac else ("java",):
            (home / "bin" / tool).write_text(answer, "utf-8")
            (home / "bin" / tool).chmod(0o755)
        if release:
            (home / "release").write_text(f'IMPLEMENTOR="Test"\nJAVA_VERSION="{version}"\n', "utf-8")
        return home

    return make


@pytest.fixture
def bare_world(make_world: Callable[..., World], tmp_path: Path) -> Callable[..., World]:
    """Return a function that makes a World without any JDK; keywords are variables of its environment."""

    def make(**environ: str) -> World:
        return make_world(environ={"HOME": str(tmp_path / "home"), "PATH": "", "DVARA_EXAMPLES_JDK_FOLDERS": "", **environ})

    return make


@pytest.fixture(scope="session")
def downloads() -> Path:
    """Return the folder that keeps downloads between test runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "dvara-examples"


@pytest.fixture
def java_world(make_world: Callable[..., World], downloads: Path, tmp_path: Path) -> World:
    """Return a World with the machine's JDKs, the shared downloads, no JBang, and a home of its own."""
    environ = {**os.environ, "HOME": str(tmp_path / "home"), "DVARA_EXAMPLES_JAVA_LAUNCHER": "built-in"}
    return make_world(environ=environ, cache_dir=downloads, stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture
def runtime(java_world: World) -> Runtime:
    """Return the machine's JDK, or skip with the probe's reason; a machine that calls itself CI must have one."""
    found = toolchain().probe(java_world)
    if isinstance(found, Missing):
        assert not os.environ.get("CI"), found.reason
        pytest.skip(found.reason)
    return found


@pytest.fixture
def run() -> Callable[[Command], "subprocess.CompletedProcess[str]"]:
    """Return a function that runs a command to its end, with an empty environment but for what it asks for."""

    def start(command: Command) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command.argv, env=dict(command.env), capture_output=True, text=True, timeout=60, check=False)

    return start


@pytest.fixture
def data() -> Path:
    """Return the folder of small Java scripts."""
    return Path(__file__).parents[2] / "data" / "java"


def archive_of(command: Command) -> Path:
    """Return the archive that *command* reads."""
    prefix = "-XX:SharedArchiveFile="
    return Path(next(option.removeprefix(prefix) for option in command.argv if option.startswith(prefix)))


@pytest.fixture(scope="session")
def archives(shared_cache: Path) -> Path:
    """Return a folder for class-data archives: one takes seconds to make, and serves all scripts without dependencies."""
    folder = shared_cache / LAYOUT / ARCHIVES
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def jbang_world(java_world: World, data: Path, tmp_path: Path, archives: Path) -> World:
    """Return a World with the stand-in first on PATH, a cache with shared archives alone, and a JAVA_HOME that does not exist."""
    (tmp_path / "cache" / LAYOUT).mkdir(parents=True)
    (tmp_path / "cache" / LAYOUT / ARCHIVES).symlink_to(archives)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "jbang").symlink_to(data / "jbang")
    path = os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), java_world.environ["PATH"]])
    environ = {**java_world.environ, "PATH": path, "JBANG_DIR": str(tmp_path / "jbang"), "JAVA_HOME": "/nowhere"}
    del environ["DVARA_EXAMPLES_JAVA_LAUNCHER"]
    return replace(java_world, environ=environ, cache_dir=tmp_path / "cache")


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """Return a function that returns what JBang was asked so far."""

    def read() -> list[str]:
        file = tmp_path / "jbang" / "calls"
        return file.read_text().splitlines() if file.exists() else []

    return read
