"""Load, select, open the gateway and plan: everything before the first example starts."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dvara_examples.core.world import World
from dvara_examples.gateways import Gateway, limits_of, open_gateway
from dvara_examples.manifest import Manifest, Variant, manifest_of
from dvara_examples.records.budget import NO_BOUNDS, Budget, allowance_for, cost_reminder
from dvara_examples.records.results import SourceLine
from dvara_examples.records.run_json import About, RunEntry, RuntimeEntry, ShardEntry
from dvara_examples.selection.options import AS_PLANNED, Control, Selection
from dvara_examples.selection.select import select
from dvara_examples.session.last_failed import narrowed_to_last_failed
from dvara_examples.session.plan import MissingToolchain, Offered, Plan, make_plan, part_of, probe_all, repeated
from dvara_examples.toolchains import Deps, load_toolchain


@dataclass(frozen=True, slots=True)
class Options:
    """How the user wants it run; *gateway* names a kind, and ``auto`` is ``url`` where DVARA_URL is set.

    *allowance* is what the user lets the session spend; what it leaves open depends on the gateway.
    """

    gateway: str = "auto"
    jobs: int = 1
    live_output: bool = False
    missing_toolchain: MissingToolchain = MissingToolchain.SKIP
    budget: Budget = NO_BOUNDS
    deps: Deps = Deps.LOCKED
    control: Control = AS_PLANNED


@dataclass(frozen=True, slots=True)
class Session:
    """A plan together with the gateway that it was made for; lives as long as the gateway is open.

    *manifest_sha256* is the digest of the manifest's bytes; *remark* is what the user should know of how the runs were chosen.
    """

    world: World
    plan: Plan
    gateway: Gateway
    deps: Deps = Deps.LOCKED
    control: Control = AS_PLANNED
    manifest_sha256: str = ""
    remark: str | None = None


FindPlaces = Callable[[Manifest, Sequence[Variant]], Mapping[str, tuple[SourceLine, ...]]]
"""Returns the places of each variant by its id."""


def script_places(_manifest: Manifest, variants: Sequence[Variant]) -> Mapping[str, tuple[SourceLine, ...]]:
    """Return the first line of each variant's script; pages are not looked at."""
    return {variant.id: (SourceLine(variant.relative, 1),) for variant in variants}


@contextmanager
def open_session(
    world: World,
    wanted: Selection,
    options: Options,
    only: frozenset[str] | None = None,
    find_places: FindPlaces = script_places,
) -> Iterator[Session]:
    """Load, select, open the gateway and plan; no example starts. Raises DvaraExamplesError.

    *only* narrows the selection to the variants with these ids; *find_places* says where people read about a variant.
    """
    control = options.control
    manifest = manifest_of(world)
    digest = hashlib.sha256(world.manifest_path.read_bytes()).hexdigest()
    remark = None
    if control.last_failed:
        variants, remark = narrowed_to_last_failed(world, manifest, wanted)
    else:
        variants = select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
    if only is not None:
        variants = tuple(variant for variant in variants if variant.id in only)
    with open_plan(world, manifest, variants, options) as (gateway, plan):
        plan = repeated(plan, control.repeat)
        if control.shard is not None:
            plan = part_of(plan, control.shard)
        places = find_places(manifest, [run.variant for run in plan.runs])
        plan = replace(plan, runs=tuple(replace(run, places=places[run.variant.id]) for run in plan.runs))
        yield Session(world, plan, gateway, options.deps, control, digest, remark)


@contextmanager
def open_plan(world: World, manifest: Manifest, variants: Sequence[Variant], options: Options) -> Iterator[tuple[Gateway, Plan]]:
    """Probe the runtimes of *variants*, open the gateway and decide about each of them. Raises DvaraExamplesError."""
    probed = probe_all({v.language for v in variants}, lambda language: load_toolchain(language).probe(world))
    with open_gateway(gateway_kind(options.gateway, world), world, manifest.gateways) as gateway:
        offered = Offered(gateway.capabilities, limits_of(gateway))
        yield gateway, make_plan(manifest, variants, probed, offered, options.missing_toolchain)


def gateway_kind(asked: str, world: World) -> str:
    """Resolve ``auto``: a gateway that DVARA_URL names goes before the embedded one."""
    if asked != "auto":
        return asked
    return "url" if world.env("DVARA_URL") else "embedded"


def reminder(session: Session, options: Options) -> str | None:
    """Return what a user should know before the first request goes to a gateway elsewhere, or None."""
    gateway, number = session.gateway, len(session.plan.to_start)
    if not (gateway.remote and number):
        return None
    return cost_reminder(number, gateway.description, allowance_for(gateway.kind, options.budget))


def about_session(session: Session) -> About:
    """Return what ``run.json`` says of *session* before its first run."""
    world, plan, control = session.world, session.plan, session.control
    return About(
        started=world.clock.utc_now().isoformat(timespec="seconds"),
        gateway=session.gateway.description,
        deps=session.deps.value,
        runtimes={runtime.language: RuntimeEntry(runtime.version, runtime.origin) for runtime in plan.runtimes},
        manifest=world.manifest_name,
        manifest_sha256=session.manifest_sha256,
        selected=plan.selected,
        shard=ShardEntry(plan.shard.index, plan.shard.of) if plan.shard else None,
        repeat=control.repeat,
        retries=control.retries,
        allow_flaky=control.allow_flaky,
    )


def planned_entries(plan: Plan) -> list[RunEntry]:
    """Return what ``run.json`` says of the runs of *plan* before they have begun."""
    return [
        RunEntry(
            id=run.variant.id,
            language=run.variant.language,
            outcome=None,
            reason="not started",
            transcript=None,
            title=run.example.title,
            position=run.position,
            repetition=run.repetition,
        )
        for run in plan.runs
    ]
