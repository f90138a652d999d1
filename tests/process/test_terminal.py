"""What the person at the terminal does while a process prints: Ctrl-C, and leaving."""

from dataclasses import replace

from dvara_examples.records.model import AtTerminal
from dvara_examples.records.transcript import ProcessEnd
from tests.process.test_run import Run, outcome

CTRL_C = AtTerminal(interrupt_after_bytes=4)
LEAVES = AtTerminal(stdout_closes_after_bytes=4)


def test_ctrl_c_comes_once_enough_is_printed(run: Run) -> None:
    """A process that printed so much gets SIGINT, which is told as no limit and no stop, but in words."""
    result = run("sh", "-c", "echo one; echo two; exec sleep 60", at_terminal=CTRL_C)
    assert replace(outcome(result), notes=()) == ProcessEnd(None, signal="SIGINT")
    (note,) = result.end.notes
    assert note.startswith("Ctrl-C at ")


def test_ctrl_c_does_not_come_before(run: Run) -> None:
    """A process that prints less ends by itself, and nothing is told."""
    assert outcome(run("sh", "-c", "echo one > /dev/stderr; printf two; sleep 0.3", at_terminal=CTRL_C)) == ProcessEnd(0)


def test_ctrl_c_comes_once(run: Run) -> None:
    """A process that goes on after SIGINT is left alone: whoever pressed it once waits for what happens."""
    script = "trap 'echo heard' INT; echo one; for i in 1 2 3 4 5 6; do sleep 0.1; done; echo end"
    result = run("sh", "-c", script, at_terminal=CTRL_C)
    assert result.stdout.head == b"one\nheard\nend\n"
    assert result.end.exit_code == 0


def test_ctrl_c_reaches_all_that_is_in_the_foreground(run: Run) -> None:
    """A child that the process started gets the signal too, as at a terminal."""
    result = run(
        "sh", "-c", "trap : INT; sh -c 'trap \"echo child; exit\" INT; echo one; while :; do sleep 0.1; done'", at_terminal=CTRL_C
    )
    assert result.stdout.head == b"one\nchild\n"
    assert result.end.leaks == ()


def test_a_process_that_does_not_care_meets_its_limit(run: Run) -> None:
    """SIGINT that is ignored changes nothing: the limit ends the process, and is told."""
    end = run("ignore_signals.py", at_terminal=replace(CTRL_C, interrupt_after_bytes=1), idle_s=0.5).end
    assert (end.limit, end.stopped_by) == ("idle", "SIGKILL")
    assert len(end.notes) == 1


def test_a_reader_who_has_enough_leaves(run: Run) -> None:
    """What is printed later has nobody to go to: the system ends a process that does not look, and so much is kept."""
    result = run("sh", "-c", "while :; do echo more; done", at_terminal=LEAVES)
    assert result.stdout.head == b"more"
    assert result.stdout.complete
    assert (result.end.exit_code, result.end.signal) == (None, "SIGPIPE")
    (note,) = result.end.notes
    assert note.startswith("the reader of stdout left at ")
    assert note.endswith("with byte 4")


def test_a_reader_who_leaves_still_reads_stderr(run: Run) -> None:
    """A process that meets the closed pipe can still say so elsewhere, and its exit code counts."""
    result = run(
        "sh",
        "-c",
        "trap '' PIPE; printf four; while printf more 2>/dev/null; do sleep 0.02; done; echo gone >&2; exit 3",
        at_terminal=LEAVES,
    )
    assert (result.end.exit_code, result.stderr.head) == (3, b"gone\n")
    assert result.stdout.head == b"four"


def test_a_process_that_prints_less_keeps_its_reader(run: Run) -> None:
    """Nothing happens to a process whose output ends before."""
    result = run("printf", "abc", at_terminal=LEAVES)
    assert outcome(result) == ProcessEnd(0)
    assert result.stdout.head == b"abc"
