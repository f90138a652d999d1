"""What a session tells its reporters: events while runs go on, results in plan order, and their sum."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dvara_examples.errors import ExitCode
from dvara_examples.parity import Disparity, parity
from dvara_examples.transcript import Transcript
from dvara_examples.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Place:
    """A line that people read, where a report can point: *file* seen from the root, with forward slashes; *line* from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run and what is said of it; *stored* is the transcript's file. *internal* marks a fault of this program.

    *title* is the example's. *places* are the script, at the line where what it shows begins, and then the pages that show it.
    *repetition* counts from 1 where the run was asked for more than once. *earlier* are attempts that did not pass, oldest
    first, where it was tried again.
    """

    variant_id: str
    language: str
    verdict: Verdict
    transcript: Transcript | None = None
    stored: Path | None = None
    internal: bool = False
    interrupted: bool = False
    title: str = ""
    places: tuple[Place, ...] = ()
    repetition: int | None = None
    earlier: tuple["RunResult", ...] = ()

    @property
    def flaky(self) -> bool:
        """Whether it passed, but not at once."""
        return self.verdict.outcome is Outcome.PASSED and bool(self.earlier)


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run has left the queue; *at_s* counts from the session's start."""

    variant_id: str
    at_s: float


@dataclass(frozen=True, slots=True)
class RunPrinted:
    """An example wrote something; *data* may still hold secrets and must pass a redactor before it is shown."""

    variant_id: str
    pipe: Literal["stdout", "stderr"]
    data: bytes


@dataclass(frozen=True, slots=True)
class Preparing:
    """A toolchain says what it fetches or builds."""

    text: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run has ended; its result follows in plan order."""

    variant_id: str
    outcome: Outcome


RunEvent = RunStarted | RunPrinted | Preparing | RunFinished


@dataclass(frozen=True, slots=True)
class Summary:
    """The sum of a session: one count per outcome, and in what the languages of an example differ."""

    counts: tuple[tuple[Outcome, int], ...]
    internal: bool = False
    interrupted: bool = False
    disparities: tuple[Disparity, ...] = ()

    @classmethod
    def of(cls, results: Iterable[RunResult], *, interrupted: bool = False) -> "Summary":
        """Count *results*, and compare those of one example."""
        kept = tuple(results)
        counted = Counter(result.verdict.outcome for result in kept)
        differ = parity(result.transcript for result in kept if result.transcript is not None)
        return cls(tuple((o, counted[o]) for o in Outcome), any(r.internal for r in kept), interrupted, differ)

    def count(self, outcome: Outcome) -> int:
        """Return how many runs had *outcome*."""
        return dict(self.counts)[outcome]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that follows; a failed expectation, or a parity that is broken, outweighs what could not run."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.internal:
            return ExitCode.INTERNAL
        if self.count(Outcome.FAILED) or self.disparities:
            return ExitCode.FAILED
        if self.count(Outcome.ERRORED):
            return ExitCode.NOT_RUN
        return ExitCode.OK if self.count(Outcome.PASSED) else ExitCode.NOTHING_SELECTED

    def __str__(self) -> str:
        total = sum(number for _, number in self.counts)
        runs = "1 run" if total == 1 else f"{total} runs"
        return f"{runs}: " + ", ".join(f"{number} {outcome}" for outcome, number in self.counts)
