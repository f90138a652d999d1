"""The command as a user types it, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dvara_examples.cli._world import build_world
from dvara_examples.records.run_folder import stored_folders
from dvara_examples.toolchains import Missing, load_toolchain
from dvara_examples.toolchains import languages as known_languages

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("dvara-examples"))


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call of the command gave."""

    code: int
    stdout: str
    stderr: str
    state: Path

    @property
    def run_folder(self) -> Path:
        """The folder that the call wrote."""
        return stored_folders(self.state / "runs")[-1].path

    @property
    def outcomes(self) -> dict[str, str]:
        """Variant id → outcome, in plan order, from ``run.json``."""
        summary = json.loads((self.run_folder / "run.json").read_text("utf-8"))
        return {run["id"]: run["outcome"] for run in summary["runs"]}

    @property
    def reasons(self) -> dict[str, str]:
        """Variant id → reason, from ``run.json``."""
        summary = json.loads((self.run_folder / "run.json").read_text("utf-8"))
        return {run["id"]: run["reason"] for run in summary["runs"]}


Tool = Callable[..., Ran]


def clean_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment as a user at a desk has it: no CI, no gateway or model, no colours, but *extra*."""
    left_out = ("CI", "GITHUB_ACTIONS", "FORCE_COLOR", "NO_COLOR", "COLUMNS")
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in left_out and not k.startswith(("DVARA_URL", "DVARA_API_KEY", "DVARA_MODEL"))
    }
    return {**kept, **extra}


@pytest.fixture(scope="session")
def languages() -> tuple[str, ...]:
    """Return the languages that can run here; a machine that calls itself CI must have all of them."""
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    probed = {language: load_toolchain(language).probe(world) for language in known_languages()}
    missing = [found.reason for found in probed.values() if isinstance(found, Missing)]
    assert not (missing and world.on_ci), missing
    return tuple(language for language, found in probed.items() if not isinstance(found, Missing))


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Return a function that calls the command with its state below this test's own folder."""

    def call(*args: str, env: Mapping[str, str] | None = None, cwd: Path = REPOSITORY, timeout_s: float = 170) -> Ran:
        state = tmp_path / "state"
        environ = clean_environment(DVARA_EXAMPLES_STATE=str(state), **(env or {}))
        done = subprocess.run(
            [COMMAND, *args],
            env=environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr, state)

    return call
