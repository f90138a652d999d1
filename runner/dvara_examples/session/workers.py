"""What runs in the pool's threads."""

import contextlib
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import Diagnosis, DvaraExamplesError
from dvara_examples.records.budget import RAISE_IT, UsageMeter, allowance_for
from dvara_examples.records.results import Preparing, RunPrinted, RunResult, RunStarted
from dvara_examples.records.run_folder import INTERNAL_ERRORS, RunFolder
from dvara_examples.records.transcript import OutputPiece
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.session.alone import MOST_TRIES_ALONE, NOTE, Turns, failed_for_time_alone
from dvara_examples.session.dispatcher import Message
from dvara_examples.session.execute import Execution, execute
from dvara_examples.session.judge import judge
from dvara_examples.session.lateness import LatenessWitness
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.prepare import Options, Session
from dvara_examples.session.starting import Started, StartingSlots
from dvara_examples.session.surroundings import PortTurns
from dvara_examples.session.toolchain_setup import Preparation
from dvara_examples.toolchains import load_toolchain


class Workers:
    """Executes planned runs; the one place where every exception becomes a result. Safe to use from several threads."""

    def __init__(
        self,
        session: Session,
        folder: RunFolder,
        post: Callable[[Message], None],
        options: Options,
        late: LatenessWitness,
    ) -> None:
        world = session.world
        self._post = post
        self._live_output = options.live_output
        languages = {runtime.language for runtime in session.plan.runtimes}
        toolchains = {language: load_toolchain(language) for language in languages}
        self._preparation = Preparation(toolchains, world, lambda text: self._post(Preparing(text)), session.deps)
        secrets = tuple(filter(None, (world.env("DVARA_API_KEY"),)))
        meter = UsageMeter(allowance_for(session.gateway.kind, options.budget))
        self._execution = Execution(world, session.gateway, secrets, meter, session.deps, late.since)
        self._slots = StartingSlots(min(world.cores, options.jobs), world.clock)
        self._ports = PortTurns()
        self._turns = Turns(world.stop)
        self._local = not session.gateway.remote
        self._shared = options.jobs > 1 and len(session.plan.runs) > 1 and self._local
        self._folder = folder
        self._places = session.places
        self._elapsed = start_timer(world.clock)
        self._control = session.control
        self._lock = threading.Lock()
        self._first_red: RunResult | None = None

    def stop(self) -> None:
        """Start no more runs, and stop the active ones."""
        self._execution.world.stop.set()

    def work(self, index: int, run: PlannedRun) -> None:
        """Execute one planned run, with retries if requested, and put its result on the queue, whatever happens."""
        earlier: list[RunResult] = []
        while True:
            with self._turns.beside_others():
                result = self._attempt(run, len(earlier) + 1, by_itself=not self._shared)
            result = self._in_doubt_alone(run, result, len(earlier) + 1)
            if not self._try_again(result, len(earlier)):
                break
            earlier.append(result)
        places = self._places.of(run.variant.id, passed=result.verdict.outcome is Outcome.PASSED and not earlier)
        result = replace(result, earlier=tuple(earlier), places=places)
        if self._red(result):
            with self._lock:
                self._first_red = self._first_red or result
        self._post((index, result))

    def _in_doubt_alone(self, run: PlannedRun, result: RunResult, number: int) -> RunResult:
        """Return *result*, or the result of the run alone if the machine may be to blame."""
        doubtful = self._shared and failed_for_time_alone(result.verdict)
        tries = 0
        while (doubtful or self._cannot_tell(result)) and tries < MOST_TRIES_ALONE:
            with self._turns.alone():
                result = self._attempt(run, number, (NOTE,), by_itself=True)
            doubtful, tries = False, tries + 1
        return result

    def _cannot_tell(self, result: RunResult) -> bool:
        return result.verdict.uncertain and self._local and not self._execution.world.stop.is_set()

    def _attempt(self, run: PlannedRun, number: int, notes: tuple[str, ...] = (), *, by_itself: bool) -> RunResult:
        try:
            if (not_started := self._not_started(run)) is not None:
                return not_started
            stop = self._execution.world.stop
            with self._ports.turn(run.variant, stop), self._slots.starting(stop) as started:
                return self._not_started(run) or self._run(run, number, started, notes, by_itself=by_itself)
        except DvaraExamplesError as error:
            return _errored(run, error.diagnosis)
        except OSError as error:
            from dvara_examples.records.hints import system_refused

            return _errored(run, system_refused(error))
        except BaseException:  # noqa: BLE001 - the one place where a fault of this program becomes a result
            return self._internal(run, traceback.format_exc())

    def _try_again(self, result: RunResult, retried: int) -> bool:
        """Tell whether a retry can show something: not if nothing was judged, or if a known failure no longer fails."""
        return (
            retried < self._control.retries
            and result.verdict.outcome is Outcome.FAILED
            and not result.verdict.healed
            and not self._execution.world.stop.is_set()
            and self._execution.meter.spent is None
        )

    def _red(self, result: RunResult) -> bool:
        flaky = result.flaky and not self._control.allow_flaky
        return flaky or result.verdict.outcome in (Outcome.FAILED, Outcome.ERRORED)

    def _not_started(self, run: PlannedRun) -> RunResult | None:
        """Return the result of a run that will not start, or None if it can start."""
        if run.skip is not None:
            return _without_transcript(run, Verdict(Outcome.SKIPPED, reason=run.skip))
        if run.error is not None:
            return _errored(run, run.error)
        if self._execution.world.stop.is_set():
            reason = "interrupted before it started"
            return replace(_without_transcript(run, Verdict(Outcome.ERRORED, reason=reason)), interrupted=True)
        if self._control.fail_fast and (first := self._first_red) is not None:
            reason = f"not started: {first.run_id} {_what_became_of(first)}, and --fail-fast ends it there"
            return replace(_without_transcript(run, Verdict(Outcome.SKIPPED, reason=reason)), not_started=True)
        if (spent := self._execution.meter.spent) is not None:
            return _errored(run, Diagnosis(f"not started: {spent}", RAISE_IT))
        return None

    def _run(self, run: PlannedRun, number: int, started: Started, notes: tuple[str, ...], *, by_itself: bool) -> RunResult:
        command = self._preparation.command(run)
        self._post(RunStarted(run.variant.id, self._elapsed(), run.repetition, number))
        on_piece = self._on_piece(run) if self._live_output else None
        transcript = execute(run, command, self._execution, on_piece, started, by_itself=by_itself)
        transcript = replace(transcript, notes=(*transcript.notes, *notes))
        stored = self._folder.save(transcript, run.repetition, number)
        made = _without_transcript(run, judge(transcript))
        return replace(made, transcript=transcript, stored=stored, interrupted=transcript.process.interrupted)

    def _on_piece(self, run: PlannedRun) -> Callable[[str, OutputPiece], None]:
        def forward(pipe: str, piece: OutputPiece) -> None:
            self._post(RunPrinted(run.variant.id, "stderr" if pipe == "stderr" else "stdout", piece.data, run.repetition))

        return forward

    def _internal(self, run: PlannedRun, trace: str) -> RunResult:
        """Store the traceback in the run folder, for a bug report."""
        path = self._folder.path / INTERNAL_ERRORS
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write(f"{run.variant.id}\n{trace}\n")
        reason = f"internal error: {trace.strip().splitlines()[-1]} (the whole trace is in {path}; please report it)"
        verdict = Verdict(Outcome.ERRORED, reason=reason)
        return replace(_without_transcript(run, verdict), internal=True)


def _without_transcript(run: PlannedRun, verdict: Verdict) -> RunResult:
    return RunResult(
        run.variant.id,
        run.variant.language,
        verdict,
        title=run.example.title,
        repetition=run.repetition,
    )


def _errored(run: PlannedRun, problem: Diagnosis) -> RunResult:
    return replace(_without_transcript(run, Verdict(Outcome.ERRORED, reason=str(problem))), problem=problem)


def _what_became_of(result: RunResult) -> str:
    return "was flaky" if result.flaky else str(result.verdict.outcome)
