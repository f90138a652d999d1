"""A copy of the project as others get it: the files that git knows, and nothing that was left behind."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
_SHIPPED = (
    "Makefile",
    "action.yml",
    ".pre-commit-hooks.yaml",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "requirements",
    "runner",
    "examples",
)
_LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what installing the tool from its repository needs."""
    copy = tmp_path_factory.mktemp("project")
    for name in _SHIPPED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=_LEFT_BEHIND)
        else:
            shutil.copy2(source, copy / name)
    return copy


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return somebody's own repository, with one example and a page that shows it."""
    folder = tmp_path / "own"
    shutil.copytree(PROJECT / "tests" / "data" / "own-repository", folder)
    shutil.copy2(PROJECT / "examples" / "python" / "requirements.txt", folder / "examples" / "python")
    shutil.copy2(PROJECT / "examples" / "python" / "requirements.in", folder / "examples" / "python")
    return folder


def run(
    argv: list[str], cwd: Path, extra: Mapping[str, str] | None = None, *, timeout_s: float = 170
) -> subprocess.CompletedProcess[str]:
    """Run *argv* in *cwd* to its end, without what belongs to this test run."""
    ours = ("DVARA_", "GITHUB_", "PYTEST_", "COVERAGE_", "MAKE")  # MAKEFLAGS carries the outer VENV=… into an inner make
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    for gone in ("VIRTUAL_ENV", "PYTHONPATH", "CI", "MFLAGS", "VENV"):
        kept.pop(gone, None)
    return subprocess.run(
        argv,
        cwd=cwd,
        env=kept | dict(extra or {}),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )
