"""The GitHub Action: its steps, run one after the other as a runner runs them, in somebody's own repository."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.elsewhere.conftest import PROJECT, run

pytestmark = pytest.mark.slow

_INSTALL, _RUN, _PAGES = "Install dvara-examples", "Run the examples", "Hold the pages against the examples"
_FILES = ("GITHUB_PATH", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the action that is a script of its own: *env* as written, *condition* its `if`."""

    name: str
    script: str
    env: Mapping[str, str]
    condition: str


@dataclass(frozen=True, slots=True)
class Job:
    """What a job has left: each step's exit code and output by its name, and the files that the runner would show."""

    codes: Mapping[str, int]
    said: Mapping[str, str]
    summary: str
    reports: Path


class Runner:
    """A runner as far as scripts see it: a folder of its own, and files through which steps hand on variables and texts."""

    def __init__(self, folder: Path, action: Path, before: "Runner | None" = None) -> None:
        self.folder = folder
        self._action = action
        self._files = {name: folder / name.lower() for name in _FILES}
        folder.mkdir(exist_ok=True)
        for name, file in self._files.items():
            file.write_text(before.told(name) if before else "", "utf-8")
        self.temp: Path = before.temp if before else folder / "temp"
        self.temp.mkdir(exist_ok=True)

    def told(self, name: str) -> str:
        """Return what the steps have written into one of the files so far."""
        return self._files[name].read_text("utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        """What steps have set as their outputs."""
        return dict(line.split("=", 1) for line in self.told("GITHUB_OUTPUT").splitlines())

    def step(self, name: str, cwd: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the script of one step with the options of `shell: bash`."""
        (step,) = (step for step in _steps() if step.name == name)
        values = {**_defaults(), "python": sys.executable, **inputs}
        env = {name: str(file) for name, file in self._files.items()}
        env |= {"RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(self._action), "GITHUB_ACTIONS": "true", "CI": "true"}
        env |= dict(line.split("=", 1) for line in self.told("GITHUB_ENV").splitlines())
        env |= {name: _filled(text, values) for name, text in step.env.items()}
        env["PATH"] = os.pathsep.join([*self.told("GITHUB_PATH").split(), os.environ["PATH"]])
        return run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.script], cwd, env)


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Return a runner on which the action has installed the tool."""
    runner = Runner(tmp_path_factory.mktemp("installed"), project)
    done = runner.step(_INSTALL, runner.folder)
    assert done.returncode == 0, done.stderr
    return runner


@pytest.fixture
def runner(installed: Runner, project: Path, tmp_path: Path) -> Runner:
    """Return a runner of the test's own, with the tool in place."""
    return Runner(tmp_path / "runner", project, installed)


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.github-workflows", ".github/workflows/examples.yml")]
)
def test_github_accepts_the_definitions(schema: str, file: str) -> None:
    """The action and the workflow are valid by the schemas that editors use for them."""
    checked = run(
        [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", schema, str(PROJECT / file)], PROJECT
    )

    assert checked.returncode == 0, checked.stdout


def test_no_input_is_pasted_into_a_script() -> None:
    """Inputs reach the scripts as variables only, so that none can become a command."""
    steps = _steps()

    assert steps
    assert not [step.name for step in steps if "${{" in step.script]


def test_the_action_runs_examples(runner: Runner, repository: Path) -> None:
    """The examples of a good repository pass, the job's summary names them, and the reports lie in the folder that is put out."""
    done = runner.step(_RUN, repository)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "hello" in runner.told("GITHUB_STEP_SUMMARY")
    reports = Path(runner.outputs["reports"])
    assert {path.name for path in reports.iterdir()} == {"junit.xml", "report.json", "report.html"}


def test_the_action_lets_no_page_pass_that_has_drifted(runner: Runner, repository: Path) -> None:
    """A page in step with an example that passes is let through; one that has drifted fails the step, with the difference."""
    assert runner.step(_PAGES, repository, pages="docs").returncode == 0

    page = repository / "docs" / "hello.md"
    page.write_text(page.read_text("utf-8").replace("openai.OpenAI(", "openai.OpenAl("), "utf-8")
    drifted = runner.step(_PAGES, repository, pages="docs")

    assert drifted.returncode == 1
    assert "OpenAl" in drifted.stdout
    assert re.search(r"^::error file=docs/hello\.md,line=\d+", drifted.stdout, re.MULTILINE)


def test_the_action_points_at_the_example_that_failed(runner: Runner, repository: Path) -> None:
    """A failed example fails the step, with an annotation on the script's own line and a word in the summary."""
    script = repository / "examples" / "python" / "hello.py"
    script.write_text(script.read_text("utf-8").replace('or "", end', 'or "", "", end'), "utf-8")

    done = runner.step(_RUN, repository)

    assert done.returncode == 1
    assert re.search(r"^::error file=examples/python/hello\.py,line=\d+", done.stdout, re.MULTILINE)
    assert "prints_the_stream" in runner.told("GITHUB_STEP_SUMMARY")


def _steps() -> list[Step]:
    """Return the steps that are scripts; the others are somebody else's actions."""
    steps = yaml.safe_load((PROJECT / "action.yml").read_text("utf-8"))["runs"]["steps"]
    return [Step(s["name"], s["run"], s.get("env", {}), s.get("if", "")) for s in steps if "run" in s]


def _defaults() -> dict[str, str]:
    inputs = yaml.safe_load((PROJECT / "action.yml").read_text("utf-8"))["inputs"]
    return {name: str(spec["default"]) for name, spec in inputs.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], text)
