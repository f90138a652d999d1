"""Runs are stored so that they can be found, read and judged again."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dvara_examples.core.errors import TranscriptError
from dvara_examples.records.results import RunResult, Summary
from dvara_examples.records.run_folder import RunFolder, find_run, load_transcript
from dvara_examples.records.run_json import About, RunEntry, RuntimeEntry, ShardEntry
from dvara_examples.records.verdict import Outcome, Verdict
from tests.factories import make_exchange, make_transcript

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
ABOUT = About("2026-11-22T12:00:00+00:00", "embedded", "locked", {"node": RuntimeEntry("20.1.0", "PATH")}, selected=3)
PLANNED = [
    RunEntry(f"stream-basic[{language}]", language, None, "not started", None, title="Basic", position=place)
    for place, language in enumerate(("python", "node", "java"))
]


def stored_run(runs: Path, now: datetime = NOON) -> RunFolder:
    """Store a session of three runs: one passed, one skipped, one that was not reached."""
    folder = RunFolder.create(runs, now)
    transcript = make_transcript(stdout="Hello world", exchanges=[make_exchange()], expect={"exit": 0})
    passed = RunResult("stream-basic[python]", "python", Verdict(Outcome.PASSED), transcript, folder.save(transcript))
    skipped = RunResult("stream-basic[node]", "node", Verdict(Outcome.SKIPPED, reason="no Node"))
    folder.write_summary(ABOUT, PLANNED, [passed, skipped], finished=False)
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


def test_git_passes_over_stored_runs(tmp_path: Path) -> None:
    """In somebody's repository stored runs are no change, also when there is more than one."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    stored_run(tmp_path / ".dvara-examples" / "runs", NOON.replace(hour=8))
    stored_run(tmp_path / ".dvara-examples" / "runs")

    status = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert status.stdout == ""


def test_nothing_is_left_half_written(tmp_path: Path) -> None:
    """Next to the files that were meant, none is there."""
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
        lambda text: text.replace('"version": 2', '"version": 99'),
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


VERSION_1 = {
    "format": "dvara-examples/run",
    "version": 1,
    "started": "2026-11-22T12:00:00+00:00",
    "gateway": "embedded",
    "runtimes": {"node": {"version": "20.1.0", "origin": "PATH"}},
    "finished": False,
    "runs": [
        {"id": "a[node]", "language": "node", "outcome": "passed", "reason": "", "transcript": "a.node.jsonl"},
        {"id": "b[node]", "language": "node", "outcome": None, "reason": "not started", "transcript": None},
    ],
}


def test_version_1_is_read_with_what_it_meant(tmp_path: Path) -> None:
    """A folder that an older release wrote has no shards, no repetitions and no manifest's name; its runs are all there."""
    (tmp_path / "run.json").write_text(json.dumps(VERSION_1), "utf-8")
    folder = RunFolder(tmp_path)
    document = folder.read()
    assert (document.about.deps, document.about.shard, document.about.manifest) == ("locked", None, "")
    assert (document.about.selected, document.finished, document.interrupted) == (2, False, False)
    assert [(run.id, run.outcome, run.position, run.repetition) for run in document.runs] == [
        ("a[node]", Outcome.PASSED, 0, None),
        ("b[node]", None, 1, None),
    ]
    assert folder.read_summary()[0].transcript == tmp_path / "a.node.jsonl"
    assert folder.read_about().runtimes[0].version == "20.1.0"


def test_all_that_is_known_of_a_session_survives(tmp_path: Path) -> None:
    """Shard, repetition, earlier attempts and marks are read back as they were written."""
    folder = RunFolder(tmp_path)
    first = RunResult("a[node]", "node", Verdict(Outcome.FAILED), stored=tmp_path / "a.jsonl")
    results = [
        RunResult(
            "a[node]", "node", Verdict(Outcome.PASSED), None, tmp_path / "b.jsonl", title="A", repetition=2, earlier=(first,)
        ),
        RunResult("b[node]", "node", Verdict(Outcome.SKIPPED, reason="later"), not_started=True, repetition=2),
        RunResult("c[node]", "node", Verdict(Outcome.ERRORED, reason="x"), interrupted=True, internal=True, repetition=2),
    ]
    planned = [RunEntry(f"{name}[node]", "node", None, "", None, position=7, repetition=2) for name in "abc"]
    about = replace(ABOUT, shard=ShardEntry(2, 4), repeat=2, allow_flaky=True, manifest="m.yaml", manifest_sha256="ab")
    folder.write_summary(about, planned, results, finished=True, summary=Summary.of(results, interrupted=True))
    document = folder.read()
    assert document.about == about
    assert (document.finished, document.interrupted) == (True, True)
    a, b, c = document.runs
    assert (a.title, a.position, a.repetition, a.earlier[0].transcript) == ("A", 7, 2, "a.jsonl")
    assert (b.not_started, c.interrupted, c.internal) == (True, True, True)


def test_attempts_and_repetitions_have_files_of_their_own(tmp_path: Path) -> None:
    """No transcript replaces another."""
    folder, transcript = RunFolder(tmp_path), make_transcript()
    tries = [(repetition, attempt) for repetition in (None, 1, 2) for attempt in (1, 2)]
    names = [folder.save(transcript, *each).name for each in tries]
    assert names[:2] == ["stream-basic.python.jsonl", "stream-basic.python.try2.jsonl"]
    assert len(set(names)) == len(tries)
