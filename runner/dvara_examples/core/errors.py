"""What can go wrong outside an example, and the exit code it leads to.

    DvaraExamplesError
    ├── ManifestError      the manifest is wrong (exit 2); carries every problem found
    ├── SelectionError     a selector names nothing that exists (exit 2)
    ├── NothingSelected    the selectors are right but leave nothing to run (exit 4)
    ├── ToolchainError     a runtime, a dependency or a compiler stood in the way (exit 3)
    ├── NotRecorded        a script ran, but what it did is nothing to hold it to (exit 1)
    ├── GatewayError       the gateway cannot be reached or used (exit 3)
    ├── ReportError        a report cannot be written where it was asked for (exit 3), or two go to one place (exit 2)
    ├── MergeError         stored runs do not fit together (exit 2)
    ├── TranscriptError    a stored run cannot be read (exit 2)
    ├── PageError          a documentation page cannot be read, or written safely (exit 2)
    └── PluginError        a module from a folder of the user's cannot be used (exit 2)

An unmet expectation is no exception: it is a :class:`~dvara_examples.records.verdict.Finding`.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """The exit codes of the command; ``docs/exit-codes.md`` explains them to users."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_RUN = 3
    NOTHING_SELECTED = 4
    INTERNAL = 5
    INTERRUPTED = 130

    @classmethod
    def worst(cls, codes: "Iterable[ExitCode]") -> "ExitCode":
        """Return the one of *codes* that takes precedence."""
        order = (cls.INTERRUPTED, cls.INTERNAL, cls.USAGE, cls.FAILED, cls.NOT_RUN, cls.NOTHING_SELECTED, cls.OK)
        return min(codes, key=order.index)


class Diagnosis(NamedTuple):
    """A cause and a hint: two clauses that make one lower-case sentence.

    *subject* says what is at fault if several things could be: ``key``, ``model``, or nothing.
    """

    cause: str
    hint: str
    subject: str = ""

    def __str__(self) -> str:
        if not self.hint:
            return self.cause
        first, line_end, rest = self.cause.partition("\n")  # output of other programs follows below the sentence
        return f"{first}; {self.hint}{':' if rest else ''}{line_end}{rest}"

    @property
    def in_lines(self) -> str:
        """The cause, and the hint on its own line."""
        return f"{self.cause}\nhint: {self.hint}" if self.hint else self.cause

    def under(self, lead: str) -> "Diagnosis":
        """Return the same with *lead*, such as ``in FILE: ``, before the cause."""
        return self._replace(cause=lead + self.cause)


class Diagnosed(Exception):  # noqa: N818 - says what it has
    """Something went wrong; its *diagnosis* says what, and what to do; ``str()`` is both as one sentence."""

    def __init__(self, problem: "str | Diagnosis", hint: str = "") -> None:
        self.diagnosis = problem if isinstance(problem, Diagnosis) else Diagnosis(problem, hint)
        super().__init__(self.diagnosis)


class DvaraExamplesError(Diagnosed):
    """A condition that the user can fix.

    The sentence is lower case and says what was found, where, what is accepted and what to do next.
    """

    exit_code: ExitCode = ExitCode.NOT_RUN

    @property
    def diagnoses(self) -> "tuple[Diagnosis, ...]":
        """Each problem separately, in the order in which they are shown."""
        return (self.diagnosis,)


class ManifestError(DvaraExamplesError):
    """The manifest is wrong: *problems* has one ``file:line:column: …`` cause each with its hint, in file order."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: "tuple[Diagnosis, ...]") -> None:
        super().__init__("\n".join(problem.in_lines for problem in problems))
        self.problems = problems

    @property
    def diagnoses(self) -> "tuple[Diagnosis, ...]":
        """One diagnosis for each problem."""
        return self.problems

    def renamed(self, old: str, new: str) -> "ManifestError":
        """Return the same error with the file name *new* instead of *old*."""
        return ManifestError(tuple(each._replace(cause=each.cause.replace(old, new)) for each in self.problems))


class SelectionError(DvaraExamplesError):
    """A selector, language or tag names nothing in the manifest."""

    exit_code = ExitCode.USAGE


class NothingSelected(DvaraExamplesError):  # noqa: N818 - a state, not a fault
    """Every selector is valid, but together they select nothing."""

    exit_code = ExitCode.NOTHING_SELECTED


class ToolchainError(DvaraExamplesError):
    """A runtime, dependency or compiler prevented an example from running."""


class NotRecorded(DvaraExamplesError):  # noqa: N818 - says what became of it
    """A script ran, but crashed or sent no request, so there is nothing to expect of it."""

    exit_code = ExitCode.FAILED


class GatewayError(DvaraExamplesError):
    """The gateway cannot be reached, or its address or key cannot be used."""


class ExtraError(DvaraExamplesError):
    """A feature needs a package of an optional extra that is not installed."""


class ReportError(DvaraExamplesError):
    """A report cannot be written to its path."""


class ReportsCollideError(ReportError):
    """Two reports have the same path."""

    exit_code = ExitCode.USAGE


class MergeError(DvaraExamplesError):
    """Stored runs do not fit together."""

    exit_code = ExitCode.USAGE


class TranscriptError(DvaraExamplesError):
    """A stored run is missing, cut off or of a version that this release cannot read."""

    exit_code = ExitCode.USAGE


class PageError(DvaraExamplesError):
    """A documentation page cannot be read, or the update would damage it."""

    exit_code = ExitCode.USAGE


class PluginError(DvaraExamplesError):
    """A language or protocol from a user's folder cannot be used."""

    exit_code = ExitCode.USAGE


def refused_by_system(error: OSError) -> str:
    """Say what the operating system refused, and for which file."""
    where = f" ({error.filename})" if error.filename else ""
    return f"the operating system refused: {error.strerror or error}{where}"
