"""What wire, output and process bear witness to together: the order of moments, and that an example hangs up."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Output, OutputPiece, ProcessEnd, Transcript, WireEvent
from dvara_examples.records.verdict import Finding
from tests.factories import make_exchange, make_output, make_transcript, numbered

CUT, WHOLE = numbered(
    make_exchange([(0.5, "Hel")], ending=Ending.TRUNCATED, started_at_s=0.1, responded_at_s=0.4, ended_at_s=0.9),
    make_exchange([(1.6, "Hel"), (1.9, "lo")], started_at_s=1.2, responded_at_s=1.5, ended_at_s=2.0),
)
SEEN = make_transcript(
    stdout=[(0.51, "Hel"), (1.0, "\n[aga"), (1.1, "in]\n"), (1.61, "Hel"), (1.91, "lo\n")],
    stderr=[(1.05, "connection lost\n")],
    exchanges=[CUT, WHOLE],
    process=ProcessEnd(0, ended_at_s=2.5),
)


def order(*moments: object, seen: Transcript = SEEN) -> Finding:
    """Check the order of moments against a run with a cut and a second attempt."""
    return parse_expectation("order", list(moments)).check(seen)


def test_moments_in_their_order_hold() -> None:
    """All kinds of moments, across wire, pipes and process, are found and compared."""
    finding = order(
        "request 1", "response 1", "text 1", "end 1", {"stdout": r"\[again\]"}, "request 2", "text 2", {"stdout": "Hello"}, "exit"
    )
    assert finding.ok
    assert "text 2 at 1.60 s" in finding.seen


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        (("request 2", "end 1"), "end 1 came before request 2"),
        (("request 2", {"stdout": "again"}), "stdout 'again' came before request 2"),
        (({"stderr": "lost"}, "end 1"), "end 1 came before stderr 'lost'"),
        (("exit", "end 2"), "end 2 came before exit"),
        (("request 1", "request 2", "end 1", "exit"), "end 1 came before request 2"),
    ],
)
def test_a_moment_that_came_too_early_is_named(moments: tuple[object, ...], told: str) -> None:
    """The sentence names the two moments that are the wrong way round."""
    finding = order(*moments)
    assert not finding.ok
    assert told in finding.sentence


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("request 3", "there was no request 3"),
        ("end 3", "there was no request 3"),
        ({"stdout": "goodbye"}, "nothing on stdout matches 'goodbye'"),
        ({"stderr": "Hello"}, "nothing on stderr matches 'Hello'"),
    ],
)
def test_a_moment_that_never_came_fails_with_the_reason(moment: object, told: str) -> None:
    """What is missing is neither early nor late."""
    finding = order("request 1", moment)
    assert not finding.ok
    assert "never came" in finding.sentence
    assert told in finding.sentence


@pytest.mark.parametrize(
    ("exchange", "moment", "told"),
    [
        (replace(CUT, response=None, responded_at_s=None), "response 1", "no response came to request 1"),
        (make_exchange(""), "text 1", "carried no text"),
        (replace(make_exchange(""), event_count=5000), "text 1", "only the first 1 of 5000 events are stored"),
        (make_exchange("Hello", events=(), event_count=0), "text 1", "did not come as a stream"),
    ],
)
def test_a_moment_that_an_exchange_lacks_is_told(exchange: Exchange, moment: str, told: str) -> None:
    """No response, no text, no stream, and text beyond what is kept are told apart."""
    finding = order("request 1", moment, seen=make_transcript(exchanges=[exchange]))
    assert not finding.ok
    assert told in finding.sentence


def test_a_match_counts_from_the_piece_that_completes_it() -> None:
    """A match that began before the request was sent, and was complete only after it, came after it."""
    seen = make_transcript(stdout=[(0.3, "do"), (0.9, "ne"), (1.2, " done")], exchanges=[make_exchange(started_at_s=0.6)])
    assert order("request 1", {"stdout": "done"}, seen=seen).ok
    assert not order({"stdout": "done"}, "request 1", seen=seen).ok


def test_characters_that_were_split_between_pieces_keep_their_place() -> None:
    """Pieces are bytes: a character that came in two halves belongs to the second."""
    halves = (OutputPiece(0.3, b"\xc3"), OutputPiece(0.9, b"\xa9"), OutputPiece(1.2, b"x"))
    seen = replace(make_transcript(exchanges=[make_exchange(started_at_s=0.6)]), stdout=Output(halves, 3))
    assert order("request 1", {"stdout": "é"}, seen=seen).ok
    assert not order({"stdout": "é"}, "request 1", seen=seen).ok


@pytest.mark.parametrize(("exit_s", "ok"), [(1.97, True), (1.9, False)])
def test_moments_that_two_witnesses_saw_within_a_blink_are_simultaneous(exit_s: float, ok: bool) -> None:
    """50 ms are allowed between witnesses, as each has a thread of its own."""
    assert order("end 2", "exit", seen=replace(SEEN, process=ProcessEnd(0, ended_at_s=exit_s))).ok is ok


def test_on_the_wire_alone_the_order_is_exact() -> None:
    """A request that was sent a blink before the end of the exchange before is early."""
    early = replace(WHOLE, started_at_s=0.88)
    assert not order("end 1", "request 2", seen=make_transcript(exchanges=[CUT, early])).ok


def test_what_was_not_kept_of_an_output_is_told() -> None:
    """Where only the beginning of an output is here, the sentence does not claim more."""
    seen = replace(make_transcript(exchanges=[CUT]), stdout=replace(make_output("abc"), size_bytes=10))
    assert "nothing on stdout that is kept matches" in order("request 1", {"stdout": "x"}, seen=seen).sentence


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], ()),
        (["exit"], ()),
        (["request 1", "request 0"], (1,)),
        (["request 1", "answer 1"], (1,)),
        (["request 1", {}], (1,)),
        (["request 1", {"stdout": "a", "stderr": "b"}], (1,)),
        (["request 1", {"stdout": "(unclosed"}], (1, "stdout")),
        (["request 1", {"stdout": "a*"}], (1, "stdout")),
        (["request 1", {"stderr": r"\A\Z"}], (1, "stderr")),
    ],
)
def test_a_moment_that_cannot_be_is_refused(value: object, path: tuple[str | int, ...]) -> None:
    """The path of a refusal leads to the offending part."""
    with pytest.raises(InvalidValue) as refused:
        parse_expectation("order", value)
    assert refused.value.path == ("order", *path)


# -- hanging up

SENTINEL = WireEvent(1.0, "[DONE]")
LEFT = "client closed after the sentinel, before the end of the response"


def open_answer(*, ended_at_s: float = 1.3, ending: Ending = Ending.DONE, notes: tuple[str, ...] = (LEFT,)) -> Exchange:
    """Build an answer that was complete at 1.0 s, with its response kept open."""
    told = make_exchange([(0.5, "Hello")], ending=ending, ended_at_s=ended_at_s, notes=notes, finish_reason="stop", sentinel=True)
    return replace(told, events=(*told.events, SENTINEL), event_count=2)


def hangs_up(exchange: Exchange, most_s: float = 0.5, **more: object) -> Finding:
    """Check whether the example hung up in time."""
    seen = replace(make_transcript(exchanges=[exchange]), **more)  # type: ignore[arg-type]
    return parse_expectation("disconnects_within_s", most_s).check(seen)


@pytest.mark.parametrize(("most_s", "ok"), [(0.31, True), (0.29, False)])
def test_hanging_up_counts_from_the_end_of_the_answer(most_s: float, ok: bool) -> None:
    """Measured is from `[DONE]` to the end of the exchange that the example closed."""
    finding = hangs_up(open_answer(), most_s)
    assert finding.ok is ok
    assert finding.seen == "done, 0.30 s after the end of the answer"


def test_what_comes_after_the_sentinel_does_not_move_the_end() -> None:
    """Events that the gateway sends behind `[DONE]` are no reason to stay."""
    late = replace(open_answer(ended_at_s=9.0), events=(*open_answer().events, WireEvent(8.9, "ping")), event_count=3)
    assert not hangs_up(late).ok


@pytest.mark.parametrize(
    ("exchange", "ok"),
    [
        (make_exchange(ending=Ending.CLIENT_CLOSED, finish_reason="stop", ended_at_s=0.6), True),
        (make_exchange(ending=Ending.STALLED, finish_reason="stop", ended_at_s=0.6), True),
        (make_exchange(ending=Ending.STALLED, finish_reason="stop", ended_at_s=12.0), False),
    ],
)
def test_without_a_sentinel_the_last_event_is_the_end(exchange: Exchange, ok: bool) -> None:
    """After a `finish_reason` the example may leave; a long silence before it did is too long."""
    assert hangs_up(exchange).ok is ok


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        (open_answer(notes=()), "the example did not end the exchange"),
        (open_answer(ending=Ending.TRUNCATED, notes=()), "the example did not end the exchange"),
        (open_answer(ending=Ending.ERROR_EVENT, notes=()), "the example did not end the exchange"),
        (open_answer(ending=Ending.CLIENT_CLOSED, notes=("the run was stopped",)), "had to be stopped"),
        (make_exchange(ending=Ending.CLIENT_CLOSED, ended_at_s=0.6), "never ended"),
        (make_exchange(ending=Ending.CLIENT_CLOSED, finish_reason="stop", event_count=5000), "nobody can tell"),
        (make_exchange(ending=Ending.ANSWERED, finish_reason="stop", events=(), event_count=0), "did not come as a stream"),
    ],
)
def test_whoever_did_not_hang_up_by_itself_shows_nothing(exchange: Exchange, told: str) -> None:
    """A gateway that ended its response, a run that was stopped and an answer without an end fail however short the time."""
    finding = hangs_up(exchange, 60)
    assert not finding.ok
    assert told in finding.sentence


def test_a_run_that_a_limit_ended_did_not_hang_up() -> None:
    """The close of a process that was killed is not its own doing."""
    finding = hangs_up(open_answer(), process=ProcessEnd(None, signal="SIGKILL", limit="wall", stopped_by="SIGKILL"))
    assert not finding.ok
    assert "had to be stopped" in finding.sentence
