import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dvara_examples.process import ProcessResult, StopLadder
from dvara_examples.process.table import Entry, ProcessTable, ProcTable, PsutilTable, system_table
from dvara_examples.process.tree import ProcessTree

Run = Callable[..., ProcessResult]
ON_LINUX = Path("/proc/self/stat").exists()
TABLES = [pytest.param(ProcTable(), marks=pytest.mark.skipif(not ON_LINUX, reason="no /proc here"), id="proc")]
TABLES += [pytest.param(PsutilTable(), id="psutil")]


def lives(pid: int) -> bool:
    """Tell whether a process with that pid is there and has not ended."""
    entry = system_table().entry(pid)
    return entry is not None and not entry.ended


@contextmanager
def bystander(**options: object) -> Iterator[int]:
    """Start a process that belongs to no run, and yield its pid."""
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"], {}, **options)  # type: ignore[arg-type]
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("table", TABLES)
def test_a_daemon_is_found_and_ended(run: Run, tmp_path: Path, table: ProcessTable) -> None:
    """A daemon that forked twice, left the session and closed its pipes is ended, and told with pid and command line."""
    note = tmp_path / "pid"
    end = run("leave_daemon.py", str(note), table=table).end

    (leak,) = end.leaks
    assert (leak.kind, leak.pid) == ("process", int(note.read_text()))
    assert "leave_daemon.py" in leak.what
    assert (end.exit_code, end.limit, end.stopped_by) == (0, None, None)
    assert leak.pid is not None
    assert not lives(leak.pid)


@pytest.mark.parametrize("how", ["", "stubborn"])
def test_a_child_that_stays_and_holds_the_pipes_is_ended(run: Run, how: str) -> None:
    """A child that outlives its parent is one leak, the pipes it held are none, and what was written is kept."""
    result = run("leave_child.py", how)
    (leak,) = result.end.leaks
    assert leak.kind == "process"
    assert leak.pid is not None
    assert not lives(leak.pid)
    assert int(result.stdout.text) > 0
    assert result.end.exit_code == 0


def test_a_child_that_ends_soon_is_no_leak(run: Run) -> None:
    """A child that follows its parent within the grace is nothing to report, and its last words are kept."""
    result = run("sh", "-c", "{ sleep 0.2; echo last; } & exit 0", ladder=StopLadder(grace_s=5.0))
    assert result.end.leaks == ()
    assert result.stdout.head == b"last\n"


def test_a_child_without_marker_or_session_is_known_from_its_parent(run: Run) -> None:
    """A child with an environment and a session of its own is ended too where its parent lived long enough to be looked at."""
    start = "subprocess.Popen(['/bin/sleep', '60'], env={}, start_new_session=True, stdout=-3, stderr=-3)"
    (leak,) = run(sys.executable, "-c", f"import subprocess, time; {start}; time.sleep(1)").end.leaks
    assert leak.what == "/bin/sleep 60"
    assert leak.pid is not None
    assert not lives(leak.pid)


@pytest.mark.skipif(not ON_LINUX, reason="only /proc shows who holds a pipe")
def test_a_pipe_in_a_strangers_hand_does_not_hold_the_run(run: Run) -> None:
    """A process that nothing ties to the run but its pipes is told as holder of both, and the run ends all the same."""
    end = run("leave_stranger.py").end
    pids = {leak.pid for leak in end.leaks}
    try:
        assert [leak.kind for leak in end.leaks] == ["pipe", "pipe"]
        assert "stdout" in end.leaks[0].what
        assert "time.sleep(60)" in end.leaks[0].what
        assert end.exit_code == 0
    finally:
        for pid in pids - {None}:
            assert pid is not None
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_stop_reaches_children_in_other_sessions(run: Run) -> None:
    """Stopping a run ends a child that has a session of its own and ignores SIGINT, next to the parent that obeys."""
    stop = threading.Event()
    result = run("start_child.py", stop=stop, on_piece=lambda *_: stop.set())
    assert (result.end.exit_code, result.end.stopped_by) == (130, "SIGINT")
    assert not lives(int(result.stdout.text))
    assert [leak.pid for leak in result.end.leaks] == [int(result.stdout.text)]


def test_a_child_that_takes_its_time_to_obey_is_no_leak(run: Run) -> None:
    """A child that answers the same SIGINT as its parent, only later, gets the step's whole wait and is nothing to report."""
    stop = threading.Event()
    child = "trap 'sleep 0.4; echo late; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    command = f"import subprocess; subprocess.Popen(['sh', '-c', {child!r}]).wait()"
    ladder = StopLadder(interrupt_s=5.0, grace_s=0.1)
    result = run(sys.executable, "-c", command, stop=stop, on_piece=lambda *_: stop.set(), ladder=ladder)
    assert result.end.leaks == ()
    assert result.stdout.head == b"ready\nlate\n"


def test_runs_side_by_side_end_their_own_processes_alone(run: Run, tmp_path: Path) -> None:
    """Each of several runs at once finds its own daemon and nobody else's, and a longer run among them is left in peace."""
    notes = [tmp_path / str(number) for number in range(6)]
    with ThreadPoolExecutor(8) as pool:
        long = pool.submit(run, "sh", "-c", "sleep 3 & wait; exit 5")
        ends = [job.result().end for job in [pool.submit(run, "leave_daemon.py", str(note)) for note in notes]]
        assert [[leak.pid for leak in end.leaks] for end in ends] == [[int(note.read_text())] for note in notes]
        assert (long.result().end.exit_code, long.result().end.leaks) == (5, ())


def test_many_runs_at_once_do_not_mix(run: Run) -> None:
    """Each of many runs at once has its own output and exit code."""
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda n: run("sh", "-c", f"echo {n}; exit {n}"), range(64)))
    assert [(result.end.exit_code, result.stdout.text) for result in results] == [(n, f"{n}\n") for n in range(64)]


@pytest.mark.parametrize("table", TABLES)
def test_no_signal_goes_to_a_process_that_took_over_a_pid(table: ProcessTable) -> None:
    """A pid that now belongs to a process with another start time gets no signal."""
    with bystander() as pid:
        entry = table.entry(pid)
        assert entry is not None
        earlier = Entry(pid, entry.started - 1, entry.parent, entry.group, entry.session)
        ProcessTree(earlier, "token", table).send([earlier], signal.SIGKILL)
        assert lives(pid)


@pytest.mark.parametrize("table", TABLES)
def test_a_strangers_group_with_a_used_number_is_not_the_runs(table: ProcessTable) -> None:
    """Where the first process's pid has passed to another session, the members of that session are strangers."""
    with bystander(setsid=True) as pid:
        entry = table.entry(pid)
        assert entry is not None
        earlier = Entry(pid, entry.started - 1, entry.parent, entry.group, entry.session)
        assert pid not in {found.pid for found in ProcessTree(earlier, "token", table).living()}


def write_process(root: Path, pid: int, *, group: int, started: int) -> None:
    """Write what proc(5) shows of one process of this user."""
    folder = root / str(pid)
    folder.mkdir(exist_ok=True)
    fields = ["0"] * 52
    fields[0:6] = [str(pid), "(sh)", "S", "1", str(group), str(group)]
    fields[21] = str(started)
    (folder / "stat").write_text(" ".join(fields))


def test_pids_below_the_first_process_count_once_pids_have_started_over(tmp_path: Path) -> None:
    """After the largest pid come small ones again: a child with a smaller pid than its parent is found, then and later."""
    write_process(tmp_path, 500, group=500, started=10)
    write_process(tmp_path, 400, group=500, started=11)
    tree = ProcessTree(Entry(500, 10, 1, 500, 500), "token", ProcTable(tmp_path))
    (tmp_path / "loadavg").write_text("0.00 0.00 0.00 1/100 400\n")
    assert {entry.pid for entry in tree.living()} == {500, 400}

    (tmp_path / "loadavg").write_text("0.00 0.00 0.00 1/100 700\n")
    write_process(tmp_path, 401, group=500, started=12)
    assert {entry.pid for entry in tree.living()} == {500, 400, 401}


def test_a_system_that_does_not_tell_its_newest_pid_is_searched_whole(tmp_path: Path) -> None:
    """Without a newest pid, a child with a smaller pid than its parent is found all the same."""
    write_process(tmp_path, 500, group=500, started=10)
    write_process(tmp_path, 400, group=500, started=11)
    tree = ProcessTree(Entry(500, 10, 1, 500, 500), "token", ProcTable(tmp_path))
    assert {entry.pid for entry in tree.living()} == {500, 400}


def test_a_table_of_another_space_of_pids_is_searched_whole(tmp_path: Path) -> None:
    """Where ``/proc`` belongs to another space of pids, the newest pid of this one bounds nothing."""
    write_process(tmp_path, 500, group=500, started=10)
    write_process(tmp_path, 9000, group=500, started=11)
    (tmp_path / "loadavg").write_text("0.00 0.00 0.00 1/100 600\n")
    (tmp_path / "self").symlink_to(str(os.getpid() + 1))
    tree = ProcessTree(Entry(500, 10, 1, 500, 500), "token", ProcTable(tmp_path))
    assert {entry.pid for entry in tree.living()} == {500, 9000}


def test_older_processes_are_not_looked_at(tmp_path: Path) -> None:
    """While pids only go up, no process is read with a smaller pid than the first one, or a larger one than the newest."""
    write_process(tmp_path, 500, group=500, started=10)
    for pid in ("400", "601"):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "stat").write_text("not to be read: this would raise")
    (tmp_path / "loadavg").write_text("0.00 0.00 0.00 1/100 600\n")
    write_process(tmp_path, 600, group=500, started=11)
    tree = ProcessTree(Entry(500, 10, 1, 500, 500), "token", ProcTable(tmp_path))
    assert {entry.pid for entry in tree.living()} == {500, 600}


@pytest.mark.parametrize("table", TABLES)
def test_the_newest_pid_is_at_least_that_of_a_process_just_started(table: ProcessTable) -> None:
    """A table that tells the newest pid tells one that no later process stays below, until pids start over."""
    with bystander() as pid:
        newest = table.newest_pid()
    assert newest is None or newest != 0
    if newest is not None:
        assert newest >= pid or newest < 1000, "pids went down without having started over"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_shows_this_process_as_the_system_does(table: ProcessTable) -> None:
    """A table's entry of this process has its pid, parent, group and session, and is among all entries."""
    own = table.entry(os.getpid())
    assert own is not None
    assert (own.parent, own.group, own.session) == (os.getppid(), os.getpgrp(), os.getsid(0))
    assert not own.ended
    assert own in list(table.entries())
    assert "python" in table.command_line(own.pid)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_tells_who_waits_to_be_reaped(table: ProcessTable) -> None:
    """A process that has ended is told as ended until it is reaped, and as missing after that."""
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    waiting = table.entry(pid)
    os.waitpid(pid, 0)
    assert waiting is not None
    assert waiting.ended
    assert table.entry(pid) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="child subreapers are a Linux thing")
def test_orphans_that_come_to_the_tool_are_reaped(tmp_path: Path, run: Run) -> None:
    """Where the tool is the init of its container, a daemon that it ended leaves no zombie."""
    script = Path(__file__).parent.parent / "data" / "processes" / "leave_daemon.py"
    seen = json.loads(run("run_as_init.py", str(script), str(tmp_path / "pid")).stdout.text)
    assert seen == {"leaks": [int((tmp_path / "pid").read_text())], "left": None}
