"""Load, select, open the gateway and plan: everything before the first example starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dvara_examples.allowance import NO_BOUNDS, Allowance, allowance_for, cost_reminder
from dvara_examples.gateways import Gateway, open_gateway
from dvara_examples.manifest import Manifest, load_manifest
from dvara_examples.plan import MissingToolchain, Plan, make_plan, probe_all
from dvara_examples.select import select
from dvara_examples.toolchains import Deps, load_toolchain
from dvara_examples.wanted import Selection
from dvara_examples.world import World


@dataclass(frozen=True, slots=True)
class Options:
    """How the user wants it run; *gateway* names a kind, and ``auto`` is ``url`` where DVARA_URL is set.

    *allowance* is what the user lets the session spend; what it leaves open depends on the gateway.
    """

    gateway: str = "auto"
    jobs: int = 1
    live_output: bool = False
    missing_toolchain: MissingToolchain = MissingToolchain.SKIP
    allowance: Allowance = NO_BOUNDS
    deps: Deps = Deps.LOCKED


@dataclass(frozen=True, slots=True)
class Session:
    """A plan together with the gateway that it was made for; lives as long as the gateway is open."""

    world: World
    plan: Plan
    gateway: Gateway
    deps: Deps = Deps.LOCKED


def load(world: World) -> Manifest:
    """Load the manifest of *world*. Raises ManifestError."""
    return load_manifest(world.manifest_path, world.root, display=world.cwd)


@contextmanager
def open_session(world: World, wanted: Selection, options: Options) -> Iterator[Session]:
    """Load, select, open the gateway and plan; nothing of an example starts. Raises DvaraExamplesError."""
    manifest = load(world)
    variants = select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
    probed = probe_all({v.language for v in variants}, lambda language: load_toolchain(language).probe(world))
    with open_gateway(gateway_kind(options.gateway, world), world) as gateway:
        plan = make_plan(manifest, variants, probed, gateway.capabilities, options.missing_toolchain)
        yield Session(world, plan, gateway, options.deps)


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
    return cost_reminder(number, gateway.description, allowance_for(gateway.kind, options.allowance))
