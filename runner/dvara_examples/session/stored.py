"""A stored run, judged and reported again."""

from collections.abc import Sequence

from dvara_examples.errors import TranscriptError
from dvara_examples.judge import judge
from dvara_examples.reports import Reporter
from dvara_examples.results import RunResult, Summary
from dvara_examples.run_folder import StoredRun, find_run, load_transcript
from dvara_examples.transcript import Transcript
from dvara_examples.values import InvalidValue
from dvara_examples.verdict import Outcome, Verdict
from dvara_examples.world import World


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
