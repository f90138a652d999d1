"""What reports for other software say of a session, as plain frozen values: one place for all of them.

The JSON Schemas are built from these classes, so that they cannot fall behind. A field that is added keeps the version; one that
goes away or changes its meaning makes a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dvara_examples.records.model import Ending
from dvara_examples.records.parity import Disparity
from dvara_examples.records.results import Repeated, RunResult, SourceLine, Summary
from dvara_examples.records.transcript import Exchange, Output, Transcript
from dvara_examples.records.verdict import Finding, Outcome
from dvara_examples.reports import SessionInfo

_HEAD_CHARS, _TAIL_CHARS = 4_000, 8_000


@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """A runtime that examples were run with, and where it was found."""

    language: str
    version: str
    origin: str


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What was known before the first run: `folder` holds the transcripts, `started_utc` is an ISO 8601 stamp.

    `manifest` is the manifest's path, relative to the root of its repository.
    """

    tool_version: str
    started_utc: str
    gateway: str
    deps: str
    runtimes: tuple[RuntimeFacts, ...]
    folder: str
    planned: tuple[str, ...]
    shard: str | None
    manifest: str


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """What one pipe got, decoded as UTF-8; long text is cut in the middle, and `size_bytes` says how much there was."""

    text: str
    size_bytes: int
    whole: bool


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """One request and how its answer ended on the wire; times are seconds since the run began."""

    number: int
    method: str
    target: str
    status: int | None
    ending: Ending
    finish_reason: str | None
    events: int
    started_at_s: float
    ended_at_s: float
    error: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was seen in one run: the process, what it printed, and each exchange with the gateway.

    `limit` names the bound that made the tool stop it; `error` says why it could not start; `reproduce` is a command line.
    `dependencies` says where they are stated, and whether they are locked.
    `notes` are remarks that belong to no exchange: connections that were refused, a Ctrl-C that was sent, a reader that left.
    """

    started_utc: str
    duration_s: float
    exit_code: int | None
    signal: str | None
    limit: str | None
    error: str | None
    stdout: OutputFacts
    stderr: OutputFacts
    exchanges: tuple[ExchangeFacts, ...]
    notes: tuple[str, ...]
    launcher: str
    versions: Mapping[str, str]
    reproduce: str
    dependencies: str


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """One attempt at a run, with its verdict; `run` is null where nothing was started, `transcript` is a file in the folder."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]
    transcript: str | None
    run: RunFacts | None


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """One result; `places` are the script and the pages that show it, `earlier` attempts that did not pass, oldest first.

    `repetition` counts from 1 where a run was asked for more than once; `flaky` tells that it passed, but not at once,
    `not_started` that it was skipped as the session had been ended before.
    """

    id: str
    example: str
    language: str
    title: str
    repetition: int | None
    flaky: bool
    not_started: bool
    interrupted: bool
    internal: bool
    places: tuple[SourceLine, ...]
    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]
    transcript: str | None
    run: RunFacts | None
    earlier: tuple[AttemptFacts, ...]


@dataclass(frozen=True, slots=True)
class DisparityFacts:
    """One thing in which the languages of an example differ, and the sentence that says so."""

    example: str
    sentence: str
    did: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """The sum of a session: one count per outcome, and the exit code that follows from it.

    `flaky` counts those of the passed that did not pass at once, `not_started` those of the skipped that would have started;
    `repeated` says how often each variant passed where it was run more than once.
    """

    exit_code: int
    interrupted: bool
    counts: Mapping[str, int]
    flaky: int
    not_started: int
    repeated: tuple[Repeated, ...]
    disparities: tuple[DisparityFacts, ...]


def session_facts(about: SessionInfo) -> SessionFacts:
    """Return the facts of a session that begins."""
    return SessionFacts(
        tool_version=about.version,
        started_utc=about.started_utc,
        gateway=about.gateway,
        deps=about.deps,
        runtimes=tuple(RuntimeFacts(r.language, r.version, r.origin) for r in about.runtimes),
        folder=about.folder,
        planned=tuple(run_id for run_id, _ in about.planned),
        shard=about.shard,
        manifest=about.manifest,
    )


def result_facts(result: RunResult) -> ResultFacts:
    """Return the facts of one result."""
    attempt = _attempt(result)
    return ResultFacts(
        id=result.variant_id,
        example=result.variant_id.partition("[")[0],
        language=result.language,
        title=result.title,
        repetition=result.repetition,
        flaky=result.flaky,
        not_started=result.not_started,
        interrupted=result.interrupted,
        internal=result.internal,
        places=result.places,
        outcome=attempt.outcome,
        reason=attempt.reason,
        findings=attempt.findings,
        transcript=attempt.transcript,
        run=attempt.run,
        earlier=tuple(map(_attempt, result.earlier)),
    )


def summary_facts(summary: Summary) -> SummaryFacts:
    """Return the facts of a session that has ended."""
    return SummaryFacts(
        exit_code=summary.exit_code.value,
        interrupted=summary.interrupted,
        counts={outcome.value: count for outcome, count in summary.counts},
        flaky=summary.flaky,
        not_started=summary.not_started,
        repeated=summary.repeated,
        disparities=tuple(map(_disparity, summary.disparities)),
    )


def cut(text: str, head_chars: int = _HEAD_CHARS, tail_chars: int = _TAIL_CHARS) -> str:
    """Return *text*, or its beginning and end with a note between them of how much is left out."""
    left_out = len(text) - head_chars - tail_chars
    if left_out <= 0:
        return text
    return f"{text[:head_chars]}\n[... {left_out} characters left out ...]\n{text[len(text) - tail_chars :]}"


def _attempt(result: RunResult) -> AttemptFacts:
    verdict, transcript = result.verdict, result.transcript
    return AttemptFacts(
        outcome=verdict.outcome,
        reason=verdict.reason,
        findings=verdict.findings,
        transcript=result.stored.name if result.stored else None,
        run=_run(transcript) if transcript else None,
    )


def _run(seen: Transcript) -> RunFacts:
    return RunFacts(
        started_utc=seen.run.started_utc,
        duration_s=seen.process.duration_s,
        exit_code=seen.process.exit_code,
        signal=seen.process.signal,
        limit=seen.process.limit,
        error=str(seen.process.problem) if seen.process.problem else None,
        stdout=_output(seen.stdout),
        stderr=_output(seen.stderr),
        exchanges=tuple(map(_exchange, seen.exchanges)),
        notes=(*seen.notes, *seen.process.notes),
        launcher=seen.run.launcher,
        versions=seen.run.versions,
        reproduce=seen.run.reproduce,
        dependencies=seen.run.dependencies,
    )


def _output(output: Output) -> OutputFacts:
    text = output.text
    shown = cut(text)
    return OutputFacts(shown, output.size_bytes, output.complete and shown == text)


def _exchange(exchange: Exchange) -> ExchangeFacts:
    return ExchangeFacts(
        number=exchange.number,
        method=exchange.request.method,
        target=exchange.request.target,
        status=exchange.response.status if exchange.response else None,
        ending=exchange.ending,
        finish_reason=exchange.finish_reason,
        events=exchange.event_count,
        started_at_s=exchange.started_at_s,
        ended_at_s=exchange.ended_at_s,
        error=str(exchange.problem) if exchange.problem else None,
        notes=(*exchange.notes, *map(str, exchange.faults)),
    )


def _disparity(disparity: Disparity) -> DisparityFacts:
    return DisparityFacts(disparity.example_id, str(disparity), dict(disparity.seen))
