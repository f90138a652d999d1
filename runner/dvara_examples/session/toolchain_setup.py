"""Prepares toolchains once per session, on first need, however many runs need them."""

import threading
from concurrent.futures import Future
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.session.plan import Plan, PlannedRun
from dvara_examples.toolchains import Command, Declared, Deps, PreparedRuntime, Progress, Toolchain, load_toolchain
from dvara_examples.toolchains._resolved import in_words


def declared_in_words(plan: Plan, world: World) -> dict[str, str]:
    """Return, for each run of *plan* that would start, by its id, where its dependencies are declared; starts nothing."""
    toolchains = {runtime.language: load_toolchain(runtime.language) for runtime in plan.runtimes}
    found = {}
    for run in plan.to_start:
        variant = run.variant
        toolchain, runtime = toolchains[variant.language], run.runtime
        try:
            there = world.of(variant.language)
            declared = toolchain.declared(variant.file, variant.packages, there)
            day = toolchain.resolved_on(declared, runtime, there) if runtime is not None and not declared.locked else ""
            found[run.id] = in_words(declared, world, day)
        except ToolchainError as error:
            found[run.id] = str(error)
    return found


class Preparation:
    """Prepares each (language, script folder, declared dependencies) once; runs that need the same one wait for it.

    Safe from any thread.
    """

    def __init__(self, toolchains: dict[str, Toolchain], world: World, progress: Progress, deps: Deps = Deps.LOCKED) -> None:
        self._toolchains = toolchains
        self._world = world
        self._progress = progress
        self._deps = deps
        self._lock = threading.Lock()
        self._prepared: dict[tuple[str, Path, Declared], Future[PreparedRuntime]] = {}

    def command(self, run: PlannedRun) -> Command:
        """Return how to start *run*. Raises ToolchainError, the same one for every run that shares the preparation."""
        variant = run.variant
        return self._prepare(run).command(run.printed.file if run.printed else variant.file, variant.args)

    def _prepare(self, run: PlannedRun) -> PreparedRuntime:
        variant = run.variant
        toolchain, world = self._toolchains[variant.language], self._world.of(variant.language)
        declared = toolchain.declared(variant.file, variant.packages, world)
        key = (variant.language, variant.file.parent, declared)
        with self._lock:
            mine = key not in self._prepared
            future = self._prepared.setdefault(key, Future())
        if mine:
            try:
                assert run.runtime is not None
                where = (run.runtime, variant.file.parent, world)
                future.set_result(toolchain.prepare(*where, self._progress, self._deps, declared))
            except BaseException as error:  # noqa: BLE001 - handed on to everyone who waits for it
                future.set_exception(error)
        return future.result()
