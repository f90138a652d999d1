"""Runs are stored so that they can be found, read and judged again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dvara_examples.errors import TranscriptError
from dvara_examples.results import RunResult
from dvara_examples.run_folder import RunFolder, find_run, load_transcript
from dvara_examples.verdict import Outcome, Verdict
from tests.factories import make_exchange, make_transcript

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PLANNED = [("stream-basic[python]", "python"), ("stream-basic[node]", "node"), ("stream-basic[java]", "java")]


def stored_run(runs: Path, now: datetime = NOON) -> RunFolder:
    """Store a session of three runs: one passed, one skipped, one that was not reached."""
    folder = RunFolder.create(runs, now)
    transcript = make_transcript(stdout="Hello world", exchanges=[make_exchange()], expect={"exit": 0})
    passed = RunResult("stream-basic[python]", "python", Verdict(Outcome.PASSED), transcript, folder.save(transcript))
    skipped = RunResult("stream-basic[node]", "node", Verdict(Outcome.SKIPPED, reason="no Node"))
    folder.write_summary({"gateway": "embedded"}, PLANNED, [passed, skipped], finished=False)
    return folder


def test_what_was_stored_is_read_back(tmp_path: Path) -> None:
    """Order, outcomes, reasons and transcripts survive; a run that was not reached has no outcome."""
    first, second, third = stored_run(tmp_path).read_summary()
    assert (first.variant_id, first.outcome) == ("stream-basic[python]", Outcome.PASSED)
    transcript = load_transcript(first)
    assert transcript is not None
    assert transcript.stdout.text == "Hello world"
    assert (second.outcome, second.reason, load_transcript(second)) == (Outcome.SKIPPED, "no Node", None)
    assert (third.outcome, third.reason) == (None, "not started")


def test_nothing_is_left_half_written(tmp_path: Path) -> None:
    """Beside the files that were meant, none is there."""
    folder = stored_run(tmp_path)
    assert sorted(path.name for path in folder.path.iterdir()) == ["run.json", "stream-basic.python.jsonl"]


def test_a_run_is_found_by_id_beginning_latest_and_path(tmp_path: Path) -> None:
    """Whatever a user has at hand leads to the folder."""
    older = stored_run(tmp_path / "runs", NOON.replace(hour=8))
    newer = stored_run(tmp_path / "runs")
    runs = tmp_path / "runs"
    assert find_run(runs, "latest", tmp_path) == newer
    assert find_run(runs, older.path.name, tmp_path) == older
    assert find_run(runs, "20261122T08", tmp_path) == older
    assert find_run(runs, f"runs/{newer.path.name}", tmp_path) == newer


@pytest.mark.parametrize(("name", "told"), [("20261122", "2 runs begin with"), ("nothing", "no run is named 'nothing'")])
def test_a_run_that_is_not_there_is_a_sentence(tmp_path: Path, name: str, told: str) -> None:
    """The message says what is accepted and names the newest ones."""
    stored_run(tmp_path, NOON.replace(hour=8))
    newest = stored_run(tmp_path)
    with pytest.raises(TranscriptError, match=told) as refused:
        find_run(tmp_path, name, tmp_path)
    assert newest.path.name in str(refused.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"version": 1', '"version": 99'),
        lambda text: text.replace('"runs"', '"ruins"'),
        lambda text: text.replace('"passed"', '"perfect"'),
        lambda _: "[]",
        lambda _: "",
    ],
)
def test_a_damaged_summary_is_a_sentence_with_its_path(tmp_path: Path, damage: object) -> None:
    """Cut off, of another version, or nonsense: a TranscriptError, never another exception."""
    folder = stored_run(tmp_path)
    path = folder.path / "run.json"
    assert callable(damage)
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    with pytest.raises(TranscriptError, match=r"run\.json"):
        folder.read_summary()


def test_a_transcript_cannot_be_named_outside_its_folder(tmp_path: Path) -> None:
    """A summary that points elsewhere is not followed there."""
    folder = stored_run(tmp_path)
    path = folder.path / "run.json"
    document = json.loads(path.read_text("utf-8"))
    document["runs"][0]["transcript"] = "../../etc/passwd"
    path.write_text(json.dumps(document), "utf-8")
    assert folder.read_summary()[0].transcript == folder.path / "passwd"
