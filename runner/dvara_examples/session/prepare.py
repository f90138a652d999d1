"""Opens the gateway and plans: everything between the selection of examples and the first run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from dvara_examples.core.world import World
from dvara_examples.gateways import Gateway, limits_of, open_gateway
from dvara_examples.manifest import Manifest, Variant
from dvara_examples.records.budget import NO_BOUNDS, Budget, allowance_for, cost_reminder
from dvara_examples.records.run_json import About, RunEntry, RuntimeEntry, ShardEntry
from dvara_examples.selection.options import AS_PLANNED, Control
from dvara_examples.session.choice import Chosen, PlacesOnDemand
from dvara_examples.session.plan import MissingToolchain, Offered, Plan, make_plan, part_of, probe_all, repeated
from dvara_examples.toolchains import Deps, load_toolchain


@dataclass(frozen=True, slots=True)
class Options:
    """The user's options for running; *gateway* names a kind, and ``auto`` is ``url`` if DVARA_URL is set.

    *allowance* is what the user lets the session spend; the default depends on the gateway.
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
    """A plan with the gateway that it was made for; valid while the gateway is open.

    *started_utc* is read from the clock once, so that it is the same in everything stored and reported. *manifest_sha256* is the
    digest of the manifest's bytes; *remark* is what the user should know about the selection.
    """

    world: World
    plan: Plan
    gateway: Gateway
    places: PlacesOnDemand
    started_utc: str
    deps: Deps = Deps.LOCKED
    control: Control = AS_PLANNED
    manifest_sha256: str = ""
    remark: str | None = None


@contextmanager
def open_session(world: World, chosen: Chosen, options: Options) -> Iterator[Session]:
    """Probe the runtimes, open the gateway and plan the *chosen* runs; nothing starts. Raises DvaraExamplesError."""
    control = options.control
    with open_plan(world, chosen.manifest, chosen.variants, options) as (gateway, plan):
        plan = repeated(plan, control.repeat)
        if control.shard is not None:
            plan = part_of(plan, control.shard)
        places = PlacesOnDemand(chosen)
        started_utc = world.clock.utc_now().isoformat(timespec="seconds")
        yield Session(world, plan, gateway, places, started_utc, options.deps, control, chosen.manifest_sha256, chosen.remark)


@contextmanager
def open_plan(world: World, manifest: Manifest, variants: Sequence[Variant], options: Options) -> Iterator[tuple[Gateway, Plan]]:
    """Probe the runtimes of *variants*, open the gateway and decide about each of them. Raises DvaraExamplesError."""
    probed = probe_all({v.language for v in variants}, lambda language: load_toolchain(language).probe(world.of(language)))
    with open_gateway(gateway_kind(options.gateway, world), world, manifest.gateways) as gateway:
        offered = Offered(gateway.capabilities, limits_of(gateway), gateway.models, world.env("DVARA_MODEL"))
        yield gateway, make_plan(manifest, variants, probed, offered, options.missing_toolchain)


def gateway_kind(asked: str, world: World) -> str:
    """Resolve ``auto``: a gateway at DVARA_URL takes precedence over the embedded one."""
    if asked != "auto":
        return asked
    return "url" if world.env("DVARA_URL") else "embedded"


def remarks(session: Session, options: Options) -> Iterator[str]:
    """Yield what a user should know before the first run: how the runs were selected, and what they may cost elsewhere."""
    if session.remark is not None:
        yield session.remark
    gateway, number = session.gateway, len(session.plan.to_start)
    if gateway.remote and number:
        yield cost_reminder(number, gateway.description, allowance_for(gateway.kind, options.budget))


def about_session(session: Session) -> About:
    """Return the session's part of ``run.json`` before its first run."""
    world, plan, control = session.world, session.plan, session.control
    return About(
        started=session.started_utc,
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
    """Return the runs of *plan* for ``run.json`` before they have begun."""
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
