"""What is drawn of a run, before it is drawn."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.records.model import Ending
from dvara_examples.records.timeline import Kind, Mark, moments, scale, seconds, thinned, timeline_of
from dvara_examples.records.transcript import FaultNote, Output, OutputPiece, ProcessEnd, Response, WireEvent, WirePiece
from dvara_examples.records.transcript_file import read_transcript
from tests.factories import make_exchange, make_transcript, numbered
from tests.make_transcripts import transcript_path

TIMES = st.floats(0, 1000, allow_nan=False)


def test_wire_pipes_and_end_stand_on_one_clock() -> None:
    """Request, head, texts, other events, output and the process's end are marks at the times at which they were seen."""
    exchange = make_exchange([(0.5, "Hello"), (0.6, " world")], responded_at_s=0.4)
    exchange = replace(exchange, events=(*exchange.events, WireEvent(0.7, "[DONE]")), event_count=3)
    timeline = timeline_of(make_transcript(exchanges=[exchange], stdout=[(0.55, "Hello"), (0.65, " world\n")], stderr="x"))
    (attempt,) = timeline.attempts
    assert [(mark.at_s, mark.kind) for mark in attempt.marks] == [
        (0.1, Kind.REQUEST),
        (0.4, Kind.HEAD),
        (0.5, Kind.TEXT),
        (0.6, Kind.TEXT),
        (0.7, Kind.EVENT),
    ]
    assert [(mark.at_s, mark.size_bytes, mark.label) for mark in timeline.stdout.marks] == [
        (0.55, 5, "'Hello'"),
        (0.65, 7, "' world\\n'"),
    ]
    assert timeline.end is not None
    assert (timeline.end.label, timeline.end.good, timeline.to_s) == ("exit 0", True, 2.5)


def test_everything_that_happened_is_told_in_the_order_of_time() -> None:
    """The words next to a picture hold wire, pipes, ending and process."""
    transcript = make_transcript(exchanges=[make_exchange("Hi", ending=Ending.RESET, error="lost")], stdout="Hi")
    assert list(moments(timeline_of(transcript))) == [
        (0.1, "wire 1", "POST /v1/chat/completions → 200"),
        (0.5, "wire 1", "text 'Hi'"),
        (1.0, "stdout", "'Hi'"),
        (2.0, "wire 1", "reset (lost)"),
        (2.5, "process", "exit 0"),
    ]


def test_faults_are_told_from_what_the_tap_saw() -> None:
    """What the network was told to do stands apart from remarks."""
    notes, faults = ("last event without a blank line",), (FaultNote("cut after 3 events"),)
    (attempt,) = timeline_of(make_transcript(exchanges=[make_exchange(notes=notes, faults=faults)])).attempts
    assert (attempt.faults, attempt.remarks) == (("fault: cut after 3 events",), notes)


def test_attempts_share_a_row_unless_they_overlap() -> None:
    """One after the other lies in one row; side by side needs two."""
    first, second, third = numbered(make_exchange(), make_exchange(), make_exchange())
    side_by_side = replace(second, started_at_s=1.0, ended_at_s=1.5)
    later = replace(third, started_at_s=2.0, ended_at_s=2.2)
    timeline = timeline_of(make_transcript(exchanges=[first, side_by_side, later]))
    assert [attempt.row for attempt in timeline.attempts] == [0, 1, 0]
    assert timeline.rows == 2


def test_a_stall_is_a_silence() -> None:
    """The stored run that stalled shows from when to when nothing came."""
    timeline = timeline_of(read_transcript(transcript_path(Ending.STALLED)))
    (silence,) = timeline.attempts[0].silences
    assert silence.from_s == pytest.approx(0.126, abs=0.001)
    assert silence.to_s == pytest.approx(1.133, abs=0.001)
    assert timeline.end is not None
    assert timeline.end.label == "SIGINT, stopped by the idle limit"


def test_a_body_without_events_is_drawn_by_its_pieces() -> None:
    """An answer that is no stream has pieces all the same."""
    response = Response(200, body_size_bytes=30)
    pieces = (WirePiece(0.3, 10), WirePiece(0.4, 20))
    exchange = make_exchange([], ending=Ending.ANSWERED, response=response, pieces=pieces)
    marks = timeline_of(make_transcript(exchanges=[exchange])).attempts[0].marks
    assert [mark.size_bytes for mark in marks if mark.kind is Kind.BYTES] == [10, 20]


def test_a_long_start_is_left_out() -> None:
    """A runtime that takes two seconds to start leaves the picture to what happened after them."""
    exchange = make_exchange([(2.2, "a")], started_at_s=2.1, ended_at_s=2.3)
    timeline = timeline_of(make_transcript(exchanges=[exchange], process=ProcessEnd(0, ended_at_s=2.4)))
    assert 2.0 < timeline.from_s < 2.1
    assert timeline.share(timeline.to_s) == 1.0


def test_what_was_not_kept_is_counted() -> None:
    """Events and bytes that the transcript does not hold are told as missing."""
    exchange = make_exchange("a", event_count=5000)
    transcript = make_transcript(exchanges=[exchange])
    cut = replace(transcript, stdout=Output((OutputPiece(1.0, b"abc"),), 1003, b"z"))
    timeline = timeline_of(cut)
    assert timeline.attempts[0].left_out == 4999
    assert timeline.stdout.left_out_bytes == 1000


def test_a_run_of_which_nothing_is_known_has_a_timeline() -> None:
    """No request, no output and no end make an empty picture, not an error."""
    timeline = timeline_of(make_transcript(process=ProcessEnd(None, error="could not start")))
    assert timeline.end is None
    assert timeline.to_s > timeline.from_s


@given(st.lists(TIMES, max_size=60), st.integers(1, 20))
def test_thinning_keeps_sums(times: list[float], most: int) -> None:
    """However many marks are put together, no more than asked for are left, in order, and sizes and counts add up."""
    written = [(at_s, "ab") for at_s in sorted(times)]
    timeline = timeline_of(make_transcript(stdout=written))
    drawn = thinned(timeline.stdout.marks, timeline, most)
    assert len(drawn) <= max(most, 0)
    assert sum(mark.count for mark in drawn) == len(times)
    assert sum(mark.size_bytes for mark in drawn) == 2 * len(times)
    assert [mark.at_s for mark in drawn] == sorted(mark.at_s for mark in drawn)


def test_text_outweighs_what_it_is_drawn_with() -> None:
    """A slice of time that held text counts as text."""
    marks = [Mark(0.1, Kind.EVENT, "role"), Mark(0.11, Kind.TEXT, "text", 4), Mark(2.0, Kind.EVENT, "done")]
    drawn = thinned(marks, timeline_of(make_transcript()), 2)
    assert [(mark.kind, mark.count, mark.size_bytes) for mark in drawn] == [(Kind.TEXT, 2, 4), (Kind.EVENT, 1, 0)]


@given(TIMES, st.floats(0.001, 1000), st.integers(2, 12))
def test_a_scale_has_round_steps_and_no_more_than_asked_for(from_s: float, length_s: float, most: int) -> None:
    """All ticks lie within, and the steps between them are alike."""
    ticks = scale(from_s, from_s + length_s, most)
    assert len(ticks) <= most
    assert all(from_s - 1e-6 <= tick <= from_s + length_s + 1e-6 for tick in ticks)
    steps = {round(later - earlier, 5) for earlier, later in pairwise(ticks)}
    assert len(steps) <= 1


def test_times_of_a_scale_are_short() -> None:
    """Small ones are milliseconds."""
    assert [seconds(at_s) for at_s in (0.0, 0.02, 0.5, 12.0)] == ["0 s", "20 ms", "0.5 s", "12 s"]
