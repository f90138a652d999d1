"""Reports as a user asks for them, next to real runs."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from dvara_examples.reports import report_kinds
from tests.integration.conftest import COMMAND, Tool, clean_environment
from tests.reports.actions_runner import commands_in
from tests.reports.test_any_content import CHECKS

SLEEP = "import os, time\nprint('started', flush=True)\ntime.sleep(300)\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one's own: one example passes, one fails, and one sleeps until it is told to stop."""
    folder = tmp_path / "repository"
    (folder / "examples" / "python").mkdir(parents=True)
    (folder / "examples" / "python" / "good.py").write_text('print("good")\n')
    (folder / "examples" / "python" / "bad.py").write_text('raise SystemExit("bad")\n')
    (folder / "examples" / "python" / "slow.py").write_text(SLEEP)
    entry = "  - {{id: {0}, title: is {0}, expect: {{exit: 0}}, variants: {{python: python/{0}.py}}}}\n"
    entries = "".join(entry.format(name) for name in ("good", "bad", "slow"))
    (folder / "examples" / "manifest.yaml").write_text(f"version: 1\nexamples:\n{entries}")
    return folder


def everything(folder: Path) -> tuple[str, ...]:
    """Return the options that ask for every report, in *folder*."""
    return tuple(f"--report={kind}={folder / kind}" for kind in report_kinds())


def test_reports_stand_in_the_runs_folder_unless_told_otherwise(tool: Tool, repository: Path) -> None:
    """A kind alone goes next to the transcripts; `judge` writes the same results as `run` did."""
    ran = tool("run", "good", "bad", "--report", "json", cwd=repository)
    again = tool("judge", "--report", "json=again.json", cwd=repository)
    assert (ran.code, again.code) == (1, 1), ran.stderr + again.stderr
    first, second = (json.loads(path.read_text("utf-8")) for path in (ran.run_folder / "report.json", repository / "again.json"))
    assert [result["outcome"] for result in first["results"]] == ["passed", "failed"]
    assert first["results"] == second["results"]
    assert first["session"] == second["session"]
    assert first["summary"]["exit_code"] == 1


def test_a_report_on_stdout_has_it_for_itself(tool: Tool, repository: Path) -> None:
    """What is for people goes to stderr then, so that other software can read what comes."""
    ran = tool("run", "good", "--report", "json=-", cwd=repository)
    assert json.loads(ran.stdout)["summary"]["counts"]["passed"] == 1
    assert "1 run: 1 passed" in ran.stderr


def test_a_path_that_cannot_be_written_is_told_before_anything_runs(tool: Tool, repository: Path) -> None:
    """Exit 3 and one sentence; no example has started and no run folder is left."""
    ran = tool("run", "good", "--report", "json=examples/manifest.yaml/x.json", cwd=repository)
    assert ran.code == 3
    assert ran.stdout == ""
    assert "manifest.yaml/x.json cannot be written: Not a directory" in ran.stderr
    assert [path for path in (ran.state / "runs").iterdir() if path.is_dir()] == []


def test_a_disk_that_is_full_at_the_end_costs_that_report_alone(tool: Tool, repository: Path) -> None:
    """The runs are stored, the other reports are whole, and exit code 3 says that something is missing."""
    ran = tool("run", "good", "--report", "json=/dev/full", *everything(repository / "out"), cwd=repository)
    assert ran.code == 3
    assert "error: the report json is not written: the operating system refused: No space left on device" in ran.stderr
    assert ran.outcomes == {"good[python]": "passed"}
    written = {path.name: path.stat().st_size for path in (repository / "out").iterdir()}
    assert written.keys() == set(report_kinds())
    assert [kind for kind, size in written.items() if not size] == ["github"], "which has nothing to say of a run that passed"


def test_every_report_is_written_when_the_session_is_interrupted(repository: Path, tmp_path: Path) -> None:
    """After Ctrl-C there is one file per report, none is half-written, and they say that there would have been more."""
    process = subprocess.Popen(
        [COMMAND, "run", "good", "slow", "--verbose", "--jobs=2", *everything(tmp_path / "out")],
        cwd=repository,
        env=clean_environment(DVARA_EXAMPLES_STATE=str(tmp_path / "state"), PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    seen = ""
    while not ("started" in seen and "passed" in seen):
        line = process.stdout.readline()
        assert line, seen
        seen += line
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130, seen + rest
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == list(report_kinds())
    summary = json.loads((tmp_path / "out" / "json").read_text("utf-8"))["summary"]
    assert (summary["exit_code"], summary["interrupted"]) == (130, True)
    for kind, whole in CHECKS.items():
        text = (tmp_path / "out" / kind).read_text("utf-8")
        whole(text)
        assert "interrupted" in text


SMUGGLER = """
import sys
for line in ("::error::smuggled", "##[add-mask]e", "  ::stop-commands::smuggled", "a\\r::set-output name=smuggled::x"):
    print(line, flush=True)
    print(line, file=sys.stderr, flush=True)
sys.exit("::warning::smuggled")
"""


@pytest.mark.parametrize(("report", "ours"), [("github", ["bad[python] failed"]), ("json=-", []), ("junit=-", [])])
def test_no_example_can_give_orders_to_a_runner(tool: Tool, repository: Path, report: str, ours: list[str]) -> None:
    """Under GitHub Actions our annotations, if any, are the only commands in all that is written."""
    (repository / "examples" / "python" / "bad.py").write_text(SMUGGLER)
    environ = {"GITHUB_ACTIONS": "true", "CI": "true"}
    ran = tool("run", "good", "bad", "--verbose", f"--report={report}", cwd=repository, env=environ)
    assert ran.code == 1
    assert "smuggled" in ran.stdout
    found = commands_in(ran.stdout) + commands_in(ran.stderr)
    assert {command.properties.get("title") for command in found} == set(ours)
    assert {command.name for command in found} <= {"error"}
    shown = tool("show", "latest", "--verbose", cwd=repository, env=environ)
    assert "smuggled" in shown.stdout
    assert commands_in(shown.stdout) == []


def test_a_summary_comes_behind_what_a_step_has_written(tool: Tool, repository: Path) -> None:
    """The file that GitHub gives to a step belongs to all of its commands."""
    summary = repository / "step-summary"
    summary.write_text("# before\n")
    ran = tool("run", "bad", f"--report=markdown={summary}", cwd=repository, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert ran.code == 1
    assert summary.read_text("utf-8").startswith("# before\n## dvara-examples: not passed\n")


def test_events_can_be_read_while_runs_go_on(repository: Path, tmp_path: Path) -> None:
    """A reader of the pipe sees that a run has started before it ends, and the last line at the end."""
    process = subprocess.Popen(
        [COMMAND, "run", "good", "slow", "--report=events=-"],
        cwd=repository,
        env=clean_environment(DVARA_EXAMPLES_STATE=str(tmp_path / "state")),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    with process:
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "run_started" and lines[-1]["id"] == "slow[python]":
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert lines[0]["event"] == "session_started"
    assert lines[-1]["summary"]["exit_code"] == 130
    assert [line["result"]["id"] for line in lines if line["event"] == "result"] == ["good[python]", "slow[python]"]
