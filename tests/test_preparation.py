"""Toolchains are prepared once, on first need."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.manifest import Example, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.toolchain_setup import Preparation
from dvara_examples.toolchains import (
    Candidate,
    Command,
    Declared,
    Deps,
    Missing,
    Packages,
    PreparedRuntime,
    Progress,
    Runtime,
    load_toolchain,
)

WORLD = World({}, Path("/"), Path("/"), Path("/"), Path("/"), Path("/"), io.StringIO(), io.StringIO())
ORIGIN = Origin("manifest.yaml", 1, 1)
RUNTIME = Runtime("demo", "1", Path("/bin/true"), "PATH")


class Recording:
    """A toolchain that counts its preparations and fails on request."""

    language: str = "demo"
    spelling = load_toolchain("python").spelling
    suffixes: tuple[str, ...] = (".demo",)
    lists: tuple[str, ...] = ()
    has_builds: bool = False
    floor: str = "1"

    def __init__(self, fault: Exception | None = None) -> None:
        self.prepared: list[Path] = []
        self._fault = fault

    def probe(self, world: World) -> Runtime | Missing:
        """Find the runtime."""
        return RUNTIME

    def candidates(self, world: World) -> Sequence[Candidate]:
        """See nothing else."""
        return ()

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """Say what the manifest says."""
        return Declared(packages=packages.names if packages else ())

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Take nothing from elsewhere."""
        return ()

    def lock(self, declared: Declared, runtime: Runtime, world: World, progress: Progress) -> Path:
        """Lock nothing."""
        raise ToolchainError("nothing to lock")

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Nothing is resolved."""
        return ""

    def prepare(
        self,
        runtime: Runtime,
        project: Path,
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Count, and fail where that was asked for."""
        self.prepared.append(project)
        progress("preparing")
        if self._fault:
            raise self._fault
        return self

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Start the script by its name."""
        return Command((script.name, *args))


def run_of(file: str, *packages: str) -> PlannedRun:
    """Plan one run of *file*, which depends on *packages*."""
    own = Packages(packages) if packages else None
    variant = Variant("demo", "demo", Path(file), file, ("--x",), {}, Limits(), {}, None, None, ORIGIN, packages=own)
    return PlannedRun(variant, Example("demo", "Demo", (), (), (), {}, Limits(), (variant,), ORIGIN), RUNTIME)


def test_runs_that_share_a_folder_share_its_preparation() -> None:
    """Eight runs at once in two folders prepare twice, and each gets its own command."""
    toolchain, told = Recording(), list[str]()
    preparation = Preparation({"demo": toolchain}, WORLD, told.append)
    runs = [run_of(f"/{folder}/{name}.demo") for folder in "ab" for name in "wxyz"]
    with ThreadPoolExecutor(8) as pool:
        commands = list(pool.map(preparation.command, runs))
    assert sorted(toolchain.prepared) == [Path("/a"), Path("/b")]
    assert [command.argv for command in commands] == [(run.variant.file.name, "--x") for run in runs]
    assert told == ["preparing", "preparing"]


def test_runs_of_one_folder_with_other_packages_are_prepared_apart() -> None:
    """What the manifest says of a script's packages tells preparations apart."""
    toolchain = Recording()
    preparation = Preparation({"demo": toolchain}, WORLD, lambda _: None)
    for run in (run_of("/a/x.demo"), run_of("/a/y.demo", "one"), run_of("/a/z.demo", "one")):
        preparation.command(run)
    assert toolchain.prepared == [Path("/a"), Path("/a")]


def test_a_preparation_that_fails_fails_every_run_that_needs_it_once() -> None:
    """The same sentence reaches each run, and nothing is tried twice."""
    toolchain = Recording(ToolchainError("no network"))
    preparation = Preparation({"demo": toolchain}, WORLD, lambda _: None)
    for name in "xyz":
        with pytest.raises(ToolchainError, match="no network"):
            preparation.command(run_of(f"/a/{name}.demo"))
    assert toolchain.prepared == [Path("/a")]
