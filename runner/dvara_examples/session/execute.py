"""One run: a scripted endpoint, the tap in front of it, the example's process, and a transcript of all three."""

import shlex
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dvara_examples.core.clock import Timer, start_timer
from dvara_examples.core.own_folder import own_folder
from dvara_examples.core.place import ProgramPlace
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.world import World
from dvara_examples.faults import in_words, parse_faults
from dvara_examples.gateways import Gateway
from dvara_examples.manifest import Variant
from dvara_examples.process import Cause, ExecuteRequest, child_environment, run_process
from dvara_examples.records.budget import NO_BOUNDS, RAISE_IT, RunMeter, UsageMeter
from dvara_examples.records.model import Endpoint
from dvara_examples.records.transcript import Lateness, Output, OutputPiece, ProcessEnd, RunInfo, Served, Transcript, joined
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.surroundings import gateway_variables, port_in_words
from dvara_examples.tap import LOCALHOST, Tap
from dvara_examples.toolchains import Command, Deps

if TYPE_CHECKING:
    from dvara_examples.session.serving import Visitor

OnPiece = Callable[[str, OutputPiece], None]
_STALL_SHARE = 0.5
"""A connection that was silent for this share of the idle limit when it was given up counts as stalled."""

_STOPPED: Mapping[Cause, str] = {
    "wall": "the run was stopped at its wall limit",
    "idle": "the run was stopped at its idle limit",
    "stop": "the run was interrupted",
    "served": "the server was stopped, as it had been asked all that the manifest says",
}


@dataclass(frozen=True, slots=True)
class Execution:
    """What all runs of one session share; *secrets* are masked everywhere, *meter* counts what is spent.

    *late* returns when the machine was late since a moment of the world's clock.
    """

    world: World
    gateway: Gateway
    secrets: tuple[str, ...] = ()
    meter: UsageMeter = field(default_factory=lambda: UsageMeter(NO_BOUNDS))
    deps: Deps = Deps.LOCKED
    late: Callable[[float], tuple[Lateness, ...]] = lambda _: ()


def execute(
    run: PlannedRun,
    command: Command,
    shared: Execution,
    on_piece: OnPiece | None = None,
    on_request: Callable[[], None] = lambda: None,
    *,
    by_itself: bool = False,
) -> Transcript:
    """Run one example and return everything that was recorded; secrets are masked, scratch files removed.

    *on_request* is called when a request has arrived at the tap; it must not block. *by_itself*: no other run is active,
    so this one can be sampled closely.

    Raises GatewayError if no endpoint is available. Nothing that the example does raises an exception.
    """
    world, limits, around = shared.world.of(run.variant.language), run.variant.limits, run.variant.surroundings
    shared_folder = world.place.scratch if world.place else None
    faults = tuple(map(parse_faults, run.example.faults))
    started_utc = world.clock.utc_now().isoformat(timespec="milliseconds")
    began_s = world.clock.monotonic()
    timer, gate = start_timer(world.clock), RunMeter(shared.meter, on_request)
    with shared.gateway.endpoint(run.example.answers) as upstream:
        redactor = Redactor.of((upstream.key, *shared.secrets))
        model = upstream.model or world.env("DVARA_MODEL")
        stall_after_s = limits.idle_s * _STALL_SHARE
        with (
            port_in_words(run),
            own_folder(shared_folder) as scratch,
            Tap(
                upstream,
                timer,
                redactor,
                stall_after_s=stall_after_s,
                environ=world.environ,
                faults=faults,
                gate=gate,
                port=around.listen or 0,
                hosts=LOCALHOST if around.listen else LOCALHOST[:1],
                any_key=around.listen is not None or (run.printed is not None and run.printed.any_key),
            ) as tap,
            _visiting(run.variant, timer) as visitor,
        ):
            env = child_environment(world.environ, {**command.env, **gateway_variables(run, tap.endpoint, model)})
            folder, given = around.cwd or scratch, (around.stdin or "").encode()
            request = ExecuteRequest(command.argv, env, folder, limits, run.example.at_terminal, given, world.place)
            killed_before = world.place.killed_for_memory if world.place else 0
            result = run_process(
                request,
                timer,
                on_piece=_heard(on_piece, visitor),
                on_stop=lambda cause: tap.stopping(_STOPPED[cause]),
                last_activity_s=tap.last_activity_s,
                stop=world.stop,
                served=visitor.done if visitor else None,
                note_waits=by_itself,
            )
            if world.place is not None and result.end.exit_code != 0:
                result = replace(result, end=_without_memory(result.end, world.place, killed_before))
            if visitor is not None:
                result = replace(result, end=_with_served(result.end, visitor.end()))
        return Transcript(
            run=_run_info(run, command, shared, started_utc, upstream),
            expect=dict(run.variant.expect),
            process=_end(result.end, redactor, gate.refused),
            stdout=mask_output(result.stdout, redactor),
            stderr=mask_output(result.stderr, redactor),
            exchanges=tap.exchanges(),
            known_failure=run.variant.known_failure,
            overrides=_overrides(run),
            scripted="scripted" in shared.gateway.capabilities,
            notes=tap.notes(),
            late=joined((*shared.late(began_s), *result.late)),
            faults=tuple(map(in_words, faults)) if any(faults) else (),
        )


def _visiting(variant: Variant, timer: Timer) -> "AbstractContextManager[Visitor | None]":
    """Yield the visitor for a *variant* that is a server, else None. Raises ToolchainError if its port is taken."""
    if variant.surroundings.ready is None:
        return nullcontext()
    from dvara_examples.session.serving import visiting

    return visiting(variant, variant.surroundings.ready, timer)


def _heard(on_piece: OnPiece | None, visitor: "Visitor | None") -> OnPiece | None:
    """Let *visitor* see what a server prints, in addition to the other listener."""
    if visitor is None:
        return on_piece

    def heard(pipe: str, piece: OutputPiece) -> None:
        visitor.printed(pipe, piece)
        if on_piece is not None:
            on_piece(pipe, piece)

    return heard


def _with_served(end: ProcessEnd, served: Served) -> ProcessEnd:
    """Return *end* with the result of the server, also in its notes."""
    ready = () if served.ready_at_s is None else (f"ready at {served.ready_at_s:.2f} s",)
    replies = (f"{reply.request}: {reply.status or reply.error}, {reply.size_bytes} bytes" for reply in served.replies)
    return replace(end, served=served, notes=(*end.notes, *ready, *replies))


def _without_memory(end: ProcessEnd, place: ProgramPlace, killed_before: int) -> ProcessEnd:
    """Return *end* as an error if memory ran out meanwhile: no script is to blame for that."""
    if place.memory_bytes is None or place.count_killed_for_memory() <= killed_before:
        return end
    limit = f"{place.memory_bytes / 1e6:.0f} MB, which all runs of a language share"
    return replace(end, error=f"{place.name} ran out of memory ({limit})", hint="raise --memory, or lower --jobs")


def _overrides(run: PlannedRun) -> tuple[str, ...]:
    """Return the keys of the expectations in which this variant differs from its example."""
    own, common = run.variant.expect, run.example.expect
    return tuple(key for key, value in own.items() if key not in common or common[key] != value)


def _run_info(run: PlannedRun, command: Command, shared: Execution, started_utc: str, upstream: Endpoint) -> RunInfo:
    variant = run.variant
    return RunInfo(
        variant_id=variant.id,
        example_id=variant.example_id,
        language=variant.language,
        file=variant.relative,
        argv=command.argv,
        launcher=command.launcher,
        dependencies=command.dependencies,
        versions=dict(command.versions),
        gateway=shared.gateway.description,
        gateway_url="" if "scripted" in shared.gateway.capabilities else upstream.base_url,
        limits=variant.limits,
        started_utc=started_utc,
        reproduce=_reproduce(run, shared),
        expected_at=dict(variant.expected_at),
    )


def _reproduce(run: PlannedRun, shared: Execution) -> str:
    """Return the command line that repeats the run of a variant, or of a page's code, and shows everything."""
    world = shared.world
    words = ["dvara-examples", *(run.printed.again if run.printed else ("run", run.variant.id)), "--verbose"]
    if shared.deps is not Deps.LOCKED:
        words += ["--deps", shared.deps.value]
    found_from_here = world.root in (world.cwd, *world.cwd.parents) and world.manifest_name == "examples/manifest.yaml"
    if world.shipped:
        words.append("--shipped")
    elif not found_from_here and world.manifest_path.is_file():
        words += ["--manifest", world.shown(world.manifest_path)]
    return shlex.join(words)


def _end(end: ProcessEnd, redactor: Redactor, refused: str | None) -> ProcessEnd:
    """Return *end* without secrets; a run whose request was *refused* says nothing about the example."""
    leaks = tuple(replace(leak, what=redactor.text(leak.what)) for leak in end.leaks)
    if refused:
        end = replace(end, error=f"{refused}, and a request of this run was not passed on", hint=RAISE_IT)
    return replace(end, leaks=leaks)


def mask_output(output: Output, redactor: Redactor) -> Output:
    """Return *output* without secrets, even those split between two pieces; sizes and times stay the same."""
    masked = redactor.data(output.head)
    pieces, start = [], 0
    for piece in output.pieces:
        pieces.append(OutputPiece(piece.at_s, masked[start : start + len(piece.data)]))
        start += len(piece.data)
    return Output(tuple(pieces), output.size_bytes, redactor.data(output.tail))
