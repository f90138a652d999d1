"""The result of judging a run: findings, and the outcome that follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol

from dvara_examples.records.transcript import Transcript


class Witness(StrEnum):
    """Who saw it."""

    PROCESS = "process"
    OUTPUT = "output"
    STREAM = "stream"
    WIRE = "wire"


class Outcome(StrEnum):
    """The outcome of one run. *Failed* (an expectation) is never mixed with *errored* (it could not run)."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"


KNOWN_FAILURE = "known_failure"
"""The key of the finding that a known failure has healed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking one expectation against one transcript.

    *key* is the expectation's word in the manifest; *expected* and *seen* are short texts for people; *where* points
    into the evidence (``request 2``, ``stdout at 0.41 s``); *sentence* explains a finding that is not ok to an outsider.
    *expected_at* is the line of the manifest that expects it, as ``file:line``. *uncertain* says why a bad finding does
    not count against the example: the evidence is not sufficient.
    """

    key: str
    witness: Witness
    ok: bool
    expected: str
    seen: str
    sentence: str = ""
    where: str = ""
    expected_at: str = field(default="", metadata={"added_later": True})
    uncertain: str = field(default="", metadata={"added_later": True})


class Expectation(Protocol):
    """One assertion about a transcript: a small frozen value, parsed from the manifest, and pure."""

    key: ClassVar[str]
    witness: ClassVar[Witness]

    def check(self, seen: Transcript) -> Finding:
        """Check this expectation against *seen*; reads nothing else and never raises for what an example did."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings of one run and their outcome; *reason* explains an outcome that the findings do not explain.

    *uncertain* marks an error that only says that the machine was too late to tell.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    uncertain: bool = field(default=False, metadata={"added_later": True})

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that are not ok."""
        return tuple(finding for finding in self.findings if not finding.ok)

    @property
    def healed(self) -> bool:
        """Whether a known failure no longer fails, which no retry may hide."""
        return any(finding.key == KNOWN_FAILURE for finding in self.failures)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Verdict":
        """Build the verdict from *findings* alone."""
        kept = tuple(findings)
        return cls(Outcome.PASSED if all(f.ok for f in kept) else Outcome.FAILED, kept)
