"""What a session reports: events during the session, results in plan order, and a summary."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dvara_examples.core.errors import Diagnosis, ExitCode
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from dvara_examples.records.parity import Disparity


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line that a report can point to: *file* relative to the root, with forward slashes; *line* from 1."""

    file: str
    line: int


def shown_id(variant_id: str, repetition: int | None) -> str:
    """Return the name of a run: ``stream-basic[node]``, or ``stream-basic[node] #2`` if it is repeated."""
    return variant_id if repetition is None else f"{variant_id} #{repetition}"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run and its result; *stored* is the transcript's file. *internal* marks a bug of this program.

    *title* is the example's. *places* are the script, at the first line of its region, and then the pages that show it.
    *repetition* counts from 1 if the run was requested more than once. *earlier* are attempts that did not pass, oldest
    first, if it was retried. *not_started* marks a run that would have started, had the session gone on. *problem* is
    what prevented it from starting.
    """

    variant_id: str
    language: str
    verdict: Verdict
    transcript: Transcript | None = None
    stored: Path | None = None
    internal: bool = False
    interrupted: bool = False
    title: str = ""
    places: tuple[SourceLine, ...] = ()
    repetition: int | None = None
    earlier: tuple["RunResult", ...] = ()
    not_started: bool = False
    problem: Diagnosis | None = None

    @property
    def run_id(self) -> str:
        """The variant's id, with the number of the repetition if there are several."""
        return shown_id(self.variant_id, self.repetition)

    @property
    def flaky(self) -> bool:
        """Whether it passed, but not at the first attempt."""
        return self.verdict.outcome is Outcome.PASSED and bool(self.earlier)


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run has left the queue, or is retried; *at_s* counts from the session's start, *attempt* from 1."""

    variant_id: str
    at_s: float
    repetition: int | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class RunPrinted:
    """An example wrote something; *data* may still contain secrets and must pass a redactor before it is shown."""

    variant_id: str
    pipe: Literal["stdout", "stderr"]
    data: bytes
    repetition: int | None = None


@dataclass(frozen=True, slots=True)
class Preparing:
    """A toolchain reports what it downloads or builds."""

    text: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run has ended; its result follows in plan order."""

    variant_id: str
    outcome: Outcome
    repetition: int | None = None


RunEvent = RunStarted | RunPrinted | Preparing | RunFinished


@dataclass(frozen=True, slots=True)
class Repeated:
    """A variant that ran more than once: *passed* of *runs*."""

    variant_id: str
    passed: int
    runs: int

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.passed} of {self.runs} passed"


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a session: a count per outcome, and the differences between the languages of an example.

    *flaky* counts runs that passed on retry; they are red unless *allow_flaky*. *not_started* counts those of the
    skipped that would have started. *part* marks one shard of several: only all of them show whether anything ran.
    """

    counts: tuple[tuple[Outcome, int], ...]
    internal: bool = False
    interrupted: bool = False
    disparities: "tuple[Disparity, ...]" = ()
    flaky: int = 0
    not_started: int = 0
    repeated: tuple[Repeated, ...] = ()
    allow_flaky: bool = False
    part: bool = False

    @classmethod
    def of(
        cls, results: Iterable[RunResult], *, interrupted: bool = False, allow_flaky: bool = False, part: bool = False
    ) -> "Summary":
        """Count *results*, and compare those of one example."""
        kept = tuple(results)
        counted = Counter(result.verdict.outcome for result in kept)
        return cls(
            counts=tuple((outcome, counted[outcome]) for outcome in Outcome),
            internal=any(result.internal for result in kept),
            interrupted=interrupted,
            disparities=_disparities(kept),
            flaky=sum(result.flaky for result in kept),
            not_started=sum(result.not_started for result in kept),
            repeated=_repeated(kept),
            allow_flaky=allow_flaky,
            part=part,
        )

    def count(self, outcome: Outcome) -> int:
        """Return how many runs had *outcome*."""
        return dict(self.counts)[outcome]

    @property
    def exit_code(self) -> ExitCode:
        """The resulting exit code; a failed expectation, or broken parity, outweighs what could not run."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.internal:
            return ExitCode.INTERNAL
        if self.count(Outcome.FAILED) or self.disparities or (self.flaky and not self.allow_flaky):
            return ExitCode.FAILED
        if self.count(Outcome.ERRORED):
            return ExitCode.NOT_RUN
        return ExitCode.OK if self.count(Outcome.PASSED) or self.part else ExitCode.NOTHING_SELECTED

    def __str__(self) -> str:
        total = sum(number for _, number in self.counts)
        runs = "1 run" if total == 1 else f"{total} runs"
        more = {Outcome.PASSED: (self.flaky, "flaky"), Outcome.SKIPPED: (self.not_started, "not started")}
        return f"{runs}: " + ", ".join(f"{number} {o}{_of_these(*more.get(o, (0, '')))}" for o, number in self.counts)


def _of_these(number: int, what: str) -> str:
    return f" ({number} {what})" if number else ""


def _disparities(results: tuple[RunResult, ...]) -> "tuple[Disparity, ...]":
    """Compare the first repetitions of an example's languages with each other, the second ones, and so on."""
    if len({result.language for result in results}) < 2:
        return ()
    from dvara_examples.records.parity import parity

    repetitions = dict.fromkeys(result.repetition for result in results)
    found = (
        parity(result.transcript for result in results if result.repetition == each and result.transcript is not None)
        for each in repetitions
    )
    return tuple(dict.fromkeys(disparity for several in found for disparity in several))


def _repeated(results: tuple[RunResult, ...]) -> tuple[Repeated, ...]:
    ran = [result for result in results if result.repetition is not None and result.verdict.outcome is not Outcome.SKIPPED]
    runs = Counter(result.variant_id for result in ran)
    passed = Counter(result.variant_id for result in ran if result.verdict.outcome is Outcome.PASSED)
    return tuple(Repeated(variant_id, passed[variant_id], number) for variant_id, number in runs.items())
