"""Runs that were stored once, one per ending: read and judged today as on the day they were made.

``python -m tests.make_transcripts`` made them. A test that fails here tells of a change that users' stored runs would meet.
"""

import json
from pathlib import Path

import pytest

from dvara_examples.core.errors import TranscriptError
from dvara_examples.records.model import Ending
from dvara_examples.records.serialization import from_plain
from dvara_examples.records.transcript_file import VERSION, read_transcript
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.session.judge import judge
from tests.make_transcripts import CASES, STORED, transcript_path, verdict_path

STORED_VERSION = 1
"""The version of all files there; a release that writes another one stores a second set next to them."""


def stored_verdict(ending: Ending) -> Verdict:
    """Return the verdict that was stored with the run."""
    return from_plain(Verdict, json.loads(verdict_path(ending).read_text("utf-8")))


def test_every_ending_is_stored() -> None:
    """There is one run and one verdict per ending, and nothing else that nobody looks at."""
    files = {path.name for path in STORED.iterdir() if path.suffix in (".jsonl", ".json")}
    assert files == {path(ending).name for ending in Ending for path in (transcript_path, verdict_path)}
    assert set(CASES) == set(Ending)


@pytest.mark.parametrize("ending", Ending)
def test_a_stored_run_is_judged_as_it_was(ending: Ending) -> None:
    """The stored run ended as its name says and gets the stored verdict, finding by finding, word by word."""
    transcript = read_transcript(transcript_path(ending))
    assert transcript.last_exchange is not None
    assert transcript.last_exchange.ending is ending
    assert transcript.expect["ends"] == ending
    assert judge(transcript) == stored_verdict(ending)


def test_stored_verdicts_hold_good_and_bad() -> None:
    """Not all of them pass: the client that reports success on a truncated answer is found out, and by that alone."""
    failed = {ending: stored_verdict(ending) for ending in Ending if stored_verdict(ending).outcome is not Outcome.PASSED}
    assert {ending: [finding.key for finding in verdict.failures] for ending, verdict in failed.items()} == {
        Ending.TRUNCATED: ["exit"]
    }


@pytest.mark.parametrize("ending", Ending)
def test_reading_is_tied_to_the_version(ending: Ending, tmp_path: Path) -> None:
    """All of them are of the version that this release reads; the same file with a later one is refused at its first line."""
    first, rest = transcript_path(ending).read_bytes().split(b"\n", 1)
    header = json.loads(first)
    assert header["version"] == STORED_VERSION == VERSION
    later = tmp_path / "later.jsonl"
    later.write_bytes(json.dumps({**header, "version": VERSION + 1}).encode() + b"\n" + rest)
    with pytest.raises(TranscriptError, match=rf"line 1 .*expected version {VERSION}, found the number {VERSION + 1}"):
        read_transcript(later)


RELEASES = STORED / "releases"
"""Runs of builds of other days, in the forms that they stored: the first one, the first with protocols, and with servers."""
RENAMED = {"attempt_gaps_s": "retry_delays_s"}
FROM_ONE_CAUSE = {"hang-after-end"}
"""Where one finding now stands for all that follow from it."""
OF_RELEASES = [
    pytest.param(path, said, id=f"{folder.name}-{path.stem}")
    for folder in sorted(RELEASES.iterdir())
    for name, said in json.loads((folder / "verdicts.json").read_text("utf-8")).items()
    for path in [folder / f"{name}.jsonl"]
]


def test_each_release_stored_runs_of_each_outcome_and_nothing_is_left_out() -> None:
    """Every file there is judged; runs in every protocol, with retries, faults, leaks and known failures are among them."""
    assert {param.values[0] for param in OF_RELEASES} == set(RELEASES.glob("*/*.jsonl"))
    runs = [read_transcript(path) for path in RELEASES.glob("*/*.jsonl")]
    asked = {exchange.request.target for run in runs for exchange in run.exchanges}
    assert {"/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"} <= asked
    assert any(run.known_failure for run in runs)
    assert any(run.process.leaks for run in runs)
    assert any(len(run.exchanges) > 2 for run in runs)
    assert any(run.faults for run in runs)


@pytest.mark.parametrize(("path", "said"), OF_RELEASES)
def test_a_run_of_an_earlier_release_keeps_its_verdict(path: Path, said: dict[str, str | list[str]]) -> None:
    """The outcome is the same, and each expectation holds, or does not, as it did; one finding may stand for those after it."""
    verdict = judge(read_transcript(path))
    assert verdict.outcome == said["outcome"]
    failed, passed = ({RENAMED.get(key, key) for key in said[name]} for name in ("failed", "passed"))
    found = {finding.key for finding in verdict.failures}
    assert found <= failed if path.stem in FROM_ONE_CAUSE else found == failed
    assert {finding.key for finding in verdict.findings if finding.ok} <= passed | {"limit", "leaks"}
