"""Edges that a mutation run found unpinned: where a verdict, or what is told of it, would change unnoticed."""

import pytest

from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, ProcessEnd, Request, Response
from dvara_examples.records.verdict import Finding, Witness
from tests.factories import make_exchange, make_transcript, numbered

INCOMPLETE = "the answer came without a finish_reason: it is incomplete"


def asked(question: str) -> Exchange:
    """Build an answered request with a body of its own."""
    body = question.encode()
    return make_exchange(request=Request("POST", "/v1/chat/completions", (), body, len(body)))


def refused(message: bytes) -> dict[str, object]:
    """Return what makes an exchange one that the gateway refused with these words."""
    body = b'{"error": {"message": "%s", "code": "x"}}' % message
    return {"ending": Ending.HTTP_ERROR, "response": Response(400, (), "length", body, len(body))}


def check(key: str, value: object, *exchanges: Exchange, code: int = 0, stderr: str = "") -> Finding:
    """Check an expectation against a run with these exchanges."""
    seen = make_transcript(exchanges=numbered(*exchanges), process=ProcessEnd(code), stderr=stderr)
    return parse_expectation(key, value).check(seen)


@pytest.mark.parametrize(
    ("wanted", "questions", "ok", "expected", "seen"),
    [
        ({"max": 1}, "", False, "at most 1 request per call", "no request"),
        ({"max": 2}, "aab", True, "at most 2 requests per call", "at most 2 per call"),
        ({"max": 1}, "baa", False, "at most 1 request per call", "2 requests for one call"),
        ({"min": 1, "max": 2}, "aaab", False, "1 to 2 requests per call", "3 requests for one call"),
        (2, "aab", False, "2 requests per call", "1 request for one call"),
    ],
)
def test_every_call_is_counted(wanted: object, questions: str, ok: bool, expected: str, seen: str) -> None:
    """The first call within the bounds does not speak for the later ones, and no call at all is not enough."""
    finding = check("requests_per_call", wanted, *map(asked, questions))
    assert (finding.key, finding.witness, finding.ok, finding.expected, finding.seen) == (
        "requests_per_call", Witness.WIRE, ok, expected, seen,
    )  # fmt: skip


def test_a_call_outside_its_bounds_names_its_direction_and_its_last_request() -> None:
    """Too many is told apart from too few."""
    many, few = check("requests_per_call", 1, *map(asked, "aab")), check("requests_per_call", 2, *map(asked, "aab"))
    assert (many.where, few.where) == ("request 2", "request 3")
    assert "too many requests" in many.sentence
    assert "a retry is missing" in few.sentence


@pytest.mark.parametrize(
    ("ending", "words", "reported"),
    [
        (refused(b"no such thing"), "no such thing", True),
        (refused(b"short"), "short", False),
        ({"ending": Ending.DONE, "finish_reason": "length"}, "length", True),
        ({"ending": Ending.DONE, "finish_reason": "length"}, "other", False),
    ],
    ids=["status-400", "five-letters", "finish-reason", "silent"],
)  # fmt: skip
def test_the_gateways_own_words_are_a_report(ending: dict[str, object], words: str, reported: bool) -> None:
    """Exit 0 is a report only with the gateway's own words on stderr, if they are long enough to be no chance."""
    finding = check("reports_incomplete", True, make_exchange("", **ending), stderr=words)  # type: ignore[arg-type]
    assert (finding.key, finding.witness, finding.ok) == ("reports_incomplete", Witness.PROCESS, reported)
    assert bool(finding.where) is not reported


def test_a_failure_is_a_report_and_names_the_exit_code() -> None:
    """Exit 3 on an answer that was cut off is a report."""
    finding = check("reports_incomplete", True, make_exchange(ending=Ending.TRUNCATED), code=3)
    assert finding.ok
    assert finding.seen.endswith("exit 3")


@pytest.mark.parametrize(
    ("wanted", "exchanges", "ok", "told", "sentence"),
    [
        ("stop", (make_exchange(),), True, ("stop", "stop"), ""),
        ("length", (make_exchange(),), False, ("length", "stop"), "the answer ended for another reason"),
        ("none", (make_exchange(),), False, ("none", "stop"), "the answer ended for another reason"),
        ("none", (make_exchange(ending=Ending.TRUNCATED),), True, ("none", "none"), ""),
        ("stop", (make_exchange(ending=Ending.TRUNCATED),), False, ("stop", "none"), INCOMPLETE),
        ("stop", (), False, ("stop", "none"), "the example never sent a request"),
    ],
)  # fmt: skip
def test_a_finish_reason_is_told_with_what_was_wanted_and_found(
    wanted: str, exchanges: tuple[Exchange, ...], ok: bool, told: tuple[str, str], sentence: str
) -> None:
    """Each of the outcomes has its own sentence, and one that holds has none."""
    finding = check("finish_reason", wanted, *exchanges)
    assert (finding.ok, (finding.expected, finding.seen), finding.sentence) == (ok, told, sentence)


@pytest.mark.parametrize(("kept", "place"), [("Hallo", 2), ("Hello you", 6), ("Hell", 5), ("", 1)])
def test_texts_part_where_they_first_differ(kept: str, place: int) -> None:
    """Characters are counted from 1; where one text begins the other, they part behind its end."""
    finding = parse_expectation("stdout", {"equals": "Hello"}).check(make_transcript(stdout=kept))
    assert (finding.key, finding.witness, finding.ok) == ("stdout", Witness.OUTPUT, False)
    assert finding.sentence == f"the texts part at character {place}"


def test_what_a_pipe_lacks_names_the_pipe() -> None:
    """Nothing on stderr is not nothing on stdout."""
    for pipe in ("stdout", "stderr"):
        finding = parse_expectation(pipe, {"contains": "Hello"}).check(make_transcript())
        assert (finding.key, finding.seen) == (pipe, f"nothing on {pipe}")
        assert parse_expectation(pipe, {"lacks": "Hello"}).check(make_transcript()).seen == "0 bytes that fit"


@pytest.mark.parametrize("until", ["10:00:02 GMT", "10:00:02 -0000", "11:00:02 +0100"])
def test_a_date_is_read_in_its_own_time_zone(until: str) -> None:
    """A zone of +0100 is an hour ahead; one that says nothing is UTC."""
    headers = (("Date", "Sun, 22 Nov 2026 10:00:00 GMT"), ("Retry-After", f"Sun, 22 Nov 2026 {until}"))
    refusal = make_exchange("", ending=Ending.HTTP_ERROR, response=Response(429, headers), responded_at_s=0.2, ended_at_s=0.2)
    for again_at_s, ok in ((1.9, False), (2.3, True)):
        assert check("honours_retry_after", True, refusal, make_exchange(started_at_s=again_at_s)).ok is ok


WIRE = [(1.0, "a" * 10), (1.5, "b" * 10), (2.0, "c" * 10)]
"""An answer in three pieces of ten bytes; the first two count, as the last one may be printed after it."""


@pytest.mark.parametrize(
    ("printed", "ok"),
    [
        ([(1.1, "a" * 5), (1.6, "b" * 5)], True),
        ([(1.1, "a" * 5), (1.6, "b" * 4)], False),
        ([(1.6, "a" * 20)], False),
    ],
    ids=["half-in-two", "less-than-half", "all-in-one"],
)
def test_half_of_the_text_in_two_pieces_is_progressive(printed: list[tuple[float, str]], ok: bool) -> None:
    """Neither enough text in one piece nor several pieces with too little of it will do."""
    seen = make_transcript(stdout=printed, exchanges=[make_exchange(WIRE)])
    assert parse_expectation("progressive", True).check(seen).ok is ok


def test_the_longest_answer_is_the_one_that_has_to_come_progressively() -> None:
    """A short answer before it, in one piece, does not excuse the long one that was held back."""
    seen = make_transcript(stdout=[(2.1, "abc")], exchanges=numbered(make_exchange("Hi"), make_exchange(WIRE)))
    finding = parse_expectation("progressive", True).check(seen)
    assert (finding.ok, finding.where) == (False, "request 2")
