"""Where reports are written: whole or not at all, and refused in time."""

import io
import os
import resource
import threading
from pathlib import Path

import pytest

from dvara_examples.core.errors import ReportError
from dvara_examples.reports._target import file_target, stdout_target


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Whoever has the old file open reads the old text to its end, and nothing is left next to the new one."""
    path = tmp_path / "report.json"
    path.write_text("old")
    with path.open() as before, file_target(path) as target:
        assert path.read_text() == "old"
        target.write("new")
        assert before.read() == "old"
    assert path.read_text() == "new"
    assert [found.name for found in tmp_path.iterdir()] == ["report.json"]


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    """A path into a folder that is not there is no mistake."""
    path = tmp_path / "a" / "b" / "report.json"
    with file_target(path) as target:
        target.write("new")
    assert path.read_text() == "new"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """It is the file behind a link that is replaced."""
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to("real/report.json")
    with file_target(link) as target:
        target.write("new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "report.json").read_text() == "new"


def test_what_is_appended_can_be_read_at_once(tmp_path: Path) -> None:
    """The first piece takes the place of what was there, each further one stands behind it."""
    path = tmp_path / "events"
    path.write_text("old")
    with file_target(path) as target:
        target.append("one\n")
        assert path.read_text() == "one\n"
        target.append("two\n")
        assert path.read_text() == "one\ntwo\n"


def test_a_named_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    """What a shell makes of ``>(jq .)`` gets the report."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reading = threading.Thread(target=lambda: got.append(pipe.read_text()), name="reader", daemon=True)
    fd = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # a reader, so that the target can be opened at any moment
    with file_target(pipe) as target:
        reading.start()
        target.write("x" * 100_000)
        os.close(fd)
    reading.join(20)
    assert got == ["x" * 100_000]
    assert pipe.is_fifo()


def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Opening it would block for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReportError, match="nobody reads from it"), file_target(tmp_path / "pipe"):
        pass


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """The sentence names the path and what to do."""
    with pytest.raises(ReportError, match=r"cannot be written: Is a directory; name a file"), file_target(tmp_path):
        pass


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    """A path through a file cannot be made."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="Not a directory"), file_target(tmp_path / "file" / "report.json"):
        pass


def test_a_folder_that_takes_no_file_is_refused() -> None:
    """Found out before anything has run, also for those who may write nearly everywhere."""
    with pytest.raises(ReportError, match="cannot be written"), file_target(Path("/proc/report.json")):
        pass


def test_a_full_disk_is_an_error() -> None:
    """``/dev/full`` takes nothing, and says so at the first piece."""
    with file_target(Path("/dev/full")) as target, pytest.raises(OSError, match="No space left on device") as caught:
        target.write("x")
    assert caught.value.filename == "/dev/full"


def test_stdout_gets_the_text_at_once() -> None:
    """Without a file there is no path."""
    out = io.StringIO()
    target = stdout_target(out)
    target.append("one\n")
    assert (out.getvalue(), target.path) == ("one\n", None)


@pytest.mark.parametrize(
    ("text", "written"), [("\ud83d\ude00", "\U0001f600"), ("a\ud83d", "a\ufffd"), ("\ude00z", "\ufffdz"), ("ä\0", "ä\0")]
)
def test_any_text_can_be_written(tmp_path: Path, text: str, written: str) -> None:
    """Halves of a surrogate pair that met are one character, and a half alone is the replacement character."""
    with file_target(tmp_path / "a") as target:
        target.write(text)
    assert (tmp_path / "a").read_bytes().decode() == written


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    """Where room runs out half-way, the old file is there and nothing next to it."""
    path = tmp_path / "report.json"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with file_target(path) as target:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                target.write("x" * 10_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["report.json"]
