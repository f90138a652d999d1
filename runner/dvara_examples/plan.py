"""Everything that is decided before anything starts: which runs there will be, with which runtime, and which are skipped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.manifest import Example, Manifest, Variant
from dvara_examples.toolchains import Missing, Runtime


class MissingToolchain(StrEnum):
    """What a runtime that is not there makes of its runs: a skip at a desk, an error on CI."""

    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run to come: at most one of *skip* and *error* says why it will not start."""

    variant: Variant
    example: Example
    runtime: Runtime | None = None
    skip: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The runs in manifest order, and the runtimes that they use, one per language."""

    runs: tuple[PlannedRun, ...]
    runtimes: tuple[Runtime, ...]

    @property
    def to_start(self) -> tuple[PlannedRun, ...]:
        """The runs that are neither skipped nor in error."""
        return tuple(run for run in self.runs if run.skip is None and run.error is None)


Probed = Mapping[str, Runtime | Missing]


def probe_all(languages: Iterable[str], probe: Callable[[str], Runtime | Missing]) -> Probed:
    """Probe every language once, side by side."""
    wanted = sorted(set(languages))
    with ThreadPoolExecutor(max_workers=max(len(wanted), 1), thread_name_prefix="probe") as pool:
        return dict(zip(wanted, pool.map(probe, wanted), strict=True))


def make_plan(
    manifest: Manifest, variants: Sequence[Variant], probed: Probed, capabilities: frozenset[str], missing: MissingToolchain
) -> Plan:
    """Decide about each of *variants*; a skip is part of the plan, with its reason."""
    examples = {example.id: example for example in manifest.examples}
    runs = tuple(_decide(variant, examples[variant.example_id], probed, capabilities, missing) for variant in variants)
    used = {run.runtime.language: run.runtime for run in runs if run.runtime is not None}
    return Plan(runs, tuple(used[language] for language in sorted(used)))


def _decide(
    variant: Variant, example: Example, probed: Probed, capabilities: frozenset[str], missing: MissingToolchain
) -> PlannedRun:
    if variant.skip is not None:
        return PlannedRun(variant, example, skip=variant.skip)
    lacking = [need for need in example.needs if need not in capabilities]
    if lacking:
        return PlannedRun(variant, example, skip=f"the gateway does not offer what it needs: {', '.join(lacking)}")
    found = probed[variant.language]
    if isinstance(found, Missing):
        if missing is MissingToolchain.ERROR:
            return PlannedRun(variant, example, error=found.reason)
        return PlannedRun(variant, example, skip=found.reason)
    return PlannedRun(variant, example, runtime=found)
