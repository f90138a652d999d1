"""The content of the page about one run: plain values of limited size; the templates escape them."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.core.explanations import explanations
from dvara_examples.records.results import RunResult
from dvara_examples.records.timeline import Attempt, Timeline, moments, timeline_of
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Outcome
from dvara_examples.reports._evidence import to_explain
from dvara_examples.reports._html.lanes import Picture, draw

_TEXT_CHARS = 4000
_VALUE_CHARS = 600
_FIRST_MOMENTS, _LAST_MOMENTS = 24, 16
_MOST_ATTEMPTS = 50

SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERRORED: "!", Outcome.SKIPPED: "-"}


@dataclass(frozen=True, slots=True)
class ShownLimits:
    """How much one run may show, so that a page of hundreds of runs can still be opened.

    *marks* of a lane are drawn with words, *chars* of a text are shown.
    """

    marks: int
    chars: int

    @classmethod
    def of(cls, runs: int) -> "ShownLimits":
        """Return what each of *runs* may show."""
        return cls(80, _TEXT_CHARS) if runs <= 60 else cls(30, _TEXT_CHARS // 4)


@dataclass(frozen=True, slots=True)
class ShortenedText:
    """A shown text; *note* says what is missing."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding."""

    key: str
    ok: bool
    expected: str
    seen: str
    sentence: str
    witness: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One request in words."""

    number: int
    title: str
    ending: str
    whole: bool
    when: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is shown of a transcript."""

    picture: Picture
    attempts: tuple[AttemptView, ...]
    moments: tuple[tuple[str, str, str], ...]
    moments_left_out: int
    stdout: ShortenedText
    stderr: ShortenedText
    facts: tuple[tuple[str, str], ...]
    reproduce: str


@dataclass(frozen=True, slots=True)
class RunView:
    """One run, or one attempt at it; *anchor* is unique in the page."""

    anchor: str
    variant_id: str
    title: str
    outcome: str
    sign: str
    flaky: bool
    duration: str
    repetition: int | None
    reason: str
    brief: str
    failures: tuple[FindingView, ...]
    held: tuple[FindingView, ...]
    evidence: Evidence | None
    places: tuple[str, ...]
    stored: str
    explain: str
    earlier: tuple["RunView", ...]


def run_view(result: RunResult, anchor: str, budget: ShownLimits) -> RunView:
    """Return what is shown of *result*."""
    verdict, transcript = result.verdict, result.transcript
    findings = tuple(map(_finding, verdict.findings))
    return RunView(
        anchor=anchor,
        variant_id=result.variant_id,
        title=result.title,
        outcome=str(verdict.outcome),
        sign=SIGNS[verdict.outcome],
        flaky=result.flaky,
        duration=f"{transcript.process.duration_s:.2f} s" if transcript else "",
        repetition=result.repetition,
        reason=cut(verdict.reason, budget.chars).text,
        brief=_brief(result),
        failures=tuple(finding for finding in findings if not finding.ok),
        held=tuple(finding for finding in findings if finding.ok),
        evidence=_evidence(transcript, budget) if transcript else None,
        places=tuple(f"{place.file}:{place.line}" for place in result.places),
        stored=result.stored.name if result.stored else "",
        explain=" ".join(to_explain(result, transcript)) if transcript else "",
        earlier=tuple(run_view(tried, f"{anchor}-{number}", budget) for number, tried in enumerate(result.earlier, 1)),
    )


def _brief(result: RunResult) -> str:
    if result.verdict.failures and result.verdict.outcome is Outcome.FAILED:
        return ", ".join(finding.key for finding in result.verdict.failures)
    first = result.verdict.reason.partition("\n")[0]
    return first if len(first) <= 120 else f"{first[:119]}…"


def _finding(finding: Finding) -> FindingView:
    where = f"{finding.witness}, {finding.where}" if finding.where else str(finding.witness)
    expected, seen = (cut(text, _VALUE_CHARS) for text in (finding.expected, finding.seen))
    sentence = finding.sentence or ("" if finding.ok else "not as expected")
    return FindingView(finding.key, finding.ok, expected.text + expected.note, seen.text + seen.note, sentence, where)


def _evidence(transcript: Transcript, budget: ShownLimits) -> Evidence:
    timeline = timeline_of(transcript)
    told, left_out = _moments(timeline)
    return Evidence(
        picture=draw(timeline, budget.marks),
        attempts=tuple(_attempts(timeline)),
        moments=told,
        moments_left_out=left_out,
        stdout=cut(transcript.stdout.text, budget.chars),
        stderr=cut(transcript.stderr.text, budget.chars),
        facts=tuple(_facts(transcript)),
        reproduce=transcript.run.reproduce,
    )


def _attempts(timeline: Timeline) -> Iterator[AttemptView]:
    before: tuple[str, ...] = ()
    for attempt in timeline.attempts[:_MOST_ATTEMPTS]:
        remarks = (*_meaning(attempt), *attempt.remarks, *attempt.faults)
        yield AttemptView(
            number=attempt.number,
            title=attempt.title,
            ending=str(attempt.ending),
            whole=attempt.whole,
            when=f"{attempt.started_at_s:.2f} to {attempt.ended_at_s:.2f} s",
            remarks=("the same again",) if remarks and remarks == before else remarks,
        )
        before = remarks


def _meaning(attempt: Attempt) -> tuple[str, ...]:
    """Say in a sentence what an incomplete ending means."""
    found = () if attempt.whole else explanations(attempt.ending)
    return tuple(each.meaning.replace("`", "") for each in found if each.kind == "ending")


def _moments(timeline: Timeline) -> tuple[tuple[tuple[str, str, str], ...], int]:
    """Return the first and the last moments in words, and how many are omitted between them."""
    told = list(moments(timeline))
    left_out = max(len(told) - _FIRST_MOMENTS - _LAST_MOMENTS, 0)
    if left_out:
        told = [*told[:_FIRST_MOMENTS], *told[-_LAST_MOMENTS:]]
    return tuple((f"{at_s:.3f}", lane, what) for at_s, lane, what in told), left_out


def _facts(transcript: Transcript) -> Sequence[tuple[str, str]]:
    run = transcript.run
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    limits = f"{run.limits.wall_s:g} s in all, {run.limits.idle_s:g} s without a sign of life"
    facts = [
        ("script", run.file),
        ("command", cut(shlex.join(run.argv), _VALUE_CHARS * 2).text),
        ("launcher", run.launcher),
        ("versions", versions),
        ("dependencies", run.dependencies),
        ("gateway", run.gateway),
        ("limits", limits),
        ("started", run.started_utc),
        ("left behind", "; ".join(f"{leak.kind}: {leak.what}" for leak in transcript.process.leaks)),
        ("known failure", transcript.known_failure.because if transcript.known_failure else ""),
    ]
    return [(name, value) for name, value in facts if value]


def cut(text: str, most: int) -> ShortenedText:
    """Return *text*, or its first and last parts if it is longer than *most* characters."""
    if len(text) <= most:
        return ShortenedText(text)
    first, last = most * 3 // 4, most // 4
    missing = len(text) - first - last
    return ShortenedText(f"{text[:first]}\n[…]\n{text[-last:]}", f" ({missing} characters in the middle are not shown)")
