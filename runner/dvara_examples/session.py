"""One session, end to end: load, select, plan, run, judge, report.

The main thread owns the reporters and the run folder; worker threads run examples and put what happens on one queue.
"""

import contextlib
import queue
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from operator import methodcaller

from dvara_examples.allowance import NO_BOUNDS, RAISE_IT, Allowance, Meter, allowance_for, cost_reminder
from dvara_examples.clock import start_timer
from dvara_examples.errors import DvaraExamplesError, TranscriptError, refused_by_system
from dvara_examples.execute import Execution, execute
from dvara_examples.gateways import Gateway, open_gateway
from dvara_examples.interruption import interruptible
from dvara_examples.judge import judge
from dvara_examples.manifest import Manifest, load_manifest
from dvara_examples.plan import MissingToolchain, Plan, PlannedRun, make_plan, probe_all
from dvara_examples.preparation import Preparation
from dvara_examples.reports import Reporter
from dvara_examples.results import Preparing, RunEvent, RunFinished, RunPrinted, RunResult, RunStarted, Summary
from dvara_examples.run_folder import RunFolder, StoredRun, find_run, load_transcript
from dvara_examples.select import select
from dvara_examples.toolchains import Deps, load_toolchain
from dvara_examples.transcript import OutputPiece, Transcript
from dvara_examples.values import InvalidValue
from dvara_examples.verdict import Outcome, Verdict
from dvara_examples.world import World

_TICK_S = 0.1
_INBOX_SIZE = 256
"""Messages that may wait; a reporter that cannot keep up slows the examples down instead of filling memory."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for, as typed."""

    selectors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


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
    variants = select(manifest, wanted.selectors, wanted.languages, wanted.tags, world.cwd)
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


def run_session(session: Session, folder: RunFolder, reporters: Sequence[Reporter], options: Options) -> Summary:
    """Run the whole plan, ``options.jobs`` at a time, and report in plan order.

    An interruption (SIGINT, SIGTERM) ends the children and keeps what there is.
    """
    runs = session.plan.runs
    about = _about(session)
    planned = [(run.variant.id, run.variant.language) for run in runs]
    folder.write_summary(about, planned, (), finished=False)
    desk = _Desk(reporters)
    workers = _Workers(session, folder, desk.post, options)
    with interruptible(session.world.stop) as stop:
        try:
            _run_all(runs, workers, desk, options.jobs)
        finally:
            summary = Summary.of(desk.reported, interrupted=stop.is_set())
            folder.write_summary(about, planned, desk.reported, finished=not summary.interrupted)
        desk.tell(lambda reporter: reporter.close(summary))
    return summary


def _run_all(runs: Sequence[PlannedRun], workers: "_Workers", desk: "_Desk", jobs: int) -> None:
    """Run everything; where the desk gives up (a reporter's stream is gone, say), the workers soon end too."""
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="run") as pool:
        try:
            for index, run in enumerate(runs):
                pool.submit(workers.work, index, run)
            while len(desk.reported) < len(runs):
                desk.take()
        except BaseException:
            workers.stop()
            desk.close()
            raise


class _Desk:
    """The main thread's side: takes what workers send and hands it to the reporters, results in plan order."""

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self.reported: list[RunResult] = []
        self._inbox: queue.Queue[_Message] = queue.Queue(maxsize=_INBOX_SIZE)
        self._closed = threading.Event()
        self._early: dict[int, RunResult] = {}
        self._reporters = list(reporters)

    def post(self, message: "_Message") -> None:
        """Hand in one message, from any thread; waits for room, unless nobody takes messages any more."""
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._inbox.put(message, timeout=_TICK_S)
                return

    def close(self) -> None:
        """Take no more messages."""
        self._closed.set()

    def take(self) -> None:
        """Take one message, or let time pass; then report every result whose turn has come."""
        try:
            message = self._inbox.get(timeout=_TICK_S)
        except queue.Empty:
            self.tell(lambda reporter: reporter.tick())
            return
        if isinstance(message, tuple):
            index, result = message
            self._early[index] = result
            message = RunFinished(result.variant_id, result.verdict.outcome)
        event = message
        self.tell(lambda reporter: reporter.event(event))
        while (due := self._early.pop(len(self.reported), None)) is not None:
            self.reported.append(due)
            self.tell(methodcaller("result", due))

    def tell(self, what: Callable[[Reporter], None]) -> None:
        """Hand something to every reporter; one whose reader has left is told nothing more, and the runs go on."""
        for reporter in tuple(self._reporters):
            try:
                what(reporter)
            except BrokenPipeError:
                self._reporters.remove(reporter)


_Message = RunEvent | tuple[int, RunResult]


class _Workers:
    """What runs in the pool's threads; every exception becomes a result at one point, here."""

    def __init__(
        self,
        session: Session,
        folder: RunFolder,
        post: "Callable[[_Message], None]",
        options: Options,
    ) -> None:
        world = session.world
        self._post = post
        self._live_output = options.live_output
        languages = {runtime.language for runtime in session.plan.runtimes}
        toolchains = {language: load_toolchain(language) for language in languages}
        self._preparation = Preparation(toolchains, world, lambda text: self._post(Preparing(text)), session.deps)
        secrets = tuple(filter(None, (world.env("DVARA_API_KEY"),)))
        meter = Meter(allowance_for(session.gateway.kind, options.allowance))
        self._execution = Execution(world, session.gateway, secrets, meter, session.deps)
        self._folder = folder
        self._elapsed = start_timer(world.clock)

    def stop(self) -> None:
        """Let runs that have not started stay so, and end those that have."""
        self._execution.world.stop.set()

    def work(self, index: int, run: PlannedRun) -> None:
        """Run one planned run and put its result on the queue, whatever happens."""
        try:
            result = self._run(run)
        except DvaraExamplesError as error:
            result = _without_transcript(run, Verdict(Outcome.ERRORED, reason=str(error)))
        except OSError as error:
            result = _without_transcript(run, Verdict(Outcome.ERRORED, reason=_refusal(error)))
        except BaseException:  # noqa: BLE001 - the one place where a fault of this program becomes a result
            result = self._internal(run, traceback.format_exc())
        self._post((index, result))

    def _run(self, run: PlannedRun) -> RunResult:
        if run.skip is not None:
            return _without_transcript(run, Verdict(Outcome.SKIPPED, reason=run.skip))
        if run.error is not None:
            return _without_transcript(run, Verdict(Outcome.ERRORED, reason=run.error))
        if self._execution.world.stop.is_set():
            return _without_transcript(run, Verdict(Outcome.ERRORED, reason="interrupted before it started"))
        if (spent := self._execution.meter.spent) is not None:
            return _without_transcript(run, Verdict(Outcome.ERRORED, reason=f"not started: {spent}; {RAISE_IT}"))
        command = self._preparation.command(run)
        self._post(RunStarted(run.variant.id, self._elapsed()))
        transcript = execute(run, command, self._execution, self._on_piece(run.variant.id) if self._live_output else None)
        stored = self._folder.save(transcript)
        return RunResult(run.variant.id, run.variant.language, judge(transcript), transcript, stored)

    def _on_piece(self, variant_id: str) -> Callable[[str, OutputPiece], None]:
        def forward(pipe: str, piece: OutputPiece) -> None:
            self._post(RunPrinted(variant_id, "stderr" if pipe == "stderr" else "stdout", piece.data))

        return forward

    def _internal(self, run: PlannedRun, trace: str) -> RunResult:
        """Keep the trace in the run folder, where whoever reports the fault finds it."""
        path = self._folder.path / "internal-errors.txt"
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write(f"{run.variant.id}\n{trace}\n")
        reason = f"internal error: {trace.strip().splitlines()[-1]} (the whole trace is in {path}; please report it)"
        verdict = Verdict(Outcome.ERRORED, reason=reason)
        return RunResult(run.variant.id, run.variant.language, verdict, internal=True)


def _without_transcript(run: PlannedRun, verdict: Verdict) -> RunResult:
    return RunResult(run.variant.id, run.variant.language, verdict)


def _refusal(error: OSError) -> str:
    return f"{refused_by_system(error)}; free what it asks for and run again"


def _about(session: Session) -> Mapping[str, object]:
    runtimes = {r.language: {"version": r.version, "origin": r.origin} for r in session.plan.runtimes}
    started = session.world.clock.utc_now().isoformat(timespec="seconds")
    gateway = session.gateway.description
    return {"started": started, "gateway": gateway, "deps": session.deps.value, "runtimes": runtimes}


def judge_stored(world: World, name: str, reporters: Sequence[Reporter]) -> Summary:
    """Judge the transcripts of a stored run again and report as if they had just been made. Raises TranscriptError."""
    folder = find_run(world.runs_dir, name, world.cwd)
    results = []
    for stored in folder.read_summary():
        transcript = load_transcript(stored)
        verdict = _judge_again(stored, transcript)
        results.append(RunResult(stored.variant_id, stored.language, verdict, transcript, stored.transcript))
    for reporter in reporters:
        for result in results:
            reporter.result(result)
    summary = Summary.of(results)
    for reporter in reporters:
        reporter.close(summary)
    return summary


def _judge_again(stored: StoredRun, transcript: Transcript | None) -> Verdict:
    if transcript is None:
        return Verdict(stored.outcome or Outcome.ERRORED, reason=stored.reason)
    try:
        return judge(transcript)
    except InvalidValue as error:
        where = ".".join(map(str, error.path))
        raise TranscriptError(f"{stored.transcript}: expect.{where}: {error}; another release may have written it") from None
