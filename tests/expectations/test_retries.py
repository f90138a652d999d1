"""What the wire bears witness to when an example asks again: pauses, Retry-After, last words, idempotency keys."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Headers, Request, Response
from dvara_examples.records.verdict import Finding
from tests.factories import make_exchange, make_transcript, numbered

BODY = b'{"stream":true}'
CHAT = "/v1/chat/completions"


def post(headers: Headers = (), body: bytes = BODY, target: str = CHAT) -> Request:
    """Build a request."""
    return Request("POST", target, headers, body, len(body))


def refused(status: int, at_s: float = 0.1, headers: Headers = (), request: Request | None = None) -> Exchange:
    """Build an exchange that was refused 0.1 s after its request."""
    return make_exchange(
        "",
        ending=Ending.HTTP_ERROR,
        request=request or post(),
        response=Response(status, headers),
        started_at_s=at_s,
        responded_at_s=at_s + 0.1,
        ended_at_s=at_s + 0.1,
    )


def answered(at_s: float = 0.1, *, ending: Ending = Ending.DONE, **more: object) -> Exchange:
    """Build an exchange that was answered and lasted for 1 s."""
    whole = make_exchange(ending=ending, request=post(), started_at_s=at_s, responded_at_s=at_s + 0.1, ended_at_s=at_s + 1)
    return replace(whole, **more)  # type: ignore[arg-type]


def check(key: str, value: object, *exchanges: Exchange) -> Finding:
    """Check an expectation against a run with these exchanges."""
    return parse_expectation(key, value).check(make_transcript(exchanges=numbered(*exchanges)))


# -- pauses


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([{"min": 0.4, "max": 0.6}, {"min": 0.9}], ""),
        ([{"max": 0.6}, {"max": 1.1}], ""),
        ([{"min": 0.6}, {"min": 0.9}], "too soon"),
        ([{"min": 0.4}, {"max": 0.9}], "waited too long"),
        ([{"min": 0.4}], "requests expected: 2, requests seen: 3"),
        ([{"min": 0.4}, {"min": 0.9}, {"min": 0.1}], "requests expected: 4, requests seen: 3"),
    ],
)
def test_pauses_are_held_against_their_bounds_in_order(wanted: object, told: str) -> None:
    """A pause lasts from the end of an exchange to the next request; their number is exact."""
    finding = check("retry_delays_s", wanted, refused(503, 0.1), refused(503, 0.7), answered(1.8))
    assert finding.ok is (not told)
    assert told in finding.sentence
    assert finding.seen == "0.50 s, 1.00 s"


def test_a_request_before_the_end_of_the_one_before_is_no_pause() -> None:
    """Requests that overlap fulfil no bounds, not even those without a minimum."""
    finding = check("retry_delays_s", [{"max": 5}], answered(0.1), answered(0.5))
    assert not finding.ok
    assert "before the exchange before had ended" in finding.sentence


@pytest.mark.parametrize("exchanges", [(), (answered(),)])
def test_without_a_second_request_there_is_no_pause(exchanges: tuple[Exchange, ...]) -> None:
    """A run that asked once or never fails where a pause is expected."""
    assert not check("retry_delays_s", [{"max": 60}], *exchanges).ok


# -- Retry-After

DATE = ("Date", "Sun, 22 Nov 2026 10:00:00 GMT")


@pytest.mark.parametrize(
    ("headers", "again_at_s", "ok"),
    [
        ((("Retry-After", "1"),), 1.3, True),
        ((("Retry-After", "1"),), 1.16, True),
        ((("Retry-After", "1"),), 1.1, False),
        ((("retry-after", "1.5"),), 1.6, False),
        ((("retry-after-ms", "700"),), 0.75, False),
        ((("retry-after-ms", "700"),), 0.85, True),
        ((("Retry-After-Ms", "700"), ("Retry-After", "2")), 0.85, True),
        ((("retry-after-ms", "soon"), ("Retry-After", "2")), 0.85, False),
        ((("retry-after", "1.5"),), 1.8, True),
        ((("Retry-After", "Sun, 22 Nov 2026 10:00:02 GMT"), DATE), 2.3, True),
        ((("Retry-After", "Sun, 22 Nov 2026 10:00:02 GMT"), DATE), 1.9, False),
        ((("Retry-After", "Sunday, 22-Nov-26 10:00:02 GMT"), DATE), 1.9, False),
        ((("Retry-After", "Sun, 22 Nov 2026 09:00:00 GMT"), DATE), 0.3, True),
    ],
)
def test_retry_after_counts_from_the_response_that_asks_for_it(headers: Headers, again_at_s: float, ok: bool) -> None:
    """Seconds and dates are waited for from the response's head on, 50 ms forgiven; a date that has passed asks for no wait."""
    finding = check("honours_retry_after", True, refused(429, 0.1, headers), answered(again_at_s))
    assert finding.ok is ok
    assert "waited" in finding.seen


def test_each_retry_after_is_looked_at() -> None:
    """A second one that is not honoured is found behind a first one that is."""
    one = (("Retry-After", "1"),)
    finding = check("honours_retry_after", True, refused(429, 0.1, one), refused(429, 1.3, one), answered(1.9))
    assert not finding.ok
    assert finding.where == "request 3"
    assert finding.seen == "1 s asked for, 0.50 s waited"


def test_a_last_retry_after_may_stay_without_a_request() -> None:
    """Whoever gives up after having waited before has honoured what there was to honour."""
    one = (("Retry-After", "1"),)
    assert check("honours_retry_after", True, refused(429, 0.1, one), refused(429, 1.3, one)).ok


@pytest.mark.parametrize(
    ("exchanges", "told"),
    [
        ((), "nothing to honour"),
        ((refused(503), answered(5.0)), "nothing to honour"),
        ((refused(429, headers=(("Retry-After", "1"),)),), "nothing shows whether the example would have waited"),
        ((refused(429, headers=(("Retry-After", "soon"),)), answered(5.0)), "neither seconds nor a date"),
        ((refused(429, headers=(("Retry-After", "-1"),)), answered(5.0)), "neither seconds nor a date"),
        (
            (refused(429, headers=(("Retry-After", "Sun, 22 Nov 2026 10:00:02 GMT"),)), answered(5.0)),
            "neither seconds nor a date",
        ),
    ],
)
def test_what_was_not_asked_for_was_not_honoured(exchanges: tuple[Exchange, ...], told: str) -> None:
    """Without the header, without a request after it, or with a value that says no time, the finding fails."""
    finding = check("honours_retry_after", True, *exchanges)
    assert not finding.ok
    assert told in finding.sentence


# -- the last word

LAST_WORDS = [
    answered(),
    answered(finish_reason="length"),
    answered(finish_reason="content_filter"),
    answered(ending=Ending.TRUNCATED, finish_reason="stop"),
    answered(ending=Ending.ERROR_EVENT, finish_reason=None),
    answered(ending=Ending.ANSWERED, finish_reason=None),
    refused(400),
    refused(401),
    refused(404),
    refused(413),
    refused(422),
]
NOT_THE_END = [
    answered(ending=Ending.TRUNCATED),
    answered(ending=Ending.RESET),
    answered(ending=Ending.STALLED),
    answered(ending=Ending.EOF_WITHOUT_DONE),
    answered(ending=Ending.MALFORMED_EVENT),
    answered(finish_reason="tool_calls"),
    answered(ending=Ending.NO_RESPONSE, response=None, responded_at_s=None),
    answered(ending=Ending.ANSWERED, finish_reason=None, response=Response(302)),
    *map(refused, (408, 409, 425, 429, 500, 502, 503, 504)),
]


def names(exchanges: Sequence[Exchange]) -> list[str]:
    """Return a name for each exchange, for the report of the tests."""
    return [f"{e.ending}-{e.response.status if e.response else None}-{e.finish_reason}" for e in exchanges]


@pytest.mark.parametrize("first", LAST_WORDS, ids=names(LAST_WORDS))
def test_after_the_last_word_nothing_is_asked_again(first: Exchange) -> None:
    """An answer and a final refusal are the end, and a further request is named together with what it follows."""
    assert check("no_retry_after_end", True, first).ok
    finding = check("no_retry_after_end", True, first, answered(3.0))
    assert not finding.ok
    assert finding.where == "request 2"
    assert "response to request 1" in finding.seen


@pytest.mark.parametrize("first", NOT_THE_END, ids=names(NOT_THE_END))
def test_what_is_not_the_end_may_be_asked_again(first: Exchange) -> None:
    """Lost connections, statuses that say "later" and tool calls may be followed; alone they show nothing, and fail."""
    assert check("no_retry_after_end", True, first, answered(3.0)).ok
    finding = check("no_retry_after_end", True, first)
    assert not finding.ok
    assert "neither an answer nor a final refusal" in finding.sentence


def test_another_request_is_no_retry() -> None:
    """A list of models before the question, and a question that was asked at the same time, repeat nothing."""
    models = answered(0.1, ending=Ending.ANSWERED, finish_reason=None, request=Request("GET", "/v1/models"))
    assert check("no_retry_after_end", True, models, answered(1.5)).ok
    assert check("no_retry_after_end", True, answered(0.1), answered(0.15)).ok


def test_a_changed_body_is_still_a_retry() -> None:
    """Whoever asks for the rest of a withheld answer asks again."""
    first = answered(finish_reason="content_filter")
    assert not check("no_retry_after_end", True, first, answered(3.0, request=post(body=b'{"go":"on"}'))).ok


def test_no_request_has_no_end() -> None:
    """A run without a request does not hold emptily."""
    assert check("no_retry_after_end", True).seen == "no request"


# -- idempotency


def keyed(key: str | None, count: str | None = None, body: bytes = BODY) -> Request:
    """Build a request with an idempotency key and the SDK's count of attempts."""
    headers = (("idempotency-key", key), ("x-stainless-retry-count", count))
    return post(tuple((name, value) for name, value in headers if value is not None), body)


@pytest.mark.parametrize(
    ("requests", "told"),
    [
        ((keyed("k"), keyed("k")), ""),
        ((keyed("k", "0"), keyed("k", "1")), ""),
        ((keyed("k", "0"), keyed("k")), ""),
        ((keyed("k", "9"), keyed("k", "10")), ""),
        ((keyed("k"), keyed("other")), "sent again with another key"),
        ((keyed("k"), keyed(None)), "no key to be recognised by"),
        ((keyed(None), keyed("k")), "no key to be recognised by"),
        ((keyed(None), keyed(None)), "no key to be recognised by"),
        ((keyed(""), keyed("")), "no key to be recognised by"),
        ((keyed("k", "1"), keyed("k", "1")), "does not rise"),
        ((keyed("k", "1"), keyed("k", "0")), "does not rise"),
        ((keyed("k", "0"), keyed("k", "one")), "does not rise"),
        ((keyed("k"), keyed("k", body=b"{}")), "no request was sent again"),
        ((keyed("k"),), "no request was sent again"),
        ((), "no request was sent again"),
    ],
)
def test_all_attempts_of_a_request_carry_one_key(requests: tuple[Request, ...], told: str) -> None:
    """Another key, none at all, a count that does not rise and no retry at all fail, each with its own sentence."""
    exchanges = [refused(503, 0.1 + i, request=request) for i, request in enumerate(requests)]
    finding = check("idempotency_key_stable", True, *exchanges)
    assert finding.ok is (not told)
    assert told in finding.sentence


def test_a_question_asked_anew_after_its_answer_needs_a_new_key() -> None:
    """After the last word the same body is another request: its old key would bring the old answer."""
    retried = (refused(503, 0.1, request=keyed("k")), answered(1.0, request=keyed("k")))
    assert check("idempotency_key_stable", True, *retried, answered(3.0, request=keyed("new"))).ok
    finding = check("idempotency_key_stable", True, *retried, answered(3.0, request=keyed("k")))
    assert not finding.ok
    assert finding.where == "request 3"


def test_another_request_needs_a_key_of_its_own() -> None:
    """A key that two different requests share is found."""
    retried = (refused(503, 0.1, request=keyed("k")), answered(1.0, request=keyed("k")))
    finding = check("idempotency_key_stable", True, *retried, answered(3.0, request=keyed("k", body=b"{}")))
    assert "was used for another one" in finding.sentence


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("retry_delays_s", [], "at least one pause"),
        ("retry_delays_s", [{"min": 0}], "which always holds"),
        ("retry_delays_s", [{"min": 2, "max": 1}], "with min not above max"),
        ("retry_delays_s", [{"min": -1}], "a number of seconds"),
        ("honours_retry_after", False, "expected true, found"),
        ("no_retry_after_end", "yes", "expected true, found"),
        ("idempotency_key_stable", 1, "expected true, found"),
    ],
)
def test_a_wrong_value_says_what_is_accepted(key: str, value: object, message: str) -> None:
    """Every refusal names what is accepted, and bounds that hold always are refused."""
    with pytest.raises(InvalidValue) as found:
        parse_expectation(key, value)
    assert message in str(found.value)


def test_an_answer_that_nobody_read_may_have_been_the_last_word() -> None:
    """Where it was followed by the same request, nobody can say that there was no repetition; what else came after is none."""
    unread = answered(ending=Ending.UNRECOGNISED, unread="the tap cannot read the body", finish_reason=None, sentinel=False)
    another = answered(3.0, request=post(target="/v1/embeddings"))
    asked_again = check("no_retry_after_end", True, unread, another, answered(5.0))
    assert (asked_again.ok, asked_again.sentence, asked_again.where) == (False, "the tap cannot read the body", "request 1")
    assert check("no_retry_after_end", True, unread, another).ok
