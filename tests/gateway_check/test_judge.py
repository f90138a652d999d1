"""The judgement, from two readings alone."""

from dataclasses import replace

import pytest

from dvara_examples.gateway_check.judge import SeenExchange, delays_s, judge
from dvara_examples.gateway_check.reading import SideReading, TimedEvent
from dvara_examples.gateway_check.recording import EffectKind
from dvara_examples.records.model import Ending

TEXT = "An answer"
DONE = SideReading(Ending.DONE, 200, (), (TimedEvent(0.0, "message", '{"id":"a"}'),), 0, TEXT, (), "stop", True)
CLEAN = replace(DONE, ending=Ending.EOF_WITHOUT_DONE, finish_reason=None, sentinel=False)
CUT = replace(CLEAN, ending=Ending.TRUNCATED)


def first(provider: SideReading, client: SideReading) -> str:
    """Return the worst effect in words."""
    return str(judge(SeenExchange(client, (provider,), 1))[0])


@pytest.mark.parametrize(
    "ending", [Ending.TRUNCATED, Ending.RESET, Ending.ERROR_EVENT, Ending.MALFORMED_EVENT, Ending.NO_RESPONSE]
)
@pytest.mark.parametrize("client", [DONE, CLEAN, replace(CLEAN, ending=Ending.NOT_A_STREAM)])
def test_a_failure_that_ends_in_good_order_is_hidden(ending: Ending, client: SideReading) -> None:
    """What the provider broke off, no client may take for complete."""
    assert first(replace(CUT, ending=ending), client).startswith("hidden: ")


@pytest.mark.parametrize("ending", [Ending.CLIENT_CLOSED, Ending.STALLED, Ending.NO_RESPONSE])
def test_a_gateway_that_gives_up_is_told_from_a_provider_that_fails(ending: Ending) -> None:
    """Where the gateway hung up on a slow provider, the failure is its own; an end in good order after that is hidden."""
    slow = replace(CUT, ending=ending, left_at_s=70.0, silent_s=60.0, lasted_s=70.0)
    refused = SideReading(Ending.HTTP_ERROR, 504)
    gave_up = "changed: the gateway gave up 70 s after its request and 60 s after the last byte; the client got status 504"
    assert first(slow, refused) == gave_up
    assert first(slow, DONE).startswith("hidden: ")
    assert first(slow, CLEAN).startswith("hidden: ")


def test_an_invented_end_is_hidden() -> None:
    """A stream without a finish reason that gets one reads as a whole answer."""
    assert first(CLEAN, DONE) == "hidden: eof_without_done comes out as done with finish_reason stop and [DONE]"


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_incomplete_answer_that_stops_is_hidden(reason: str) -> None:
    """An answer that was cut by its provider may not come out as one that came to its end."""
    assert first(replace(DONE, finish_reason=reason), DONE) == f"hidden: finish_reason {reason} comes out as stop"


def test_lost_text_in_a_whole_answer_is_hidden() -> None:
    """An answer that looks whole and lacks text is not whole."""
    assert first(DONE, replace(DONE, content=TEXT[:-1])).startswith("hidden: only 8 of 9 characters")


@pytest.mark.parametrize("ending", [Ending.ERROR_EVENT, Ending.HTTP_ERROR, Ending.TRUNCATED])
def test_a_reset_that_becomes_another_error_is_reported(ending: Ending) -> None:
    """Clients see an error all the same."""
    provider = replace(CUT, ending=Ending.RESET)
    assert judge(SeenExchange(replace(CUT, ending=ending), (provider,), 1))[-1].kind is EffectKind.REPORTED


def test_the_event_that_reports_an_error_is_no_change() -> None:
    """One event more is how a gateway reports a cut inside a stream."""
    told = replace(CUT, ending=Ending.ERROR_EVENT, events=(*CUT.events, TimedEvent(0.1, "message", '{"error":{}}')))
    assert [str(effect) for effect in judge(SeenExchange(told, (CUT,), 1))] == ["reported: truncated as error_event"]


def test_what_is_not_changed_is_passed_on() -> None:
    """The same ending with the same events needs no other word."""
    assert [first(side, side) for side in (DONE, CLEAN, CUT)] == [
        "passed on: done", "passed on: eof_without_done", "passed on: truncated"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("client", "detail"),
    [
        (replace(DONE, sentinel=False, ending=Ending.DONE_WITHOUT_SENTINEL), "[DONE] dropped"),
        (replace(DONE, finish_reason="tool_calls"), "finish_reason stop → tool_calls"),
        (replace(DONE, usage=True), "usage added"),
        (replace(DONE, comments=1), "comments 0 → 1"),
        (replace(DONE, tail="Error"), "text after the last event: 'Error'"),
        (replace(DONE, content=TEXT + "!"), "other text (9 → 10 characters)"),
        (replace(DONE, events=()), "events 1 → 0"),
        (replace(DONE, events=(TimedEvent(0.0, "message", '{"id":"b"}'),)), "fields of events"),
        (CUT, "an answer that is whole arrives as truncated"),
    ],
)
def test_changes_are_named(client: SideReading, detail: str) -> None:
    """Each change is said in words of its own."""
    assert first(DONE, client) == f"changed: {detail}"


def test_white_space_in_json_is_no_change() -> None:
    """Events are compared as what they say."""
    spaced = replace(DONE, events=(TimedEvent(0.0, "message", '{ "id": "a" }'),))
    assert first(DONE, spaced) == "passed on: done"


def test_a_status_and_its_retry_after_are_compared() -> None:
    """A rate limit that comes out as another status keeps clients from waiting as long as they should."""
    limited = SideReading(Ending.HTTP_ERROR, 429, (("Retry-After", "1"),))
    assert first(limited, replace(limited, status=502, headers=())) == "changed: status 429 → 502, Retry-After lost"


def test_a_second_request_is_a_retry() -> None:
    """The provider was asked twice, and the client got the second answer."""
    assert [str(e) for e in judge(SeenExchange(DONE, (CUT, DONE), 2))] == ["retried: 2 requests"]


def test_text_that_comes_twice_is_named() -> None:
    """A retry after text came repeats it."""
    begun = replace(CUT, content="An")
    effects = judge(SeenExchange(replace(DONE, content="An" + TEXT), (begun, DONE), 2))
    assert "retried: 2 requests, text repeated" in map(str, effects)


@pytest.mark.parametrize(("heard_s", "kind"), [(1.0, EffectKind.PASSED_ON), (1.01, EffectKind.KEPT_RUNNING)])
def test_a_provider_should_hear_within_a_second(heard_s: float, kind: EffectKind) -> None:
    """A client that leaves is told to the provider, or the answer is paid for."""
    provider = replace(CUT, left_at_s=heard_s)
    assert judge(SeenExchange(CUT, (provider,), 1, left_at_s=0.0))[0].kind is kind
    assert judge(SeenExchange(CUT, (CUT,), 1, left_at_s=-0.1))[0].kind is EffectKind.KEPT_RUNNING


def test_a_client_that_leaves_after_the_end_shows_nothing() -> None:
    """Where a proxy holds the stream, the client gets its first event when the provider has ended."""
    assert judge(SeenExchange(CUT, (DONE,), 1, left_at_s=0.0))[0].kind is EffectKind.CANNOT_TELL


@pytest.mark.parametrize(("late_s", "kind"), [(0.09, EffectKind.PASSED_ON), (0.1, EffectKind.DELAYED)])
def test_a_tenth_of_a_second_is_a_delay(late_s: float, kind: EffectKind) -> None:
    """The edge of the threshold."""
    provider = replace(DONE, grown=((0.0, 3), (0.0, 6), (0.0, 9)))
    client = replace(DONE, grown=((0.0, 3), (late_s, 6), (late_s, 9)))
    assert judge(SeenExchange(client, (provider,), 1, timed=True))[0].kind is kind


def test_delays_are_those_of_characters() -> None:
    """Pieces may be joined or split on the way: each is late by when all of its characters are there."""
    assert delays_s(((0.0, 2), (1.0, 4)), ((0.5, 1), (1.5, 4))) == (1.5, 0.5)


def test_nothing_is_claimed_without_a_request() -> None:
    """Where the provider was not asked, nothing can be told of what the gateway makes of its answer."""
    assert judge(SeenExchange(DONE, (), 0))[0].kind is EffectKind.CANNOT_TELL
    unread = replace(DONE, ending=Ending.UNRECOGNISED)
    assert judge(SeenExchange(unread, (DONE,), 1))[0].kind is EffectKind.CANNOT_TELL
