import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.process import ProcessResult
from dvara_examples.records.transcript import OutputPiece, ProcessEnd

Run = Callable[..., ProcessResult]


def outcome(result: ProcessResult) -> ProcessEnd:
    """Return how *result* ended, without when."""
    return replace(result.end, duration_s=0.0, ended_at_s=None)


# -- ends by itself


@pytest.mark.parametrize("code", [0, 1, 3, 130, 255])
def test_an_exit_code_is_told_as_it_is(run: Run, code: int) -> None:
    """A process that exits by itself is told with its code, and with nothing else."""
    assert outcome(run("sh", "-c", f"exit {code}")) == ProcessEnd(code)


@pytest.mark.parametrize("name", ["SEGV", "KILL", "PIPE", "TERM"])
def test_a_death_by_signal_is_told_by_its_name(run: Run, name: str) -> None:
    """A process that dies of a signal nobody here sent has that signal's name, no exit code, and no limit."""
    assert outcome(run("sh", "-c", f"kill -{name} $$")) == ProcessEnd(None, signal=f"SIG{name}")


def test_a_real_time_signal_has_a_number_for_a_name(run: Run) -> None:
    """A signal that has no name of its own is told by its number."""
    assert run("sh", "-c", "kill -40 $$").end.signal == "SIG40"


def test_the_two_pipes_are_kept_apart(run: Run) -> None:
    """What goes to stdout and what goes to stderr is kept apart, stamped within the run."""
    result = run("sh", "-c", "echo out; echo err >&2")
    assert (result.stdout.head, result.stderr.head) == (b"out\n", b"err\n")
    assert 0 < result.stdout.pieces[0].at_s < 60
    assert 0 < result.end.duration_s < 60


def test_stdin_is_at_its_end(run: Run) -> None:
    """A process that reads its input gets the end of file at once instead of waiting for a reader at the terminal."""
    assert outcome(run("cat")) == ProcessEnd(0)


def test_a_process_without_pipes_is_waited_for(run: Run) -> None:
    """A process that closes its pipes and lives on is waited for and told with its exit code."""
    result = run("close_pipes.py", "0.3")
    assert outcome(result) == ProcessEnd(7)
    assert result.end.duration_s >= 0.3


def test_binary_output_stays_as_it_is(run: Run) -> None:
    """Bytes that are no text are kept unchanged."""
    result = run("printf", r"\377\000\200\n")
    assert result.stdout.head == b"\xff\x00\x80\n"


# -- does not start


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (None, 0, "no such file"),
        (b"#!/bin/sh\n", 0o644, "permission denied"),
        (b"\x00\x01\x02", 0o755, "it is not a program for this machine"),
        (b"#!/no/such/interpreter\n", 0o755, "names an interpreter that does not exist"),
    ],
)
def test_what_cannot_start_is_told_in_a_sentence(run: Run, tmp_path: Path, content: bytes | None, mode: int, says: str) -> None:
    """A file that is missing, not executable, no program, or without its interpreter is an error and has no exit code."""
    program = tmp_path / "program"
    if content is not None:
        program.write_bytes(content)
        program.chmod(mode)

    end = run(str(program)).end

    assert end.error is not None
    assert says in end.error
    assert str(program) in end.error
    assert (end.exit_code, end.signal, end.limit) == (None, None, None)


def test_a_bare_name_is_looked_for_on_the_path(run: Run) -> None:
    """A command that is nowhere on the PATH is told so."""
    assert "no such file on the PATH" in (run("no-such-command-anywhere").end.error or "")


def test_a_missing_working_folder_is_told(run: Run, tmp_path: Path) -> None:
    """A working folder that is gone is named, instead of a program that is there."""
    tmp_path.rmdir()
    assert "working folder" in (run("true").end.error or "")


def test_a_nul_byte_in_an_argument_is_told(run: Run) -> None:
    """An argument that no process can be given is an error, not an exception."""
    assert "NUL" in str(run("echo", "a\0b").end.problem)


# -- is made to end


def test_the_wall_limit_ends_a_process_that_keeps_writing(run: Run) -> None:
    """A process that never stops writing meets the wall limit, and what it wrote is kept."""
    result = run("sh", "-c", "while :; do echo tick; sleep 0.05; done", wall_s=0.5)
    assert outcome(result) == ProcessEnd(None, signal="SIGINT", limit="wall", stopped_by="SIGINT")
    assert result.stdout.head.startswith(b"tick\n")


def test_the_idle_limit_ends_a_silent_process(run: Run) -> None:
    """A process that says nothing meets the idle limit long before the wall limit."""
    end = run("sleep", "60", idle_s=0.3).end
    assert (end.limit, end.signal) == ("idle", "SIGINT")


def test_the_idle_limit_holds_for_a_process_without_pipes(run: Run) -> None:
    """A process that closed its pipes and hangs meets the idle limit."""
    assert run("close_pipes.py", "60", idle_s=0.5).end.limit == "idle"


def test_output_keeps_the_idle_limit_away(run: Run) -> None:
    """A process that writes more often than the idle limit runs to its end, however long that is."""
    end = run("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do echo $i >&2; sleep 0.2; done", idle_s=1.0).end
    assert (end.limit, end.exit_code) == (None, 0)
    assert end.duration_s > 1.0


def test_traffic_elsewhere_keeps_the_idle_limit_away(run: Run) -> None:
    """A silent process whose requests are still being answered is not idle."""
    timer = start_timer(SystemClock())
    end = run("sleep", "0.8", idle_s=0.3, timer=timer, last_activity_s=timer).end
    assert (end.limit, end.exit_code) == (None, 0)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_answer_to_a_signal_is_told_with_the_limit(run: Run, name: str, code: int) -> None:
    """A process that answers a step of the ladder by exiting keeps its exit code; limit and last step are named next to it."""
    timer, ready = start_timer(SystemClock()), threading.Event()
    end = run(
        "exit_on_signal.py",
        name,
        timer=timer,
        idle_s=0.2,
        on_piece=lambda *_: ready.set(),
        last_activity_s=lambda: 0.0 if ready.is_set() else timer(),  # idle only from where the handlers are in place
    ).end
    assert (end.exit_code, end.limit, end.stopped_by) == (code, "idle", name)


def test_a_process_that_ignores_signals_is_killed(run: Run) -> None:
    """A process that ignores SIGINT and SIGTERM ends by SIGKILL."""
    stop = threading.Event()
    end = run("ignore_signals.py", stop=stop, on_piece=lambda *_: stop.set()).end
    assert (end.signal, end.stopped_by) == ("SIGKILL", "SIGKILL")


def test_a_process_that_stopped_itself_is_killed(run: Run) -> None:
    """A process that is suspended cannot answer any signal but SIGKILL, and ends by that."""
    end = run("sh", "-c", "kill -STOP $$", wall_s=0.2).end
    assert (end.signal, end.limit, end.stopped_by) == ("SIGKILL", "wall", "SIGKILL")


def test_an_interruption_is_no_limit(run: Run) -> None:
    """A run that is asked to stop says so and names no limit."""
    stop = threading.Event()
    result = run("sh", "-c", "echo ready; sleep 60", stop=stop, on_piece=lambda *_: stop.set())
    assert outcome(result) == ProcessEnd(None, signal="SIGINT", stopped_by="SIGINT", interrupted=True)
    assert result.stdout.head == b"ready\n"


def test_an_interruption_before_the_start_starts_nothing(run: Run, tmp_path: Path) -> None:
    """A run that is asked to stop before it began leaves no trace of its command."""
    stop = threading.Event()
    stop.set()
    end = run("touch", str(tmp_path / "trace"), stop=stop).end
    assert end.interrupted
    assert end.exit_code is None
    assert not (tmp_path / "trace").exists()


# -- leaves the tool in order


def test_a_broken_display_loses_no_output(run: Run) -> None:
    """An exception of the live display is told to the caller, and the output is kept whole."""

    def broken(*piece: object) -> None:
        raise LookupError(piece)

    result = run("sh", "-c", "echo one; sleep 0.1; echo two", on_piece=broken)
    assert result.stdout.head == b"one\ntwo\n"
    assert isinstance(result.callback_error, LookupError)


def test_a_slow_display_is_no_leak_and_loses_no_output(run: Run) -> None:
    """A live display that takes longer than a pipe gets to reach its end is not taken for a stranger at the pipe."""
    slow = threading.Event()
    result = run("sh", "-c", "echo one; sleep 0.1; echo two", on_piece=lambda *_: bool(slow.wait(0.7)))
    assert result.end.leaks == ()
    assert result.stdout.head == b"one\ntwo\n"


def test_pieces_are_shown_as_they_are_kept(run: Run) -> None:
    """The live display gets the same pieces, under the pipe's name, that the result holds."""
    shown: list[tuple[str, OutputPiece]] = []
    result = run("sh", "-c", "echo one; sleep 0.1; echo two", on_piece=lambda *piece: shown.append(piece))
    assert shown == [("stdout", piece) for piece in result.stdout.pieces]


def test_no_thread_and_no_descriptor_stays(run: Run) -> None:
    """Runs that end in any way leave no thread and no open file behind."""
    files = len(list(Path("/dev/fd").iterdir()))
    for argv in (("true",), ("no-such-command",), ("sh", "-c", "kill -9 $$"), ("sh", "-c", "sleep 60 & exit 0")):
        run(*argv)
    run("sleep", "60", wall_s=0.1)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(("read-", "wait-for-"))] == []
    assert len(list(Path("/dev/fd").iterdir())) == files
