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
"""The version of all files there; a release that writes another one stores a second set beside them."""


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
    with pytest.raises(TranscriptError, match=rf"line 1 .*this release reads version {VERSION}"):
        read_transcript(later)
