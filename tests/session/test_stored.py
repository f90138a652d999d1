"""Stored sessions: judged again, put together, and asked what did not pass the last time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dvara_examples.core.errors import ExitCode, MergeError, NothingSelected, TranscriptError
from dvara_examples.core.world import World
from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.records.run_folder import INTERNAL_ERRORS, RunFolder
from dvara_examples.records.run_json import About, AttemptEntry, RunDocument, RunEntry, ShardEntry
from dvara_examples.records.transcript import ProcessEnd, Transcript
from dvara_examples.records.verdict import Outcome
from dvara_examples.selection.options import Selection
from dvara_examples.session.last_failed import narrowed_to_last_failed
from dvara_examples.session.merge import judge_merged, merge_runs
from dvara_examples.session.rejudge import judge_folder, judge_stored
from tests.factories import make_transcript
from tests.session.conftest import Recorder, Repository

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = Origin("m.yaml", 1, 1)
EXIT_0: dict[str, object] = {"exit": 0}


@pytest.fixture
def world(make_repository: Callable[[int], Repository]) -> World:
    """Return a machine on which nothing is stored yet."""
    return make_repository(2).world


def store(
    world: World,
    entries: Sequence[RunEntry],
    transcripts: Sequence[Transcript] = (),
    *,
    hour: int = 0,
    differ: tuple[str, ...] = (),
    interrupted: bool = False,
    **about: object,
) -> RunFolder:
    """Store a session of *entries* that began at noon, *hour* hours later; *about* is what else is known of it."""
    folder = RunFolder.create(world.runs_dir, BEGAN + timedelta(hours=hour))
    for transcript in transcripts:
        folder.save(transcript)
    known = replace(About(BEGAN.isoformat(), "embedded", "locked", {}, world.manifest_name, "digest"), **about)  # type: ignore[arg-type]
    folder.write_document(RunDocument(known, not interrupted, interrupted, tuple(entries), differ))
    return folder


def entry(run_id: str, outcome: Outcome | None = Outcome.PASSED, **more: object) -> RunEntry:
    """Return what ``run.json`` holds of one run, whose transcript was not kept unless *more* names it."""
    language = run_id.rstrip("]").rpartition("[")[2]
    return replace(RunEntry(run_id, language, outcome, f"as {outcome}", None), **more)  # type: ignore[arg-type]


def of(run_id: str, *, good: bool = True) -> tuple[RunEntry, Transcript]:
    """Return a run that has a transcript, and that; its entry says the opposite of what the transcript shows."""
    transcript = make_transcript(process=ProcessEnd(0 if good else 1), expect=EXIT_0, variant_id=run_id)
    name = f"{run_id.replace('[', '.').replace(']', '')}.jsonl"
    return entry(run_id, Outcome.FAILED if good else Outcome.PASSED, transcript=name), transcript


# -- judged again


def test_a_stored_run_is_judged_by_its_transcript(world: World) -> None:
    """Not by the outcome that was stored; one that never started keeps outcome and reason, or is an error where it has none."""
    (good, well), (bad, badly) = of("good[node]"), of("bad[node]", good=False)
    entries = [good, bad, entry("skipped[node]", Outcome.SKIPPED, not_started=True), entry("open[node]", None)]
    store(world, entries, [well, badly])
    seen = Recorder()
    summary = judge_stored(world, "latest", [seen])
    assert seen.outcomes() == [("good", "passed"), ("bad", "failed"), ("skipped", "skipped"), ("open", "errored")]
    assert [result.verdict.reason for result in seen.results[2:]] == ["as skipped", "as None"]
    assert [result.not_started for result in seen.results] == [False, False, True, False]
    assert seen.summary is summary
    assert summary.exit_code is ExitCode.FAILED


def test_what_is_stored_of_a_run_comes_back_with_it(world: World) -> None:
    """Earlier attempts are judged as well, and the marks of a session that was stopped or broke are kept."""
    good, well = of("good[node]")
    tried = make_transcript(process=ProcessEnd(1), expect=EXIT_0, variant_id="good[node]")
    folder = store(
        world,
        [replace(good, earlier=(AttemptEntry(Outcome.PASSED, "", "good.node.try2.jsonl"),), title="T", repetition=2)],
        [well],
    )
    folder.save(tried, attempt=2)
    seen = Recorder()
    judge_folder(folder, [seen])
    (result,) = seen.results
    assert (result.title, result.repetition, result.flaky, result.stored) == ("T", 2, True, folder.path / "good.node.jsonl")
    assert [each.verdict.outcome for each in result.earlier] == [Outcome.FAILED]
    broken = store(world, [entry("a[node]", Outcome.ERRORED, internal=True), entry("b[node]", Outcome.ERRORED, interrupted=True)])
    seen = Recorder()
    judge_folder(broken, [seen])
    assert [(result.internal, result.interrupted) for result in seen.results] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, ExitCode.FAILED),
        ({"allow_flaky": True}, ExitCode.OK),
        ({"interrupted": True, "allow_flaky": True}, ExitCode.INTERRUPTED),
    ],
)
def test_the_session_counts_as_it_did(world: World, more: dict[str, object], code: ExitCode) -> None:
    """Whether flaky runs are red, and whether it was interrupted, was settled when it ran."""
    flaky = entry("a[node]", earlier=(AttemptEntry(Outcome.FAILED, "", None),))
    assert judge_folder(store(world, [flaky], **more), []).exit_code is code  # type: ignore[arg-type]


def test_a_shard_without_runs_is_no_failure(world: World) -> None:
    """Only all shards together know whether anything ran."""
    assert judge_folder(store(world, [], shard=ShardEntry(1, 2)), []).exit_code is ExitCode.OK
    assert judge_folder(store(world, []), []).exit_code is ExitCode.NOTHING_SELECTED


def test_an_expectation_that_is_not_known_is_named_with_its_file(world: World) -> None:
    """Another release may know it."""
    known, transcript = of("good[node]")
    folder = store(world, [known], [replace(transcript, expect={"exit": {"at": "once"}})])
    with pytest.raises(TranscriptError) as refused:
        judge_folder(folder, [])
    cause, hint, _ = refused.value.diagnosis
    assert cause.startswith(f"{folder.path / 'good.node.jsonl'}: expect.exit")
    assert hint.endswith("another release may have written it")


# -- put together


def test_merging_brings_all_files_together(world: World, tmp_path: Path) -> None:
    """Transcripts and the traces of internal errors come along, and the sessions stay as they are."""
    (good, well), (bad, badly) = of("good[node]"), of("bad[node]", good=False)
    first, second = store(world, [good], [well]), store(world, [replace(bad, position=1)], [badly])
    (first.path / INTERNAL_ERRORS).write_text("one\n")
    (second.path / INTERNAL_ERRORS).write_text("two\n")
    merged, remark = merge_runs(world, [first, second], tmp_path / "new", allow_partial=False)
    assert sorted(file.name for file in merged.path.iterdir() if file.suffix == ".jsonl") == ["bad.node.jsonl", "good.node.jsonl"]
    assert (merged.path / INTERNAL_ERRORS).read_text() == "one\ntwo\n"
    assert (remark, [run.id for run in merged.read().runs]) == (None, ["good[node]", "bad[node]"])
    assert first.read().runs == (good,)


def test_languages_that_differ_are_noted_where_they_come_together(world: World) -> None:
    """Without a name, the folder lies next to other runs."""
    (good, well), (bad, badly) = of("demo[node]"), of("demo[java]", good=False)
    parts = [store(world, [good], [replace(well, scripted=True)]), store(world, [bad], [replace(badly, scripted=True)])]
    merged, _ = merge_runs(world, parts, None, allow_partial=False)
    assert merged.path.parent == world.runs_dir
    summary = judge_merged(merged, [])
    assert [disparity.example_id for disparity in summary.disparities] == ["demo"]
    assert merged.read().disparities == ("demo",)


def test_nothing_is_written_where_something_is_missing_or_in_the_way(world: World, tmp_path: Path) -> None:
    """A transcript that was not copied, a folder that holds something, a file: each is a sentence."""
    good, well = of("good[node]")
    there, lacking = store(world, [good], [well]), store(world, [replace(good, id="other[node]", transcript="gone.jsonl")])
    with pytest.raises(TranscriptError, match=r"lacks the transcript gone\.jsonl; copy the whole folder"):
        merge_runs(world, [there, lacking], tmp_path / "new", allow_partial=False)
    assert not (tmp_path / "new").exists()
    for name in ("used", "file"):
        place = tmp_path / name
        (place if name == "file" else place / "held").parent.mkdir(exist_ok=True)
        (place if name == "file" else place / "held").write_text("mine")
        with pytest.raises(MergeError, match="is there already; name a folder that is new or empty"):
            merge_runs(world, [there], place, allow_partial=False)
    (tmp_path / "empty").mkdir()
    assert merge_runs(world, [there], tmp_path / "empty", allow_partial=False)[0].path == tmp_path / "empty"


# -- what did not pass


def manifest(*names: str) -> Manifest:
    """Return a manifest with examples of these names, each in Node."""
    variants = [Variant(n, "node", Path(f"/x/{n}.mjs"), n, (), {}, Limits(), {}, None, None, ORIGIN) for n in names]
    examples = tuple(Example(v.example_id, "T", (), (), (), {}, Limits(), (v,), ORIGIN) for v in variants)
    return Manifest(Path("/x/m.yaml"), Path("/x"), examples)


def narrowed(world: World, *names: str, wanted: Selection | None = None) -> tuple[list[str], str]:
    """Return the ids that are taken of the examples *names*, and what is said of them."""
    variants, remark = narrowed_to_last_failed(world, manifest(*names), wanted or Selection(("all",)))
    return [variant.id for variant in variants], remark


@pytest.mark.parametrize(
    ("stored", "about", "taken"),
    [
        (entry("a[node]", Outcome.FAILED), {}, True),
        (entry("a[node]", Outcome.ERRORED), {}, True),
        (entry("a[node]", None), {}, True),
        (entry("a[node]"), {}, False),
        (entry("a[node]"), {"differ": ("a",)}, True),
        (entry("a[node]"), {"differ": ("b",)}, False),
        (entry("a[node]", Outcome.SKIPPED), {}, False),
        (entry("a[node]", Outcome.SKIPPED, not_started=True), {}, True),
        (entry("a[node]", earlier=(AttemptEntry(Outcome.FAILED, "", None),)), {}, True),
        (entry("a[node]", earlier=(AttemptEntry(Outcome.FAILED, "", None),)), {"allow_flaky": True}, False),
    ],
)
def test_what_did_not_pass_is_taken_again(world: World, stored: RunEntry, about: dict[str, object], *, taken: bool) -> None:
    """Failed, not reached, not started, flaky unless that was allowed, and examples whose languages differed."""
    folder = store(world, [stored, entry("z[node]", Outcome.FAILED)], **about)  # type: ignore[arg-type]
    ids, remark = narrowed(world, "a", "b", "z")
    assert ids == (["a[node]", "z[node]"] if taken else ["z[node]"])
    assert remark == f"last failed: taking what did not pass in {folder.path.name}: {', '.join(ids)}"


def test_where_nothing_failed_everything_is_taken(world: World) -> None:
    """The sentence says why, and how many there are."""
    assert narrowed(world, "a", "b") == (
        ["a[node]", "b[node]"],
        f"last failed: no run of {world.manifest_name} is stored yet; taking all 2 that are selected",
    )
    folder = store(world, [entry("a[node]")])
    ids, remark = narrowed(world, "a", "b")
    assert ids == ["a[node]", "b[node]"]
    assert remark == f"last failed: everything passed in {folder.path.name}; taking all 2 that are selected"


def test_only_the_latest_run_of_the_same_manifest_counts(world: World) -> None:
    """Runs of another manifest, of what pages print alone, and folders that cannot be read are passed over."""
    store(world, [entry("a[node]", Outcome.FAILED)])
    store(world, [entry("b[node]", Outcome.FAILED)], hour=1)
    store(world, [entry("c[node]", Outcome.FAILED)], hour=2, manifest="other.yaml")
    store(world, [entry("README.md#1[node]", Outcome.FAILED)], hour=3)
    RunFolder.create(world.runs_dir, BEGAN + timedelta(hours=4))
    assert narrowed(world, "a", "b", "c")[0] == ["b[node]"]
    store(world, [entry("README.md#1[node]", Outcome.FAILED), entry("c[node]", Outcome.FAILED)], hour=5)
    assert narrowed(world, "a", "b", "c")[0] == ["c[node]"]


def test_what_failed_but_is_not_selected_is_named(world: World) -> None:
    """Each once, and at most six of them."""
    failed = [entry(f"e{number}[node]", Outcome.FAILED) for number in (1, 1, 2, 3, 4, 5, 6)]
    store(world, failed)
    with pytest.raises(NothingSelected, match=r"\(e1\[node\], e2\[node\], .*e6\[node\]\) is not in the selection"):
        narrowed(world, "other")
    store(world, [*failed, entry("e7[node]", Outcome.FAILED)], hour=1)
    with pytest.raises(NothingSelected, match=r"e6\[node\] and 1 more\)"):
        narrowed(world, "other")
    assert narrowed(world, "e7", "other", wanted=Selection())[0] == ["e7[node]"]
