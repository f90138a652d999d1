"""What the wire bears witness to: endings and the number of requests."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Response
from tests.factories import make_exchange, make_transcript, numbered

CUT_THEN_DONE = numbered(make_exchange("Hel", ending=Ending.TRUNCATED, error="FIN before the last chunk"), make_exchange())


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_is_told_from_every_other(ending: Ending) -> None:
    """An exchange fulfils its own ending and no other."""
    seen = make_transcript(exchanges=[make_exchange(ending=ending)])
    fulfilled = [other for other in Ending if parse_expectation("ends", other.value).check(seen).ok]
    assert fulfilled == [ending]


def test_one_ending_means_the_last_and_a_list_means_each() -> None:
    """A retried cut is `done` as a whole, and a list spells out each exchange."""
    seen = make_transcript(exchanges=CUT_THEN_DONE)
    assert parse_expectation("ends", "done").check(seen).ok
    assert parse_expectation("ends", ["truncated", "done"]).check(seen).ok
    assert not parse_expectation("ends", ["done"]).check(seen).ok


@pytest.mark.parametrize("ending", list(Ending))
def test_whole_means_every_exchange_and_any_whole_answer(ending: Ending) -> None:
    """A whole answer to the last request makes up for none before it; streamed answers and others count alike."""
    wanted = parse_expectation("ends", "whole")
    is_whole = ending in (Ending.DONE, Ending.DONE_WITHOUT_SENTINEL, Ending.ANSWERED)
    seen = numbered(make_exchange(ending=Ending.ANSWERED), make_exchange(ending=ending), make_exchange())
    finding = wanted.check(make_transcript(exchanges=seen))
    assert finding.ok is is_whole
    assert finding.where == ("" if is_whole else "request 2")
    assert not wanted.check(make_transcript()).ok


def test_the_tap_s_own_words_explain_another_ending() -> None:
    """The error that the tap noted stands in the sentence."""
    finding = parse_expectation("ends", "done").check(make_transcript(exchanges=CUT_THEN_DONE[:1]))
    assert "FIN before the last chunk" in finding.sentence
    assert finding.seen == "truncated"


def test_the_exchange_that_ended_otherwise_is_explained() -> None:
    """In a list the first ending that differs is named with its own remarks, and a difference in number is told as such."""
    seen = make_transcript(exchanges=CUT_THEN_DONE)
    finding = parse_expectation("ends", ["reset", "done"]).check(seen)
    assert finding.where == "request 1"
    assert "FIN before the last chunk" in finding.sentence
    assert "requests expected: 3, requests seen: 2" in parse_expectation("ends", ["truncated"] * 3).check(seen).sentence


def test_no_request_at_all_is_no_ending() -> None:
    """An example that never asked anything does not end as `no_response`."""
    finding = parse_expectation("ends", "no_response").check(make_transcript())
    assert not finding.ok
    assert "never sent a request" in finding.sentence


@pytest.mark.parametrize(
    ("wanted", "ok"), [(2, True), (1, False), (3, False), ({"min": 1}, True), ({"max": 1}, False), ({"min": 2, "max": 2}, True)]
)
def test_requests_are_counted(wanted: object, ok: bool) -> None:
    """A number is exact; bounds include their ends."""
    assert parse_expectation("requests", wanted).check(make_transcript(exchanges=CUT_THEN_DONE)).ok is ok


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (1, "1 request"),
        (0, "0 requests"),
        ({"min": 1}, "at least 1 request"),
        ({"max": 1}, "0 to 1 request"),
        (12, "12 requests"),
    ],
)
def test_numbers_are_said_in_words(wanted: object, expected: str) -> None:
    """What is expected and what is seen reads as a person would say it."""
    finding = parse_expectation("requests", wanted).check(make_transcript(exchanges=CUT_THEN_DONE))
    assert (finding.expected, finding.seen) == (expected, "2 requests")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("ends", "finished", "expected a known value, found 'finished'; known: answered"),
        ("ends", "dnoe", "did you mean 'done'?"),
        ("ends", [], "found an empty list"),
        ("requests", True, "found the boolean true"),
        ("requests", -1, "found the number -1"),
        ("requests", {"min": 3, "max": 1}, "with min not above max"),
        ("requests", {}, "min, max or both"),
        ("requests", {"min": 0}, "which always holds"),
    ],
)
def test_a_wrong_value_says_what_is_accepted(key: str, value: object, message: str) -> None:
    """Every refusal names what was found and what is accepted."""
    with pytest.raises(InvalidValue) as refused:
        parse_expectation(key, value)
    assert message in str(refused.value)


def test_a_redirect_is_not_called_a_retry_or_a_wrong_path() -> None:
    """The client sent the second request because the gateway asked for it, and the findings say so."""
    moved = make_exchange(response=Response(307, (("Location", "/v1/chat/completions/"),)))
    again = replace(make_exchange(), request=replace(make_exchange().request, target="/v1/chat/completions/"))
    seen = make_transcript(exchanges=numbered(moved, again))
    requests = parse_expectation("requests", 1).check(seen)
    assert requests.sentence == "the gateway redirected 1 request, which the client sent again elsewhere"
    assert "the gateway redirected the request there" in parse_expectation("path", "/v1/chat/completions").check(seen).sentence
