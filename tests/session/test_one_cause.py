"""One cause, one finding: refused requests and crashes."""

from dataclasses import replace

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import (
    Exchange,
    FaultNote,
    KnownFailure,
    Lateness,
    ProcessEnd,
    Response,
    Served,
    Transcript,
)
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.session.judge import judge
from tests.factories import make_exchange, make_transcript, numbered

NOTE = "status 400: 'tools' is not supported"
CRASH = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nTypeError: no such word\n'
WHOLE: dict[str, object] = {"exit": 0, "requests": {"min": 1}, "ends": "whole"}


def refused(status: int = 400, note: str = NOTE) -> Exchange:
    """Build an exchange that the gateway answered with an error."""
    response = Response(status, (("Content-Type", "application/json"),), "length", b"{}", 2)
    return make_exchange("", ending=Ending.HTTP_ERROR, response=response, notes=(note,))


def seen_by(*exchanges: Exchange, expect: dict[str, object], process: ProcessEnd | None = None, stderr: str = "") -> Transcript:
    """Build a run that ended with status 1 where nothing else is told."""
    process = process or ProcessEnd(1, duration_s=2.5, ended_at_s=2.5)
    seen = make_transcript(exchanges=numbered(*exchanges), expect=expect, process=process, stderr=stderr)
    return replace(seen, run=replace(seen.run, expected_at={key: f"m.yaml:{line}" for line, key in enumerate(expect, 5)}))


def failed(verdict: Verdict) -> list[str]:
    """Return what failed."""
    assert verdict.outcome is Outcome.FAILED
    return [finding.key for finding in verdict.failures]


def test_a_refused_request_is_one_finding() -> None:
    """That the example reported it is no second one; the finding says what the gateway said, and where that is expected."""
    (finding,) = judge(seen_by(make_exchange(), refused(), expect=WHOLE)).failures
    assert (finding.key, finding.where, finding.expected_at) == ("ends", "request 2", "m.yaml:7")
    assert finding.sentence == f"request 2 was refused ({NOTE}); this also fails exit"


def test_a_refusal_names_the_fault_that_the_network_was_told_to_have() -> None:
    """What a fault did to the response, and what to do about an error, stand next to the notes."""
    spoilt = replace(refused(), error="it was refused", hint="ask for less", faults=(FaultNote("headers"),))
    (finding,) = judge(seen_by(spoilt, expect=WHOLE)).failures
    assert (
        finding.sentence == f"request 1 was refused (it was refused; ask for less; {NOTE}; fault: headers); this also fails exit"
    )


def test_all_that_a_refusal_leaves_open_is_named_in_one_finding() -> None:
    """What is expected of the answer, of later requests and of the output cannot hold."""
    expect: dict[str, object] = {
        "exit": 0,
        "stdout": {"contains": "Hello"},
        "finish_reason": "stop",
        "requests": 2,
        "ends": ["done", "done"],
        "responses": [200, 200],
    }
    (finding,) = judge(seen_by(refused(), expect=expect)).failures
    also = "exit, stdout, finish_reason, requests and responses"
    assert (finding.key, finding.sentence) == ("ends", f"request 1 was refused ({NOTE}); this also fails {also}")


def test_a_refusal_without_an_expected_ending_explains_the_exit() -> None:
    """Where only the exit is expected, its sentence says what came before."""
    (finding,) = judge(seen_by(refused(), expect={"exit": 0})).failures
    assert (finding.key, finding.sentence) == ("exit", f"request 1 was refused ({NOTE})")


@pytest.mark.parametrize(
    ("ending", "what"),
    [(Ending.TRUNCATED, "truncated"), (Ending.NO_RESPONSE, "no response"), (Ending.EOF_WITHOUT_DONE, "eof without done")],
)
def test_a_cut_answer_and_the_report_of_it_are_one_finding(ending: Ending, what: str) -> None:
    """An example that exits with an error does what it should: only the answer was not whole."""
    cut = make_exchange(ending=ending)
    cut = replace(cut, response=None) if ending is Ending.NO_RESPONSE else cut
    (finding,) = judge(seen_by(cut, expect=WHOLE)).failures
    assert finding.sentence == f"request 1 got no whole answer ({what}); this also fails exit"


def test_the_same_question_refused_again_is_the_same_cause() -> None:
    """A client's retries are one refusal; another question is not."""
    busy = refused(503, "status 503: busy")
    assert failed(judge(seen_by(busy, busy, busy, expect=WHOLE))) == ["ends"]
    other = replace(busy, request=replace(busy.request, body=b'{"n":2}'))
    assert failed(judge(seen_by(busy, other, expect=WHOLE))) == ["exit", "ends"]


def test_a_refusal_that_the_example_went_on_from_explains_nothing() -> None:
    """Whether its exit has to do with that cannot be told, so both are."""
    assert failed(judge(seen_by(refused(), make_exchange(), expect=WHOLE))) == ["exit", "ends"]


def test_an_example_that_reports_success_is_blamed_for_that_alone() -> None:
    """Where the exit is as expected, the finding is of the wire, as it is."""
    verdict = judge(seen_by(refused(), expect={"exit": 0, "reports_incomplete": True, "ends": "done"}, process=ProcessEnd(0)))
    assert failed(verdict) == ["reports_incomplete", "ends"]


@pytest.mark.parametrize("expect", [{"stderr": {"lacks": "Traceback"}}, {"stdout": {"lacks": "None"}}])
def test_what_the_example_does_with_a_refusal_stays_its_own(expect: dict[str, object]) -> None:
    """What must not be printed is no consequence of a refusal."""
    seen = seen_by(refused(), refused(), expect={**WHOLE, **expect}, stderr=CRASH)
    seen = replace(seen, stdout=make_transcript(stdout="None").stdout)
    assert failed(judge(seen)) in (["ends", *expect], [*expect, "ends"])


def test_a_crash_is_one_finding_with_its_error_first() -> None:
    """The connection that it closed, and the requests that it never sent, are not told apart."""
    cut = make_exchange(ending=Ending.CLIENT_CLOSED)
    expect = {"exit": 0, "finish_reason": "stop", "requests": 3, "ends": ["done", "done", "done"]}
    verdict = judge(seen_by(make_exchange(), cut, expect=expect, stderr=CRASH))
    (finding,) = verdict.failures
    assert finding.key == "exit"
    assert (
        finding.sentence
        == "the example ended by an error that it did not catch; this also fails finish_reason, ends and requests"
    )
    assert verdict.reason == "TypeError: no such word"


def test_an_exit_without_a_crash_does_not_explain_a_closed_connection() -> None:
    """Who ends with status 1 and says nothing may have hung up for another reason."""
    cut = make_exchange(ending=Ending.CLIENT_CLOSED)
    assert failed(judge(seen_by(cut, expect=WHOLE))) == ["exit", "ends"]


def test_a_limit_is_told_by_itself() -> None:
    """A run that had to be ended did not report a refusal."""
    end = ProcessEnd(1, limit="idle", stopped_by="SIGTERM")
    assert failed(judge(seen_by(refused(), expect=WHOLE, process=end))) == ["exit", "limit", "ends"]


def test_known_failures_name_what_fails_before_it_is_put_together() -> None:
    """A manifest that lists both keeps its meaning."""
    seen = seen_by(refused(), expect=WHOLE)
    known = KnownFailure(("exit", "ends"), "the gateway knows no tools")
    assert judge(replace(seen, known_failure=known)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("late", "stopped_by", "outcome"),
    [((), "SIGINT", "failed"), ((Lateness(3.0, 12.0),), "SIGINT", "errored"), ((Lateness(3.0, 12.0),), None, "failed")],
)
def test_a_server_that_still_loads_on_a_late_machine_is_not_blamed(
    late: tuple[Lateness, ...], stopped_by: str | None, outcome: str
) -> None:
    """Nobody can tell whether it would have been ready in time; one that ended by itself would not."""
    served = Served(None, "did not listen at port 8000 within 20 s")
    end = ProcessEnd(None if stopped_by else 1, stopped_by=stopped_by, duration_s=20.0, ended_at_s=20.0, served=served)
    verdict = judge(replace(seen_by(expect={"requests": {"min": 1}, "ends": "whole"}, process=end), late=late))
    assert (verdict.outcome, verdict.uncertain) == (outcome, outcome == "errored")


def test_a_process_that_was_killed_is_not_said_to_have_made_a_mistake() -> None:
    """No program can catch SIGKILL, and the machine may have sent it."""
    killed = ProcessEnd(None, signal="SIGKILL", duration_s=2.5, ended_at_s=2.5)
    cut = make_exchange(ending=Ending.CLIENT_CLOSED)
    (finding,) = judge(seen_by(cut, expect={"exit": 0, "ends": "done"}, process=killed)).failures
    assert finding.key == "exit"
    assert finding.sentence.startswith("the example was ended by SIGKILL, which no program can catch; ")
