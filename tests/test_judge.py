"""From transcript to verdict."""

from dataclasses import replace

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import KnownFailure, Leak, ProcessEnd, Request, Response, Served
from dvara_examples.records.verdict import Outcome
from dvara_examples.session.judge import judge
from tests.factories import make_exchange, make_transcript, numbered


def test_all_expectations_hold_means_passed() -> None:
    """A run that fulfils everything has passed, and its findings include the implied ones."""
    seen = make_transcript(stdout="Hello world", exchanges=[make_exchange()], expect={"exit": 0, "ends": "done", "requests": 1})
    verdict = judge(seen)
    assert verdict.outcome is Outcome.PASSED
    assert {finding.key for finding in verdict.findings} == {"exit", "ends", "requests", "limit", "leaks"}


def test_a_clean_exit_proves_nothing() -> None:
    """Exit 0 and the right text do not make a truncated stream pass."""
    verdict = judge(
        make_transcript(stdout="Hello", exchanges=[], expect={"exit": 0, "stdout": {"contains": "Hello"}, "ends": "done"})
    )
    assert verdict.outcome is Outcome.FAILED
    assert [finding.key for finding in verdict.failures] == ["ends"]


CRASH = """Traceback (most recent call last):
  File "a.py", line 1, in <module>
KeyError: 'MY_API_KEY'
"""


def test_a_run_without_a_request_has_one_finding() -> None:
    """What could not be judged is counted, not told one by one; the error of stderr comes first, with what a run passes on."""
    expect = {"exit": 0, "ends": "done", "requests": 1, "finish_reason": "stop", "stderr": {"equals": ""}}
    seen = make_transcript(process=ProcessEnd(1), stderr=CRASH, exchanges=[], expect=expect)
    seen = replace(seen, run=replace(seen.run, expected_at={"requests": "m.yaml:7", "exit": "m.yaml:5"}))
    verdict = judge(seen)
    (finding,) = verdict.failures
    assert (finding.key, finding.expected_at) == ("requests", "m.yaml:7")
    assert finding.sentence == "sent no request; 5 expectations could not be judged"
    first, second, *_ = verdict.reason.splitlines()
    assert first == "KeyError: 'MY_API_KEY'"
    assert second.startswith("not set: MY_API_KEY. A run gets DVARA_URL and DVARA_API_KEY, and of your own variables only HOME, ")


def test_a_limit_that_was_reached_without_a_request_is_told_too() -> None:
    """That the run had to be ended is a finding of its own."""
    end = ProcessEnd(None, signal="SIGTERM", limit="idle")
    verdict = judge(make_transcript(process=end, exchanges=[], expect={"exit": 0, "ends": "done", "requests": 1}))
    assert [finding.key for finding in verdict.failures] == ["requests", "limit"]


def test_a_run_that_need_not_ask_is_held_to_what_it_does() -> None:
    """Where no request is expected, every finding stands for itself."""
    expect = {"exit": 0, "requests": 0, "stdout": {"contains": "x"}}
    verdict = judge(make_transcript(process=ProcessEnd(1), exchanges=[], expect=expect))
    assert [finding.key for finding in verdict.failures] == ["exit", "stdout"]


def test_a_finding_points_at_the_line_that_expects_it() -> None:
    """Only what failed does; a run that was stored without the lines has none."""
    seen = make_transcript(exchanges=[make_exchange(ending=Ending.TRUNCATED)], expect={"exit": 0, "ends": "done"})
    assert [finding.expected_at for finding in judge(seen).failures] == [""]
    seen = replace(seen, run=replace(seen.run, expected_at={"ends": "m.yaml:9", "exit": "m.yaml:8"}))
    assert {finding.key: finding.expected_at for finding in judge(seen).findings if finding.expected_at} == {"ends": "m.yaml:9"}


def test_a_limit_or_a_leak_fails_a_run_that_says_nothing_of_it() -> None:
    """What is implied needs no word in the manifest."""
    limited = judge(make_transcript(process=ProcessEnd(0, limit="wall", stopped_by="SIGINT"), expect={"exit": 0}))
    leaking = judge(make_transcript(process=ProcessEnd(0, leaks=(Leak("process", "sleep", 1),)), expect={"exit": 0}))
    assert [finding.key for finding in limited.failures] == ["limit"]
    assert [finding.key for finding in leaking.failures] == ["leaks"]


def test_what_is_implied_can_be_overridden() -> None:
    """A limit that is wanted does not fail the run."""
    seen = make_transcript(process=ProcessEnd(None, signal="SIGTERM", limit="idle"), expect={"limit": "idle"})
    assert judge(seen).outcome is Outcome.PASSED


def test_a_process_that_could_not_start_is_an_error_not_a_failure() -> None:
    """Failed is never mixed with errored."""
    verdict = judge(make_transcript(process=ProcessEnd(None, error="no such file: node"), expect={"exit": 0}))
    assert verdict.outcome is Outcome.ERRORED
    assert verdict.reason == "no such file: node"
    assert not verdict.findings


def test_an_interrupted_run_is_not_judged() -> None:
    """What was stopped by the user says nothing about the example."""
    assert judge(make_transcript(process=ProcessEnd(130, interrupted=True), expect={"exit": 0})).outcome is Outcome.ERRORED


def test_findings_come_in_the_order_of_the_witnesses() -> None:
    """Process, output, stream, wire, however the manifest was written."""
    seen = make_transcript(
        exchanges=[make_exchange()], expect={"requests": 1, "finish_reason": "stop", "stdout": {"lacks": "x"}, "exit": 0}
    )
    assert [f.witness for f in judge(seen).findings] == ["process", "process", "process", "output", "stream", "wire"]


KNOWN = KnownFailure(("finish_reason", "ends"), "the SDK loses the last event")


def test_a_run_that_fails_as_known_passes_and_says_so() -> None:
    """The named findings fail and no other: nothing new, so the outcome is good, and the reason stands next to it."""
    seen = make_transcript(exchanges=[], expect={"exit": 0, "ends": "done", "finish_reason": "stop"})
    verdict = judge(replace(seen, known_failure=KNOWN))
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == "known failure: the SDK loses the last event"
    assert {finding.key for finding in verdict.failures} == {"finish_reason", "ends"}


def test_what_fails_beside_a_known_failure_is_not_forgiven() -> None:
    """A finding that is not named fails the run."""
    seen = make_transcript(exchanges=[], process=ProcessEnd(1), expect={"exit": 0, "ends": "done", "finish_reason": "stop"})
    assert judge(replace(seen, known_failure=KNOWN)).outcome is Outcome.FAILED


def test_a_known_failure_that_has_healed_fails_the_run() -> None:
    """The entry must go, or the defect could come back unseen; each finding that holds again is named."""
    seen = make_transcript(exchanges=[make_exchange(ending=Ending.EOF_WITHOUT_DONE)], expect={"ends": "eof_without_done"})
    verdict = judge(replace(seen, known_failure=KnownFailure(("ends",), "it was lost")))
    assert verdict.outcome is Outcome.FAILED
    (finding,) = verdict.failures
    assert (finding.key, finding.witness, finding.expected, finding.seen) == ("known_failure", "wire", "ends fails", "ends holds")
    assert "is fixed" in finding.sentence


UNREAD = make_exchange("", ending=Ending.UNRECOGNISED, unread="cannot tell what was said: it was packed", text_complete=False)
OF_THE_ANSWER: dict[str, object] = {
    "exit": 0,
    "stdout": {"contains": "bye"},
    "finish_reason": "stop",
    "text": {"contains": "Hello"},
    "deltas": 3,
    "first_token_within_s": 1,
    "longest_gap_s": 1,
    "prints_the_stream": True,
    "progressive": True,
    "no_retry_after_end": True,
    "ends": "done",
}


@pytest.mark.parametrize("key", OF_THE_ANSWER)
def test_an_answer_that_was_not_read_blames_nobody(key: str) -> None:
    """Each expectation that hangs on an unread answer is an error with the reason, and no finding."""
    seen = make_transcript(stdout="Hello", exchanges=[UNREAD], process=ProcessEnd(1), expect={key: OF_THE_ANSWER[key]})
    verdict = judge(seen)
    assert verdict.outcome is Outcome.ERRORED
    assert verdict.reason == "request 1: cannot tell what was said: it was packed"
    assert not verdict.findings


@pytest.mark.parametrize("expect", [{"finish_reason": "none"}, {"text": {"lacks": "x"}}, {"deltas": 0}, {"deltas": {"max": 2}}])
def test_an_answer_that_was_not_read_proves_nothing(expect: dict[str, object]) -> None:
    """What an unread answer lacks is not known either."""
    assert judge(make_transcript(exchanges=[UNREAD], expect=expect)).outcome is Outcome.ERRORED


def test_an_unread_answer_does_not_stand_for_a_known_failure() -> None:
    """The same findings fail, but nobody knows whether for the known reason."""
    seen = make_transcript(exchanges=[UNREAD], expect={"ends": "done", "finish_reason": "stop"})
    assert judge(replace(seen, known_failure=KNOWN)).outcome is Outcome.ERRORED


def test_what_has_nothing_to_do_with_an_unread_answer_still_fails() -> None:
    """A process that was left behind is certain, whatever the answer said; nothing else is found."""
    end = ProcessEnd(0, leaks=(Leak("process", "sleep", 1),))
    verdict = judge(make_transcript(exchanges=[UNREAD], process=end, expect={"ends": "done", "finish_reason": "stop"}))
    assert (verdict.outcome, [finding.key for finding in verdict.failures]) == (Outcome.FAILED, ["leaks"])


@pytest.mark.parametrize("key", ["text", "deltas", "prints_the_stream", "progressive"])
def test_text_that_is_not_all_known_blames_nobody(key: str) -> None:
    """Where only some text is uncertain, findings about the text are none, and all others stand."""
    unclear = make_exchange("", unread="cannot tell all of the text: it has parts", text_complete=False)
    of_text = make_transcript(exchanges=[unclear], process=ProcessEnd(1), expect={key: OF_THE_ANSWER[key]})
    assert judge(of_text).outcome is Outcome.ERRORED
    both = judge(replace(of_text, expect={key: OF_THE_ANSWER[key], "exit": 0, "ends": "done", "finish_reason": "stop"}))
    assert (both.outcome, [finding.key for finding in both.failures]) == (Outcome.FAILED, ["exit"])


def test_a_missing_finish_reason_is_certain_even_if_the_text_is_not() -> None:
    """All events were read: none of them had a reason."""
    cut = make_exchange("", ending=Ending.EOF_WITHOUT_DONE, unread="cannot tell all of the text", text_complete=False)
    verdict = judge(make_transcript(exchanges=[cut], expect={"finish_reason": "stop"}))
    assert [finding.key for finding in verdict.failures] == ["finish_reason"]
    assert judge(make_transcript(exchanges=[cut], expect={"finish_reason": "none"})).outcome is Outcome.PASSED


def test_a_gateway_is_named_by_its_own_address_whatever_its_description_says() -> None:
    """The address is a field of the run; where the network was spoilt on purpose, the gateway is not blamed at all."""
    refused = make_exchange((), ending=Ending.NO_RESPONSE, response=None, error="it closed the connection")
    request = replace(refused.request, headers=(("Authorization", "Bearer given"),))
    unanswered = make_transcript(exchanges=[replace(refused, request=request)], expect={"ends": "done"})
    run = replace(unanswered.run, gateway="nginx 1.26 (docker)", gateway_url="http://127.0.0.1:8123/v1")
    verdict = judge(replace(unanswered, run=run))
    assert verdict.outcome is Outcome.ERRORED
    assert verdict.reason.startswith("the gateway at http://127.0.0.1:8123/v1 cannot be reached")
    assert judge(replace(unanswered, run=run, faults=("reset after_events 1",))).outcome is Outcome.FAILED


def test_an_interrupted_run_says_so() -> None:
    """The reason is a sentence of its own."""
    assert judge(make_transcript(process=ProcessEnd(130, interrupted=True))).reason == "interrupted before it ended"


def test_one_answer_that_nobody_read_is_enough_to_claim_nothing() -> None:
    """Though the answer before it was read, the text of the last one may be anything."""
    unread = make_exchange("", ending=Ending.UNRECOGNISED, unread="the tap cannot read the body")
    verdict = judge(make_transcript(exchanges=numbered(make_exchange(), unread), expect={"text": {"contains": "x"}}))
    assert (verdict.outcome, verdict.reason) == (Outcome.ERRORED, "request 2: the tap cannot read the body")


def test_what_was_left_behind_is_told_beside_a_missing_request() -> None:
    """A run without a request has one finding for that, and one for its leak."""
    end = ProcessEnd(1, leaks=(Leak("process", "sleep", 1),))
    verdict = judge(make_transcript(process=end, exchanges=[], expect={"exit": 0, "ends": "done", "requests": 1}))
    assert [(f.key, f.witness, f.ok) for f in verdict.failures] == [("requests", "wire", False), ("leaks", "process", False)]


def test_a_mistake_that_many_make_is_named() -> None:
    """A path that the gateway calls invalid is explained, and the example is still to blame."""
    refused = make_exchange(
        "",
        ending=Ending.HTTP_ERROR,
        request=Request("POST", "//v1/chat/completions", (), b"{}", 2),
        response=Response(400, (), "length", b'{"error": {"code": "invalid_path"}}', 35),
    )
    verdict = judge(make_transcript(exchanges=[refused], expect={"ends": "done"}))
    assert verdict.outcome is Outcome.FAILED
    assert "a path with // is refused" in verdict.reason


def test_one_expectation_that_could_not_be_judged_is_told_with_what_the_example_said() -> None:
    """Where only one thing hangs on the request that was not sent, its own finding stays, and stderr gives the reason."""
    lacks = "Error: OPENAI_API_KEY is not set"
    verdict = judge(make_transcript(process=ProcessEnd(1), stderr=lacks, exchanges=[], expect={"exit": 1, "ends": "done"}))
    assert [(finding.key, finding.expected_at) for finding in verdict.failures] == [("ends", "")]
    assert verdict.reason.splitlines()[:1] == [lacks]


def test_a_run_without_a_request_counts_its_requests_once() -> None:
    """The one finding takes the place of what the manifest says of their number, also where none may come."""
    expect = {"requests": 0, "ends": "done", "finish_reason": "stop"}
    verdict = judge(make_transcript(exchanges=[], expect=expect))
    assert [finding.key for finding in verdict.findings].count("requests") == 1
    assert [(finding.key, finding.expected_at) for finding in verdict.failures] == [("requests", "")]


def test_a_server_that_never_could_be_asked_has_one_finding() -> None:
    """What would have come of a request is not judged; how the process ended is."""
    expect = {"exit": 0, "ends": "done", "finish_reason": "stop"}
    silent = make_transcript(process=ProcessEnd(1, served=Served(None, "no port")), stderr=CRASH, exchanges=[], expect=expect)
    verdict = judge(silent)
    assert [finding.key for finding in verdict.failures] == ["serves"]
    assert verdict.reason.splitlines()[0] == "KeyError: 'MY_API_KEY'"
    asked = judge(replace(silent, process=ProcessEnd(1, served=Served(0.5))))
    assert [finding.key for finding in asked.failures] == ["requests"]


def test_what_to_do_about_a_gateway_that_cannot_be_reached_comes_from_the_exchange() -> None:
    """Its own hint goes before the general one."""
    refused = make_exchange(
        (), ending=Ending.NO_RESPONSE, response=None, error="the proxy wants a password", hint="write it there"
    )
    request = replace(refused.request, headers=(("Authorization", "Bearer given"),))
    seen = make_transcript(exchanges=[replace(refused, request=request)], expect={"ends": "done"})
    assert judge(seen).reason.endswith(" cannot be reached: the proxy wants a password; write it there")
    no_hint = replace(seen, exchanges=(replace(seen.exchanges[0], hint=""),))
    assert judge(no_hint).reason.endswith("the proxy wants a password; check DVARA_URL and your network")


def test_why_a_process_did_not_start_comes_with_what_to_do() -> None:
    """Both are fields of its end."""
    end = ProcessEnd(None, error="could not start 'node'", hint="install it")
    assert judge(make_transcript(process=end)).reason == "could not start 'node'; install it"
