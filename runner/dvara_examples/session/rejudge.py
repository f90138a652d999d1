"""Judges and reports a stored run again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dvara_examples.core.errors import TranscriptError
from dvara_examples.core.values import InvalidValue
from dvara_examples.core.world import World
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.run_folder import RunFolder, find_run
from dvara_examples.records.run_json import AttemptEntry, RunEntry
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.reports import Reporter
from dvara_examples.session.judge import judge


def judge_stored(world: World, name: str, reporters: Sequence[Reporter]) -> Summary:
    """Judge the transcripts of a stored run again and report as if they had just been made. Raises TranscriptError."""
    return judge_folder(find_run(world.runs_dir, name, world.cwd), reporters)


def judge_folder(folder: RunFolder, reporters: Sequence[Reporter]) -> Summary:
    """Judge what is stored in *folder* again. Raises TranscriptError."""
    document = folder.read()
    results = tuple(stored_results(document.runs, folder))
    for reporter in reporters:
        for result in results:
            reporter.result(result)
    summary = Summary.of(
        results,
        interrupted=document.interrupted,
        allow_flaky=document.about.allow_flaky,
        part=document.about.shard is not None,
    )
    for reporter in reporters:
        reporter.close(summary)
    return summary


def stored_results(entries: Iterable[RunEntry], folder: RunFolder) -> Iterator[RunResult]:
    """Yield the runs of *folder* that *entries* name, each judged again. Raises TranscriptError."""
    return (_result(entry, folder) for entry in entries)


def _result(entry: RunEntry, folder: RunFolder) -> RunResult:
    attempt = AttemptEntry(entry.outcome, entry.reason, entry.transcript)
    earlier = tuple(_attempt(each, entry, folder) for each in entry.earlier)
    return _attempt(attempt, entry, folder, earlier)


def _attempt(attempt: AttemptEntry, entry: RunEntry, folder: RunFolder, earlier: tuple[RunResult, ...] = ()) -> RunResult:
    """Judge one attempt of a run; *earlier* are the previous ones, if it is the last."""
    stored = folder.file(attempt.transcript)
    transcript = read_transcript(stored) if stored else None
    return RunResult(
        entry.id,
        entry.language,
        _judge_again(attempt, transcript, stored),
        transcript,
        stored,
        internal=entry.internal,
        interrupted=entry.interrupted,
        title=entry.title,
        places=entry.places,
        repetition=entry.repetition,
        earlier=earlier,
        not_started=entry.not_started,
    )


def _judge_again(stored: AttemptEntry, transcript: Transcript | None, file: Path | None) -> Verdict:
    if transcript is None:
        return Verdict(stored.outcome or Outcome.ERRORED, reason=stored.reason)
    try:
        return judge(transcript)
    except InvalidValue as error:
        where = ".".join(map(str, error.path))
        cause = f"{file}: expect.{where}: {error.cause}"
        raise TranscriptError(cause, "; ".join(filter(None, (error.hint, "another release may have written it")))) from None
