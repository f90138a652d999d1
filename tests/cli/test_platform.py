"""What the command says where it cannot work: on Windows, and without the packages of an extra."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def python(program: str, *args: str, home: Path, path: str = "") -> "subprocess.CompletedProcess[str]":
    """Run *program* with this Python in the repository, with *path* first among the folders of modules."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": path}
    words = [sys.executable, "-c", program, *args]
    return subprocess.run(
        words, cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def test_windows_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """On Windows the command says which platforms it supports, whatever was asked, and exits 3."""
    program = "import sys; from dvara_examples.cli import main; sys.platform = 'win32'; main()"
    done = python(program, "list", home=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: expected Linux or macOS, found Windows\nhint: run it in the Windows Subsystem for Linux (WSL)\n"


@pytest.mark.parametrize(
    ("package", "args", "feature", "extra"),
    [
        ("jinja2", ("--report", "html"), "the HTML report", "html"),
        ("watchfiles", ("--watch",), "--watch", "watch"),
    ],
)
def test_a_missing_extra_is_named(package: str, args: tuple[str, ...], feature: str, extra: str, tmp_path: Path) -> None:
    """A feature whose package is not installed names the package and the command that installs it, and nothing runs."""
    (tmp_path / "modules").mkdir()
    (tmp_path / f"modules/{package}.py").write_text(f"raise ModuleNotFoundError('none', name='{package}')\n")
    program = "from dvara_examples.cli import main; main()"
    done = python(
        program, "run", "chat-basic[python]", "--gateway", "embedded", *args, home=tmp_path, path=str(tmp_path / "modules")
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"{feature} needs the package {package}, which is not installed" in done.stderr
    assert f'python -m pip install "dvara-examples[{extra}]"' in done.stderr
    assert "chat-basic[python]" not in done.stdout
