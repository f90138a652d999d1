"""In a folder without a manifest no command touches or judges the examples that come with the tool."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("dvara-examples"))


def call(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Call the command in *cwd*, with its state below that."""
    environ = {**os.environ, "DVARA_EXAMPLES_STATE": str(cwd / "state")}
    return subprocess.run(
        [COMMAND, *args],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "args",
    [
        ("run", "all"),
        ("run", "all", "--watch"),
        ("list",),
        ("show", "latest"),
        ("plan", "all"),
        ("judge", "latest"),
        ("report", "merge", "one", "two"),
        ("docs", "check"),
        ("docs", "sync"),
        ("docs", "gate"),
        ("doctor",),
        ("setup",),
    ],
    ids=" ".join,
)
def test_without_a_manifest_is_exit_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    """The message names the commands that begin a manifest, and nothing is written."""
    done = call(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: expected examples/manifest.yaml in {tmp_path} or above, found none\n" in done.stderr
    assert all(
        word in done.stderr
        for word in ("dvara-examples init", "dvara-examples record FILE", "dvara-examples new ID", "--shipped")
    )
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_above_another_repository_is_not_taken(tmp_path: Path) -> None:
    """The search ends at the root of the repository: a clone inside a folder with a manifest has none of its own."""
    outer = tmp_path / "outer"
    inner = outer / "clones" / "other"
    (outer / "examples").mkdir(parents=True)
    (outer / "examples" / "mine.py").write_text("print('mine')\n")
    entry = "{id: mine, title: Mine, expect: {exit: 0}, variants: {python: mine.py}}"
    (outer / "examples" / "manifest.yaml").write_text(f"version: 1\nexamples:\n  - {entry}\n")
    (inner / "src").mkdir(parents=True)
    assert call("list", cwd=inner / "src").returncode == 0  # no repository of its own yet
    (inner / ".git").mkdir()
    assert call("list", cwd=inner / "src").returncode == 2
    assert call("list", cwd=outer / "clones").returncode == 0


def test_the_shipped_examples_run_where_they_are_asked_for(tmp_path: Path) -> None:
    """`--shipped` takes them from anywhere, and the command that repeats a run asks for them too."""
    listed = call("list", "--shipped", cwd=tmp_path)
    assert listed.returncode == 0
    assert "stream-basic" in listed.stdout
    planned = call("plan", "chat-basic", "-l", "python", "--shipped", "--gateway", "embedded", cwd=tmp_path)
    assert planned.stdout.startswith(f"manifest  {REPOSITORY}/examples/manifest.yaml\n")
    both = call("list", "--shipped", "--manifest", "mine.yaml", cwd=tmp_path)
    assert both.returncode == 2
    assert "name two manifests" in both.stderr


def test_a_run_names_its_manifest_and_the_way_back_to_it(tmp_path: Path) -> None:
    """The first line, the JSON report and the command that repeats the run all say which manifest was used."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "mine.py").write_text("print('mine')\n")
    entry = "{id: mine, title: Mine, expect: {exit: 1}, variants: {python: mine.py}}"
    (tmp_path / "examples" / "manifest.yaml").write_text(f"version: 1\nexamples:\n  - {entry}\n")
    here = call("run", "all", "--gateway", "embedded", "--report", "json=report.json", cwd=tmp_path)
    assert here.stdout.split(" · ")[1] == "examples/manifest.yaml"
    assert "--manifest" not in here.stdout
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["session"]["manifest"] == "examples/manifest.yaml"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = str(tmp_path / "examples" / "manifest.yaml")
    there = call("run", "all", "--gateway", "embedded", "--manifest", named, cwd=elsewhere)
    assert there.stdout.split(" · ")[1] == named
    assert f"dvara-examples run 'mine[python]' --verbose --manifest {named}" in there.stdout
