"""Everything that is decided before anything starts: which runs there will be, with which runtime, and which are skipped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from dvara_examples.core.errors import Diagnosis
from dvara_examples.embedded_gateway.answers import answer_words
from dvara_examples.manifest import Example, Manifest, Variant
from dvara_examples.records.results import shown_id
from dvara_examples.selection.options import Shard
from dvara_examples.toolchains import Missing, Runtime


class MissingToolchain(StrEnum):
    """What to do with the runs of a missing runtime: skip on a desktop, error in CI."""

    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Printed:
    """Code that a page prints, run instead of a variant's script: its *file*, and the arguments to run it *again*.

    Everything else comes from the variant's script. With *any_key*, the key in it is
    accepted as the run's.
    """

    file: Path
    again: tuple[str, ...]
    any_key: bool = False


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One planned run: at most one of *skip* and *error* says why it will not start.

    *position* is the variant's place in the manifest, from 0; *repetition* counts from 1 if there are several runs of it.
    *printed* is set if a page's code runs instead of the variant's script.
    """

    variant: Variant
    example: Example
    runtime: Runtime | None = None
    skip: str | None = None
    error: Diagnosis | None = None
    position: int = 0
    repetition: int | None = None
    printed: Printed | None = None

    @property
    def id(self) -> str:
        """The variant's id, with the number of the repetition if there are several."""
        return shown_id(self.variant.id, self.repetition)


@dataclass(frozen=True, slots=True)
class Plan:
    """The runs in manifest order, and their runtimes, one per language.

    *selected* is the number of runs in all *shards*; without shards they are all here.
    """

    runs: tuple[PlannedRun, ...]
    runtimes: tuple[Runtime, ...]
    selected: int = 0
    shard: Shard | None = None

    @property
    def to_start(self) -> tuple[PlannedRun, ...]:
        """The runs that are neither skipped nor in error."""
        return tuple(run for run in self.runs if run.skip is None and run.error is None)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the gateway offers of what examples may need, and what it does not pass on unchanged, with the reason.

    *models* are those that it lists, as names or patterns, empty if it lists none; *model* is the user's choice.
    """

    capabilities: frozenset[str] = frozenset()
    cannot: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    model: str | None = None

    def lacks(self, example: Example) -> str | None:
        """Return why *example* cannot run there, or None."""
        lacking = [need for need in example.needs if need not in self.capabilities]
        if lacking:
            return f"the gateway does not offer what it needs: {', '.join(lacking)}"
        words = {example.id, *answer_words(example.answers)}
        for pattern, reason in self.cannot.items():
            if any(fnmatchcase(word, pattern) for word in words):
                return f"the gateway does not pass on what it needs ({pattern}): {reason}"
        return self._lacks_models(example)

    def _lacks_models(self, example: Example) -> str | None:
        """Compare the models of *example* with the list, if there is one; the user's model replaces a single one."""
        asked = (self.model,) if self.model and len(example.models) == 1 else example.models
        if not self.models or "scripted" in self.capabilities:
            return None
        unlisted = [model for model in asked if not any(fnmatchcase(model, listed) for listed in self.models)]
        return f"the gateway does not list what it asks for: {', '.join(unlisted)}" if unlisted else None


Probed = Mapping[str, Runtime | Missing]


def probe_all(languages: Iterable[str], probe: Callable[[str], Runtime | Missing]) -> Probed:
    """Probe every language once, in parallel."""
    wanted = sorted(set(languages))
    with ThreadPoolExecutor(max_workers=max(len(wanted), 1), thread_name_prefix="probe") as pool:
        return dict(zip(wanted, pool.map(probe, wanted), strict=True))


def make_plan(
    manifest: Manifest, variants: Sequence[Variant], probed: Probed, offered: Offered, missing: MissingToolchain
) -> Plan:
    """Decide about each of *variants*; a skip is part of the plan, with its reason."""
    examples = {example.id: example for example in manifest.examples}
    positions = {variant.id: position for position, variant in enumerate(manifest.variants)}
    decided = (_decide(variant, examples[variant.example_id], probed, offered, missing) for variant in variants)
    return _plan([replace(run, position=positions[run.variant.id]) for run in decided])


def repeated(plan: Plan, times: int) -> Plan:
    """Return *plan* with each run repeated *times* times in a row."""
    if times == 1:
        return plan
    return _plan([replace(run, repetition=number) for run in plan.runs for number in range(1, times + 1)])


def part_of(plan: Plan, shard: Shard) -> Plan:
    """Return the part of *plan* for *shard*: each run is in exactly one, and each has its share of every language.

    The assignment depends only on the selected runs and the number of shards, not on the machine. Runs are dealt like cards,
    one language after the other, so no two shards differ by more than one run, in total or of any language.
    """
    dealt = deal([run.variant.language for run in plan.runs], shard.of)
    mine = [run for run, index in zip(plan.runs, dealt, strict=True) if index == shard.index]
    return replace(_plan(mine), selected=plan.selected, shard=shard)


def deal(languages: Sequence[str], of: int) -> list[int]:
    """Return for each run of a whole plan, with its *languages* in order, its shard from 1 to *of*."""
    order = sorted(range(len(languages)), key=lambda place: (languages[place], place))
    shards = [0] * len(languages)
    for turn, place in enumerate(order):
        shards[place] = turn % of + 1
    return shards


def _plan(runs: Sequence[PlannedRun]) -> Plan:
    used = {run.runtime.language: run.runtime for run in runs if run.runtime is not None}
    return Plan(tuple(runs), tuple(used[language] for language in sorted(used)), len(runs))


def _decide(variant: Variant, example: Example, probed: Probed, offered: Offered, missing: MissingToolchain) -> PlannedRun:
    if variant.skip is not None:
        return PlannedRun(variant, example, skip=variant.skip)
    if (lack := offered.lacks(example)) is not None:
        return PlannedRun(variant, example, skip=lack)
    found = probed[variant.language]
    if isinstance(found, Missing):
        if missing is MissingToolchain.ERROR:
            return PlannedRun(variant, example, error=found.problem)
        return PlannedRun(variant, example, skip=found.reason)
    return PlannedRun(variant, example, runtime=found)
