"""What runs in the pool's threads."""

import contextlib
import traceback
from collections.abc import Callable

from dvara_examples.allowance import RAISE_IT, Meter, allowance_for
from dvara_examples.clock import start_timer
from dvara_examples.diagnoses import system_refused
from dvara_examples.errors import DvaraExamplesError
from dvara_examples.execute import Execution, execute
from dvara_examples.judge import judge
from dvara_examples.plan import PlannedRun
from dvara_examples.preparation import Preparation
from dvara_examples.results import Preparing, RunPrinted, RunResult, RunStarted
from dvara_examples.run_folder import RunFolder
from dvara_examples.session.desk import Message
from dvara_examples.session.opening import Options, Session
from dvara_examples.toolchains import load_toolchain
from dvara_examples.transcript import OutputPiece
from dvara_examples.verdict import Outcome, Verdict


class Workers:
    """Runs what is planned; every exception becomes a result at one point, here. Safe to use from several threads."""

    def __init__(
        self,
        session: Session,
        folder: RunFolder,
        post: Callable[[Message], None],
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
            result = _without_transcript(run, Verdict(Outcome.ERRORED, reason=str(system_refused(error))))
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
