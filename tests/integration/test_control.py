"""How often and how far a session goes: retries, repetitions, fail-fast, what failed the last time."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.integration.conftest import Ran, Tool

PASSES = 'print("well")\n'
FAILS = "raise SystemExit(3)\n"
COUNTS = """
from pathlib import Path
tally = Path(__file__).with_suffix(".tally")
number = int(tally.read_text()) + 1 if tally.exists() else 1
tally.write_text(str(number))
raise SystemExit(0 if number in {good} else 3)
"""


def counting(*good: int) -> str:
    """Return a script that passes in its *good* runs, counted from 1, and fails in all others."""
    return COUNTS.replace("{good}", repr(good))


Project = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a function that writes a manifest of one example per script, in order, and returns its path."""

    def write(scripts: Mapping[str, str], **variant: object) -> str:
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        examples = []
        for name, script in scripts.items():
            (folder / f"{name}.py").write_text(script, "utf-8")
            own = {"file": f"{name}.py", **variant}
            examples.append({"id": name, "title": f"Example {name}", "expect": {"exit": 0}, "variants": {"python": own}})
        (folder / "manifest.yaml").write_text(json.dumps({"version": 1, "examples": examples}), "utf-8")  # JSON is YAML
        return str(folder / "manifest.yaml")

    return write


def tries(ran: Ran) -> dict[str, list[str]]:
    """Return the outcomes of all attempts, by variant, from ``run.json``."""
    runs = json.loads((ran.run_folder / "run.json").read_text("utf-8"))["runs"]
    return {run["id"]: [*(each["outcome"] for each in run["earlier"]), run["outcome"]] for run in runs}


def test_fail_fast_starts_nothing_after_the_first_that_is_red(tool: Tool, project: Project) -> None:
    """What would have come is skipped with the reason, counted as not started, and judged so again."""
    manifest = project({"a": PASSES, "b": FAILS, "c": PASSES, "d": PASSES})
    ran = tool("run", "all", "--fail-fast", "--jobs", "1", "--manifest", manifest)
    assert ran.outcomes == {"a[python]": "passed", "b[python]": "failed", "c[python]": "skipped", "d[python]": "skipped"}
    assert ran.reasons["d[python]"] == "not started: b[python] failed, and --fail-fast ends it there"
    told = "4 runs: 1 passed, 1 failed, 0 errored, 2 skipped (2 not started)"
    assert (ran.code, told in ran.stdout) == (1, True), ran.stdout
    again = tool("judge", "latest")
    assert (again.code, told in again.stdout) == (1, True)


AFTER = """
import time
from pathlib import Path
while not any(Path({place!r}).glob({pattern!r})):
    time.sleep(0.01)
raise SystemExit({code})
"""


def test_runs_under_way_end_by_themselves_when_another_fails_fast(tool: Tool, project: Project, tmp_path: Path) -> None:
    """One that had started counts, with its own verdict; the next one is not started."""
    fails = AFTER.format(place=str(tmp_path), pattern="started", code=3)
    goes_on = f"from pathlib import Path\nPath({str(tmp_path / 'started')!r}).touch()\n"
    events = tmp_path / "events"
    goes_on += f'import time\nwhile \'"event":"result"\' not in Path({str(events)!r}).read_text():\n    time.sleep(0.01)\n'
    manifest = project({"fails": fails, "goes-on": goes_on, "next": PASSES})
    ran = tool("run", "all", "--fail-fast", "--jobs", "2", "--manifest", manifest, "--report", f"events={events}")
    assert ran.outcomes == {"fails[python]": "failed", "goes-on[python]": "passed", "next[python]": "skipped"}


def test_last_failed_takes_what_did_not_pass_and_says_so(tool: Tool, project: Project) -> None:
    """What failed and what was not started is taken; where nothing failed, everything."""
    manifest = project({"a": PASSES, "b": counting(2, 3), "c": PASSES})
    first = tool("run", "--last-failed", "--fail-fast", "--jobs", "1", "--manifest", manifest)
    assert f"no run of {Path(manifest).name} is stored yet; taking all 3" in first.stderr
    second = tool("run", "--last-failed", "--manifest", manifest)
    assert second.outcomes == {"b[python]": "passed", "c[python]": "passed"}
    assert ": b[python], c[python]\n" in second.stderr
    third = tool("run", "--last-failed", "--manifest", manifest)
    assert (third.code, len(third.outcomes)) == (0, 3)
    assert "everything passed in" in third.stderr


def test_last_failed_that_is_not_selected_leaves_nothing(tool: Tool, project: Project) -> None:
    """Exit 4 names what did not pass."""
    manifest = project({"a": PASSES, "b": FAILS})
    assert tool("run", "all", "--manifest", manifest).code == 1
    ran = tool("run", "a", "--last-failed", "--manifest", manifest)
    assert (ran.code, "b[python]) is not in the selection" in ran.stderr) == (4, True), ran.stderr


def test_last_failed_looks_at_its_own_manifest_alone(tool: Tool, project: Project) -> None:
    """A newer run of another manifest does not count."""
    manifest = project({"a": PASSES, "b": FAILS})
    assert tool("run", "all", "--manifest", manifest).code == 1
    other = Path(manifest).with_name("other.yaml")
    other.write_text(Path(manifest).read_text("utf-8"), "utf-8")
    assert tool("run", "a", "--manifest", str(other)).code == 0
    assert tool("run", "--last-failed", "--manifest", manifest).outcomes == {"b[python]": "failed"}


def test_a_run_that_passes_when_tried_again_is_flaky_and_red(tool: Tool, project: Project) -> None:
    """Both transcripts are kept, the failing attempt is shown, and a stored run is judged the same."""
    ran = tool("run", "all", "--retries", "2", "--manifest", project({"a": PASSES, "b": counting(2)}))
    assert tries(ran) == {"a[python]": ["passed"], "b[python]": ["failed", "passed"]}
    assert sorted(path.name for path in ran.run_folder.glob("*.jsonl")) == [
        "a.python.jsonl",
        "b.python.jsonl",
        "b.python.try2.jsonl",
    ]
    again = tool("judge", "latest")
    for told in (ran, again):
        assert told.code == 1
        assert "passed at attempt 2; before: exit" in told.stdout
        assert "FLAKY b[python]\n" in told.stdout
        assert "seen      exit code 3" in told.stdout
        assert "2 runs: 2 passed (1 flaky), 0 failed" in told.stdout


def test_flaky_runs_may_be_allowed(tool: Tool, project: Project) -> None:
    """They are told all the same, and the exit code is 0, live and stored; nothing then counts as failed the last time."""
    manifest = project({"a": counting(2, 3)})
    ran = tool("run", "all", "--retries", "1", "--allow-flaky", "--manifest", manifest)
    assert (ran.code, "1 passed (1 flaky)" in ran.stdout) == (0, True)
    assert tool("judge", "latest").code == 0
    assert "everything passed in" in tool("run", "--last-failed", "--manifest", manifest).stderr


def test_a_run_that_keeps_failing_is_tried_so_often_and_failed(tool: Tool, project: Project) -> None:
    """N retries are N + 1 attempts, and the last one decides."""
    ran = tool("run", "all", "--retries", "2", "--manifest", project({"a": FAILS}))
    assert (ran.code, tries(ran)) == (1, {"a[python]": ["failed"] * 3})
    assert "exit (attempt 3 of 3)" in ran.stdout


def test_a_known_failure_that_heals_is_red_at_once(tool: Tool, project: Project) -> None:
    """No retry hides that the entry has to go; one that fails as known is not tried again either."""
    known = {"finding": "exit", "because": "the SDK"}
    manifest = project({"healed": PASSES, "ill": FAILS, "now-and-then": counting(2)}, known_failure=known)
    ran = tool("run", "all", "--retries", "3", "--manifest", manifest)
    assert (ran.code, tries(ran)) == (
        1,
        {"healed[python]": ["failed"], "ill[python]": ["passed"], "now-and-then[python]": ["passed"]},
    )


def test_what_could_not_run_is_not_tried_again(tool: Tool, project: Project) -> None:
    """A retry asks whether a failure of the example repeats; an error has its reason, and its mend."""
    manifest = project({"a": PASSES})
    environ = {"DVARA_EXAMPLES_PYTHON": "/nowhere/python"}
    ran = tool("run", "all", "--retries", "3", "--missing-toolchain", "error", "--manifest", manifest, env=environ)
    assert (ran.code, tries(ran)) == (3, {"a[python]": ["errored"]})


def test_repetitions_are_runs_of_their_own(tool: Tool, project: Project) -> None:
    """Each has its line, its transcript and its outcome; the sum says how many of how many passed, live and stored."""
    ran = tool("run", "all", "--repeat", "3", "--jobs", "1", "--manifest", project({"a": counting(1, 3)}))
    runs = json.loads((ran.run_folder / "run.json").read_text("utf-8"))["runs"]
    assert [(run["repetition"], run["outcome"]) for run in runs] == [(1, "passed"), (2, "failed"), (3, "passed")]
    assert len({run["transcript"] for run in runs}) == 3
    again = tool("judge", "latest")
    for told in (ran, again):
        assert told.code == 1
        assert "FAILED  a[python] #2" in told.stdout
        assert "a[python]: 2 of 3 passed\n" in told.stdout


def test_a_shard_runs_its_part_and_may_be_told_by_kubernetes(tool: Tool, project: Project) -> None:
    """The job's index counts from 0; a shard that got nothing is no failure, and run.json says which one it was."""
    manifest = project({"a": PASSES, "b": PASSES})
    second = tool("run", "all", "--shard", "auto/3", "--manifest", manifest, env={"JOB_COMPLETION_INDEX": "1"})
    assert (second.code, second.outcomes) == (0, {"b[python]": "passed"})
    assert "shard 2/3" in second.stdout
    assert json.loads((second.run_folder / "run.json").read_text("utf-8"))["shard"] == {"index": 2, "of": 3}
    third = tool("run", "all", "--shard", "3/3", "--manifest", manifest)
    assert (third.code, third.outcomes) == (0, {})


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "auto/3", "1/99999", "²/3", ""])
def test_a_shard_that_there_is_not_is_exit_2(tool: Tool, text: str) -> None:
    """The sentence says what is accepted."""
    ran = tool("run", "all", "--shard", text)
    assert ran.code == 2
    assert "1/4 … 4/4" in ran.stderr or "JOB_COMPLETION_INDEX" in ran.stderr
