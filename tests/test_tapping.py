"""The parts of the tap in the foreground that need no process."""

from pathlib import Path

from dvara_examples.cli._tapping import ROOM, Feed, _shown, recorded
from dvara_examples.records.model import Ending, Endpoint
from dvara_examples.records.transcript import WireEvent
from dvara_examples.records.transcript_file import read_transcript, write_transcript
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports._exchange_lines import ExchangeLines
from dvara_examples.session.judge import judge
from dvara_examples.tap.progress import EventPassed, ExchangeEnded
from tests import factories


def test_the_feed_is_bounded_and_keeps_ends_longest() -> None:
    """What finds no room is counted once; the end of an exchange finds room after events have been left out."""
    feed, event = Feed(), EventPassed(1, WireEvent(0.0, "{}"))
    end = ExchangeEnded(1, 1.0, Ending.DONE, (), 1, "stop", "", True)
    for _ in range(ROOM + 3):
        feed.put(event)
    for _ in range(ROOM + 2):
        feed.put(end)
    assert (feed.lost(), feed.lost()) == (5, 0)
    taken = []
    while (told := feed.take(0.0)) is not None:
        taken.append(told)
    assert taken == [event] * ROOM + [end] * ROOM


def test_what_was_left_out_is_told() -> None:
    """The next line after a loss is preceded by how much is missing, once."""
    feed, show, event = Feed(), ExchangeLines(), EventPassed(1, WireEvent(0.0, "{}"))
    for _ in range(ROOM + 2):
        feed.put(event)
    first, second, *more = (*_shown(feed, show, 0.0), *_shown(feed, show, 0.0))
    assert first == "[2 lines left out: they came faster than they could be shown]"
    assert [second.endswith("data {}"), *(line == second for line in more)] == [True, True]


def test_what_was_recorded_is_no_run_and_passes_no_judgement(tmp_path: Path) -> None:
    """Stored exchanges come back as they were, without a process; judged by mistake they never count as passed."""
    exchanges = (factories.make_exchange(),)
    transcript = recorded(Endpoint("http://gw/v1", "gw_secret"), exchanges, "2026-01-02T03:04:05.000+00:00", 2.5)
    write_transcript(tmp_path / "file.jsonl", transcript)
    stored = read_transcript(tmp_path / "file.jsonl")
    assert stored == transcript
    assert stored.exchanges == exchanges
    assert "gw_secret" not in repr(stored)
    assert judge(stored).outcome is Outcome.ERRORED
