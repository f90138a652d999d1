"""A run drawn with characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.records.model import Ending
from dvara_examples.records.timeline import timeline_of
from dvara_examples.records.transcript import ProcessEnd, Transcript
from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.reports._picture import ASCII, TONES, UNICODE, Signs, legend, picture, signs_for
from tests.factories import make_exchange, make_transcript, numbered
from tests.make_transcripts import transcript_path

STEADY = [(number / 10, f"w{number} ") for number in range(1, 10)]


def drawn(transcript: Transcript, width: int = 60, signs: Signs = ASCII) -> list[str]:
    """Return the picture's lines as plain text."""
    return ["".join(text for text, _ in line) for line in picture(timeline_of(transcript), width, signs)]


def test_a_stream_and_a_burst_look_different() -> None:
    """Steady pieces stand below the events; a burst is one sign at the end."""
    exchange = make_exchange(STEADY, started_at_s=0.0, ended_at_s=1.0)
    end = ProcessEnd(0, ended_at_s=1.0)
    steady = drawn(make_transcript(stdout=STEADY, exchanges=[exchange], process=end))
    burst = drawn(make_transcript(stdout=[(1.0, "w" * 300)], exchanges=[exchange], process=end))
    assert steady[:3] == [
        "wire 1    [----|----|----|----|----|----|----|----|----|---*",
        "stdout         .    .    .    .    .    .    .    .    .",
        "process                                             exit 0 @",
    ]
    assert burst[1].rstrip() == f"stdout    {' ' * 49}O"


def test_a_cut_and_a_retry_are_two_lanes() -> None:
    """Each attempt has its lane, its sign and its word; the second begins after the first has ended."""
    cut = make_exchange([(0.1, "a")], ending=Ending.TRUNCATED, started_at_s=0.0, ended_at_s=0.2)
    again = make_exchange([(0.6, "a")], started_at_s=0.5, ended_at_s=0.8)
    lines = drawn(make_transcript(exchanges=numbered(cut, again), process=ProcessEnd(1, ended_at_s=1.0)), signs=UNICODE)
    assert lines[0] == "wire 1    ┣────│────✗ truncated"
    assert lines[1] == f"wire 2    {' ' * 25}┣────│─────────● done"


def test_a_stall_is_dotted() -> None:
    """Most of the lane of the stored run that stalled is silence, and the process's end says what ended it."""
    lines = drawn(read_transcript(transcript_path(Ending.STALLED)), 70)
    assert lines[0].count(".") > 40
    assert lines[0].endswith("=")
    assert "SIGINT, stopped by the idle limit @" in lines[2]


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("signs", [ASCII, UNICODE], ids=["ascii", "unicode"])
@given(width=st.integers(1, 300))
def test_no_line_is_wider_than_asked_for(ending: Ending, signs: Signs, width: int) -> None:
    """Any width above the least is kept, and only known tones are used."""
    for line in picture(timeline_of(read_transcript(transcript_path(ending))), width, signs):
        assert len("".join(text for text, _ in line)) <= max(width, 30)
        assert {tone for _, tone in line} <= set(TONES)


def test_many_attempts_are_told_not_drawn() -> None:
    """Of forty requests the first and the last are drawn, and between them stands how many are not."""
    starts = [number / 10 for number in range(40)]
    exchanges = [make_exchange([(at_s, "a")], started_at_s=at_s, ended_at_s=at_s + 0.05) for at_s in starts]
    lines = drawn(make_transcript(exchanges=numbered(*exchanges)))
    assert "(28 more requests)" in lines[6]
    assert lines[7].startswith("wire 35")
    assert sum(line.startswith("wire") for line in lines) == 12


def test_a_stream_that_can_hold_ascii_only_gets_nothing_else() -> None:
    """Signs and legend follow the encoding; one that is unknown counts as ASCII."""
    assert signs_for("utf-8") is UNICODE
    assert [signs_for(name) for name in ("ascii", "latin-1", "no-such-encoding", None)] == [ASCII] * 4
    assert legend(ASCII).isascii()
    assert "".join(drawn(read_transcript(transcript_path(Ending.RESET)))).isascii()


def test_a_run_without_a_request_is_drawn() -> None:
    """What printed something and never asked has its pipes and its end."""
    lines = drawn(make_transcript(stdout="x", stderr="y", process=ProcessEnd(1, ended_at_s=2.0)))
    assert [line.split()[0] for line in lines[:3]] == ["stdout", "stderr", "process"]
