"""Writes lock files for lists that have none: each list once, with the ecosystem's own tool."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.manifest import Variant
from dvara_examples.toolchains import Declared, Missing, Progress, load_toolchain


@dataclass(frozen=True, slots=True)
class Locked:
    """The result for one list: the new lock *file*, or its *problem*."""

    file: Path | None = None
    problem: str = ""


def lock_lists(variants: Sequence[Variant], world: World, progress: Progress) -> Iterator[Locked]:
    """Write a lock for each list of *variants* that has none, and yield the results one by one."""
    done: set[Declared] = set()
    for variant in variants:
        toolchain = load_toolchain(variant.language)
        try:
            declared = toolchain.declared(variant.file, variant.packages, world)
            if declared.locked or declared in done:
                continue
            done.add(declared)
            runtime = toolchain.probe(world)
            if isinstance(runtime, Missing):
                yield Locked(problem=runtime.reason)
            else:
                yield Locked(toolchain.lock(declared, runtime, world, progress))
        except ToolchainError as error:
            yield Locked(problem=str(error))
