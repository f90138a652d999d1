"""Shards of one run, merged: the same report as if there had been one machine."""

import json
import re
import shutil
from pathlib import Path

import pytest

from dvara_examples.reports import report_kinds
from tests.integration.conftest import Ran, Tool

EXAMPLES = 100
SCRIPT = {"python": "case.py", "node": "case.mjs"}
KINDS = tuple(kind for kind in report_kinds() if kind != "events")
"""What is reported while runs go on has no place where nothing runs."""


def write_manifest(folder: Path) -> str:
    """Write 100 examples in two languages, of which some fail, some are skipped and some differ between their languages."""
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "case.py").write_text('import sys\nprint("case")\nsys.exit(sys.argv[1:] == ["fail"])\n', "utf-8")
    (folder / "case.mjs").write_text(
        'if (process.argv[2] !== "silent") console.log("case");\nprocess.exit(process.argv[2] === "fail" ? 1 : 0);\n', "utf-8"
    )
    examples = []
    for number in range(EXAMPLES):
        variants: dict[str, object] = {language: {"file": file} for language, file in SCRIPT.items()}
        if number % 17 == 3:
            variants["python"] = {"file": "case.py", "args": ["fail"]}
        if number % 23 == 5:
            variants["node"] = {"file": "case.mjs", "skip": "not today"}
        if number % 31 == 7:
            variants["node"] = {"file": "case.mjs", "args": ["silent"]}
        examples.append(
            {
                "id": f"case-{number:03}",
                "title": f"Case {number}",
                "needs": ["scripted"],
                "expect": {"exit": 0},
                "variants": variants,
            }
        )
    (folder / "manifest.yaml").write_text(json.dumps({"version": 1, "examples": examples}), "utf-8")  # JSON is YAML
    return str(folder / "manifest.yaml")


def wanted_reports(folder: Path) -> list[str]:
    """Return the options that ask for every kind of report below *folder*."""
    return [f"--report={kind}={folder / kind}" for kind in KINDS]


def normalised(text: str) -> str:
    """Return a report without what differs between any two runs: stamps, ids of runs, folders, times and pictures of them."""
    text = re.sub(r"<svg.*?</svg>", "<picture>", text, flags=re.DOTALL)
    text = re.sub(r"\b\d+ ms\b", "<time>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "<stamp>", text)
    text = re.sub(r"[\w./-]*\d{8}T\d{6}Z-[0-9a-f]{4}|[\w./-]*/merged\b", "<folder>", text)
    text = re.sub(r"-?\d+\.\d+(e-\d+)?", "<number>", text)
    return re.sub(r"(?:<tr><td><number></td>.*?</tr>\s*)+", _sorted_rows, text, flags=re.DOTALL)


def _sorted_rows(table: re.Match[str]) -> str:
    """Return rows of which each has its own time, such as the last byte and the exit, in an order that times do not decide."""
    return "".join(sorted(re.findall(r"<tr>.*?</tr>", table[0], re.DOTALL)))


def outcomes_with_attempts(ran: Path) -> list[object]:
    """Return what ``run.json`` says of each run, in its order."""
    return [{**run, "transcript": bool(run["transcript"])} for run in json.loads((ran / "run.json").read_text("utf-8"))["runs"]]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_200_runs_in_four_shards_merge_into_the_report_of_one_run(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """Every kind of report, the exit code, the order, parity and ``run.json`` are those of a single run."""
    if "node" not in languages:
        pytest.skip("no Node.js here")
    manifest = write_manifest(tmp_path / "project")
    whole = tool("run", "all", "--manifest", manifest, *wanted_reports(tmp_path / "whole"))
    assert len(whole.outcomes) == 2 * EXAMPLES
    whole_folder = whole.run_folder
    folders = []
    for index in (3, 1, 4, 2):
        shard = tool("run", "all", "--manifest", manifest, "--shard", f"{index}/4")
        assert len(shard.outcomes) == 2 * EXAMPLES / 4
        folders.append(shutil.copytree(shard.run_folder, tmp_path / f"shard-{index}"))
    merged = tool(
        "report",
        "merge",
        *map(str, folders),
        "--into",
        str(tmp_path / "merged"),
        "--manifest",
        manifest,
        *wanted_reports(tmp_path / "merged-reports"),
    )
    assert (merged.code, whole.code) == (1, 1), merged.stderr
    assert outcomes_with_attempts(tmp_path / "merged") == outcomes_with_attempts(whole_folder)
    assert whole.stdout.count("\nparity  ") == merged.stdout.count("\nparity  ") == 9
    for kind in KINDS:
        one, other = ((tmp_path / folder / kind).read_text("utf-8") for folder in ("whole", "merged-reports"))
        assert normalised(one) == normalised(other), kind


@pytest.fixture
def shards(tool: Tool, tmp_path: Path) -> list[Path]:
    """Return the folders of two shards of two runs, of which the first fails at first, and then passes."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "b.py").write_text("print()\n", "utf-8")
    (folder / "a.py").write_text(
        "from pathlib import Path\nonce = Path(__file__).with_suffix('.once')\n"
        "if not once.exists():\n    once.touch()\n    raise SystemExit(3)\n",
        "utf-8",
    )
    entry = "  - {id: %s, title: T, expect: {exit: 0}, variants: {python: %s.py}}\n"
    (folder / "manifest.yaml").write_text("version: 1\nexamples:\n" + entry % ("a", "a") + entry % ("b", "b"), "utf-8")
    made: list[Ran] = []
    for index in (1, 2):
        made.append(tool("run", "all", "--retries", "1", "--shard", f"{index}/2", "--manifest", str(folder / "manifest.yaml")))
        shutil.copytree(made[-1].run_folder, tmp_path / f"shard-{index}")
    assert [ran.code for ran in made] == [1, 0]
    return [tmp_path / f"shard-{index}" for index in (1, 2)]


def test_a_merged_run_is_a_run_like_any_other(tool: Tool, shards: list[Path]) -> None:
    """It lies next to the others, earlier attempts came along, and it can be judged."""
    merged = tool("report", "merge", *map(str, shards))
    assert merged.code == 1
    assert "2 runs: 2 passed (1 flaky)" in merged.stdout
    names = [path.name for path in merged.run_folder.iterdir()]
    assert sorted(names) == ["a.python.jsonl", "a.python.try2.jsonl", "b.python.jsonl", "run.json"]
    assert merged.run_folder.name in merged.stderr
    again = tool("judge", "latest")
    assert (again.code, "2 passed (1 flaky)" in again.stdout) == (1, True)


def test_what_does_not_fit_is_exit_2_and_writes_nothing(tool: Tool, shards: list[Path], tmp_path: Path) -> None:
    """A missing shard, a missing transcript, a folder that is in use: a sentence, and no folder."""
    into = tmp_path / "merged"
    missing = tool("report", "merge", str(shards[0]), "--into", str(into))
    assert (missing.code, "shard 2/2 is missing" in missing.stderr) == (2, True)
    (shards[1] / "b.python.jsonl").rename(tmp_path / "kept")
    lost = tool("report", "merge", *map(str, shards), "--into", str(into))
    assert (lost.code, "lacks the transcript b.python.jsonl" in lost.stderr) == (2, True)
    assert not into.exists()
    (tmp_path / "kept").rename(shards[1] / "b.python.jsonl")
    taken = tool("report", "merge", *map(str, shards), "--into", str(shards[0]))
    assert (taken.code, "is there already" in taken.stderr) == (2, True)
    unwritable = tool("report", "merge", *map(str, shards), "--into", str(into), "--report", "json=/proc/none/report.json")
    assert (unwritable.code, "cannot be written" in unwritable.stderr, into.exists()) == (3, True, False)
    partial = tool("report", "merge", str(shards[1]), "--allow-partial", "--into", str(into))
    assert (partial.code, "shard 1/2 is missing: this is a part" in partial.stderr) == (0, True)
