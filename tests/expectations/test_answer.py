"""What the stream bears witness to by itself: the last answer's text, its pieces and their times."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Response, WireEvent
from dvara_examples.records.verdict import Finding
from tests.factories import Timed, make_exchange, make_transcript, numbered

WIRE: Timed = [(0.4, "Hel"), (0.7, "lo "), (1.7, "wor"), (1.8, "ld")]
ALL: tuple[tuple[str, object], ...] = (
    ("text", {"lacks": "secret"}),
    ("deltas", {"max": 9}),
    ("first_token_within_s", 60),
    ("longest_gap_s", 60),
    ("disconnects_within_s", 60),
)
"""Expectations that would hold emptily if nothing at all counted as fast, short and free of secrets."""


def check(key: str, value: object, *exchanges: Exchange) -> Finding:
    """Check an expectation against a run with these exchanges."""
    return parse_expectation(key, value).check(make_transcript(exchanges=numbered(*exchanges)))


def with_silent_event(exchange: Exchange) -> Exchange:
    """Put an event without text (as the one with the role is) in front."""
    role = WireEvent(0.2, '{"choices":[{"delta":{"role":"assistant"}}]}')
    return replace(exchange, events=(role, *exchange.events), event_count=exchange.event_count + 1)


def cut_in_keeping(exchange: Exchange) -> Exchange:
    """Return the exchange as it is kept where many more events came."""
    return replace(exchange, event_count=5000)


@pytest.mark.parametrize(
    ("wanted", "ok"),
    [
        ({"equals": "Hello world"}, True),
        ({"equals": "Hello"}, False),
        ({"contains": ["Hello", "wor"]}, True),
        ({"contains": "moon"}, False),
        ({"lacks": "moon"}, True),
        ({"lacks": "world"}, False),
        ({"matches": r"\AHello \w+\Z"}, True),
        ({"matches": r"\d"}, False),
    ],
)
def test_the_text_is_that_of_all_deltas_together(wanted: object, ok: bool) -> None:
    """Words that were split between pieces are found, and the wire is asked, not what was printed."""
    assert check("text", wanted, make_exchange(WIRE)).ok is ok


def test_the_text_is_that_of_the_last_answer() -> None:
    """What a lost attempt brought before does not count."""
    cut, whole = make_exchange("Good", ending=Ending.TRUNCATED), make_exchange("Hello")
    assert check("text", {"equals": "Hello"}, cut, whole).ok
    assert not check("text", {"contains": "Good"}, cut, whole).ok


def test_a_text_that_was_not_kept_whole_lacks_nothing_for_sure() -> None:
    """What was not kept could hold the unwanted text, and the finding says so."""
    cut = make_exchange("Hello", text_complete=False)
    assert check("text", {"contains": "Hello"}, cut).ok
    finding = check("text", {"lacks": "secret"}, cut)
    assert not finding.ok
    assert "more text than is stored" in finding.sentence


@pytest.mark.parametrize(("key", "value"), ALL)
@pytest.mark.parametrize(
    ("exchanges", "told"),
    [
        ((), "never sent a request"),
        ((make_exchange("", ending=Ending.NO_RESPONSE, response=None, events=(), event_count=0),), "no response came"),
        (
            (make_exchange(WIRE), make_exchange("", ending=Ending.HTTP_ERROR, response=Response(503), events=(), event_count=0)),
            "(request 2) was refused with status 503",
        ),
    ],
)
def test_without_an_answer_nothing_is_said_of_it(key: str, value: object, exchanges: tuple[Exchange, ...], told: str) -> None:
    """No request, no response and a refusal fulfil no expectation of an answer, though there was nothing wrong in it."""
    finding = check(key, value, *exchanges)
    assert not finding.ok
    assert told in finding.sentence


@pytest.mark.parametrize(
    ("wanted", "ok"), [(4, True), (3, False), (5, False), ({"min": 2}, True), ({"max": 3}, False), ({"min": 4, "max": 4}, True)]
)
def test_deltas_are_events_with_text(wanted: object, ok: bool) -> None:
    """The event with the role is none; a number is exact, bounds include their ends."""
    assert check("deltas", wanted, with_silent_event(make_exchange(WIRE))).ok is ok


def test_a_withheld_answer_has_no_deltas() -> None:
    """An answer that ends without any text is an answer with none, which can be wanted."""
    assert check("deltas", 0, make_exchange("")).ok


@pytest.mark.parametrize(
    ("wanted", "ok", "told"),
    [
        ({"min": 3}, True, ""),
        (4, False, "only the first 4 of 5000 events are stored"),
        ({"min": 3, "max": 4999}, False, "only the first 4 of 5000 events are stored"),
        ({"min": 100}, False, "only the first 4 of 5000 events are stored"),
        ({"max": 3}, False, "more pieces than expected"),
    ],
)
def test_deltas_are_not_guessed_where_events_are_missing(wanted: object, ok: bool, told: str) -> None:
    """The kept events prove a lower bound and break an upper one; about everything else nobody can tell."""
    finding = check("deltas", wanted, cut_in_keeping(make_exchange(WIRE)))
    assert finding.ok is ok
    assert told in finding.sentence
    assert finding.seen == "at least 4 events with text"


@pytest.mark.parametrize(("most_s", "ok"), [(0.31, True), (0.29, False)])
def test_the_first_token_counts_from_its_request(most_s: float, ok: bool) -> None:
    """Measured is from the request's arrival to the first text, not to the head or the event with the role."""
    finding = check("first_token_within_s", most_s, with_silent_event(make_exchange(WIRE, started_at_s=0.1)))
    assert finding.ok is ok
    assert finding.seen == "first text after 0.30 s"
    assert finding.where == "request 1"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (make_exchange(""), "carried no text at all"),
        (make_exchange("Hello", streamed=False, events=(), event_count=0), "did not come as a stream"),
        (cut_in_keeping(make_exchange("")), "nobody can tell"),
    ],
)
def test_without_a_first_token_no_time_is_short_enough(answer: Exchange, told: str) -> None:
    """An answer without text, one that was not streamed, and one whose text comes after what is kept fail."""
    finding = check("first_token_within_s", 60, answer)
    assert not finding.ok
    assert told in finding.sentence


@pytest.mark.parametrize(("most_s", "ok"), [(1.01, True), (0.99, False)])
def test_the_longest_gap_is_between_neighbouring_pieces_of_text(most_s: float, ok: bool) -> None:
    """Of several silences the longest counts, and the finding says when it began."""
    finding = check("longest_gap_s", most_s, make_exchange(WIRE))
    assert finding.ok is ok
    assert finding.seen == "1.00 s of silence from 0.70 s on"


def test_an_event_without_text_does_not_break_the_silence() -> None:
    """A reader sees nothing of an event without text."""
    first, second = make_exchange([(0.2, "a"), (2.2, "b")]).events
    answer = make_exchange("ab", events=(first, WireEvent(1.2, "{}"), second), event_count=3)
    assert not check("longest_gap_s", 1.5, answer).ok


def test_one_piece_has_no_gap() -> None:
    """Where nothing could be silent in between, the finding does not hold emptily."""
    finding = check("longest_gap_s", 60, make_exchange("all at once"))
    assert not finding.ok
    assert "a gap needs at least two pieces" in finding.sentence


def test_a_gap_may_hide_among_events_that_were_not_kept() -> None:
    """Too long a gap among the kept events is one; that there is none elsewhere cannot be told."""
    answer = cut_in_keeping(make_exchange(WIRE))
    assert "nobody can tell" in check("longest_gap_s", 60, answer).sentence
    assert "fell silent" in check("longest_gap_s", 0.5, answer).sentence


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("text", "Hello", "expected a mapping with contains, lacks, matches or equals"),
        ("text", {"matches": ".*"}, "which matches any text at all"),
        ("deltas", {"min": 0}, "which always holds"),
        ("deltas", {"min": 2, "max": 1}, "with min not above max"),
        ("deltas", 1.5, "a whole number from 0 up"),
        ("first_token_within_s", 0, "from 0.001 to 86400"),
        ("longest_gap_s", "1s", "a number of seconds"),
    ],
)
def test_a_wrong_value_says_what_is_accepted(key: str, value: object, message: str) -> None:
    """Every refusal names what is accepted, and a value that would hold always or never is refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_expectation(key, value)
    assert message in str(refused.value)
