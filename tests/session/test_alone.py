"""A run that failed for its timing alone goes once more by itself."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.records.verdict import Finding, Outcome, Verdict, Witness
from dvara_examples.session.alone import NOTE, Turns, failed_for_time_alone
from tests.crowd import COUNTS_WAITS, PIN, crowd
from tests.session.conftest import Recorder, Repository, wait_for_file, write_file

MakeRepository = Callable[[int], Repository]
STREAM = """
import json, os, sys, urllib.request
asked = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", method="POST",
    data=json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}).encode(),
    headers={"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"})
held = []
for line in urllib.request.urlopen(asked):
    if line.startswith(b"data:{") and b'"content":"' in line:
        text = json.loads(line[5:])["choices"][0]["delta"]["content"]
        print(text, end="", flush=True) if ONCE else held.append(text)
print("".join(held))
"""
ANSWER = "    answers: [{text: a b c d e f, piece_delay_s: 0.1}]\n    needs: [scripted]\n"


def finding(key: str, *, ok: bool) -> Finding:
    """Return a finding of the expectation *key*."""
    return Finding(key, Witness.STREAM, ok, "", "")


@pytest.mark.parametrize(
    ("failed", "alone"),
    [
        ((), False),
        (("progressive",), True),
        (("progressive", "longest_gap_s"), True),
        (("first_token_within_s", "disconnects_within_s", "retry_delays_s"), True),
        (("progressive", "exit"), False),
    ],
)
def test_timing_alone(failed: tuple[str, ...], *, alone: bool) -> None:
    """Only where each failure is one of timing may the machine be the cause."""
    verdict = Verdict.of([finding("requests", ok=True), *(finding(key, ok=False) for key in failed)])
    assert failed_for_time_alone(verdict) is alone
    assert not failed_for_time_alone(Verdict(Outcome.ERRORED, verdict.findings))
    assert failed_for_time_alone(Verdict(Outcome.ERRORED, uncertain=True))


@pytest.mark.parametrize(("late", "outcome"), [("once", "passed"), ("always", "failed")])
def test_what_it_does_by_itself_counts(make_repository: MakeRepository, tmp_path: Path, late: str, outcome: str) -> None:
    """A run that is late while another goes on passes if it is in time by itself, with a note; one that is late again fails."""
    repository, mark = make_repository(2), tmp_path / "tried"
    once = f"ONCE = os.path.exists({str(mark)!r})\n" if late == "once" else "ONCE = False\n"
    repository.add("late", "import os\n" + once + write_file(mark) + STREAM, ANSWER)
    repository.entries[-1] = repository.entries[-1].replace("expect: {exit: 0}", "expect: {exit: 0, progressive: true}")
    repository.add("other", wait_for_file([mark]))
    seen = repository.run(Recorder(), jobs=2)
    assert seen.outcomes() == [("late", outcome), ("other", "passed")]
    assert seen.started.count("late[python]") >= 2  # a machine that is late while it runs alone gets it a third time
    assert seen.results[0].transcript is not None
    assert NOTE in seen.results[0].transcript.notes


def test_nothing_else_is_under_way_then() -> None:
    """Whoever goes alone waits for those under way, and those that come later wait for it."""
    turns, order, inside = Turns(threading.Event()), list[str](), threading.Event()

    def alone() -> None:
        with turns.alone():
            order.append("alone")

    def later() -> None:
        inside.wait(20)
        with turns.beside_others():
            order.append("later")

    threads = [threading.Thread(target=alone, name="alone"), threading.Thread(target=later, name="later")]
    with turns.beside_others():
        threads[0].start()
        while not turns._alone:
            pass
        inside.set()
        threads[1].start()
        order.append("first")
    for thread in threads:
        thread.join(20)
    assert order == ["first", "alone", "later"]


def test_an_interruption_ends_the_wait() -> None:
    """Setting *stop* lets whoever waits go on."""
    stop = threading.Event()
    turns = Turns(stop)
    with turns.beside_others():
        stop.set()
        with turns.alone():
            pass


@COUNTS_WAITS
def test_a_run_by_itself_is_looked_at_closely(make_repository: MakeRepository) -> None:
    """What others take of its time is in its transcript."""
    repository = make_repository(2)
    repository.add("crowded", f"{PIN}while time.process_time() < 0.4: pass")
    with crowd(4):
        seen = repository.run(Recorder(), jobs=2)
    (result,) = seen.results
    assert result.transcript is not None
    assert sum(late.for_s for late in result.transcript.late) >= 0.2
