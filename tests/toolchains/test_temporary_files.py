"""A machine on which no folder takes temporary files: read-only containers, a TMPDIR that is full or not there."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.cli._boundary import _internal
from dvara_examples.core.errors import ExitCode
from dvara_examples.core.world import World
from dvara_examples.doctor.check import CheckState
from dvara_examples.doctor.folders import check_folders
from dvara_examples.records.hints import system_refused
from dvara_examples.toolchains._tools import run_tool

HINT = "name a writable folder in TMPDIR, and run again"


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: ARG001 - made while that is possible
    """Leave Python only folders in which nobody can write, not even root."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/proc", "/nowhere"])


@pytest.mark.usefixtures("no_temporary_files")
def test_doctor_says_what_is_missing(make_world: Callable[..., World]) -> None:
    """It is one line of its report, with what to do, and the other folders are looked at all the same."""
    checks = list(check_folders(make_world()))
    assert [(check.topic, check.state) for check in checks] == [
        ("temporary", CheckState.WRONG),
        ("cache", CheckState.OK),
        ("state", CheckState.OK),
    ]
    assert "No usable temporary directory found in ['/proc', '/nowhere']" in checks[0].text
    assert checks[0].hint == HINT


@pytest.mark.usefixtures("no_temporary_files")
def test_a_run_says_what_is_missing() -> None:
    """What keeps a run from starting has the same hint."""
    with pytest.raises(OSError, match="No usable") as refused:
        tempfile.TemporaryDirectory()
    assert system_refused(refused.value).hint == HINT
    assert system_refused(FileNotFoundError(2, "No such file or directory")).hint != HINT


@pytest.mark.usefixtures("no_temporary_files")
def test_tools_that_read_nothing_need_none(make_world: Callable[..., World], tmp_path: Path) -> None:
    """A runtime can be asked for its version."""
    world = make_world()
    answer = run_tool(["/bin/sh", "-c", "cat; echo up"], env={}, limit_s=20, stop=world.stop, cwd=tmp_path)
    assert (answer.code, answer.stdout) == (0, "up\n")


@pytest.mark.usefixtures("no_temporary_files")
def test_an_internal_error_is_told_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Its trace goes to stderr where no file can hold it."""
    with pytest.raises(KeyError) as raised:
        dict[str, str]()["nothing"]
    assert _internal(raised.value) == ExitCode.INTERNAL
    told = capsys.readouterr().err
    assert "internal error: KeyError" in told
    assert "report it with the trace above" in told
    assert "Traceback" in told
