"""The hooks for pre-commit, tried by pre-commit itself in somebody's own repository."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.elsewhere.conftest import run

pytestmark = pytest.mark.slow

_PRE_COMMIT = str(Path(sys.executable).with_name("pre-commit"))


_CHECK, _SYNC = "dvara-examples-docs-check", "dvara-examples-docs-sync"


def test_the_hooks_check_and_mend_a_page(project: Path, repository: Path, tmp_path: Path) -> None:
    """A page in step passes; one that has drifted fails the check, is rewritten by the other hook, and passes again."""
    _use_hooks(project, repository)
    page = repository / "docs" / "hello.md"
    whole = page.read_bytes()

    def outcome(hook: str) -> tuple[int, str]:
        argv = [_PRE_COMMIT, "run", hook, "--files", "examples/python/hello.py", "--verbose"]
        done = run(argv, repository, {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")})
        return done.returncode, done.stdout

    assert outcome(_CHECK)[0] == 0

    page.write_bytes(whole.replace(b"openai.OpenAI(", b"openai.OpenAl("))
    code, said = outcome(_CHECK)
    assert code == 1
    assert "OpenAl" in said

    assert outcome(_SYNC)[0] == 1  # as it changed a file
    assert page.read_bytes() == whole
    assert outcome(_CHECK)[0] == 0


def _use_hooks(project: Path, repository: Path) -> None:
    """Make *project* the git repository from which *repository*, another one, takes its hooks."""
    if not (project / ".git").exists():
        _git(project, "init", "--quiet")
        _git(project, "add", ".")
        _git(project, "commit", "--quiet", "--message", "as it is")
    head = _git(project, "rev-parse", "HEAD").strip()
    hooks = {"repo": str(project), "rev": head, "hooks": [{"id": _CHECK}, {"id": _SYNC}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hooks]}), "utf-8")
    _git(repository, "init", "--quiet")
    _git(repository, "add", ".")


def _git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout
