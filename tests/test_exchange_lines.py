"""The lines that a tap's user reads."""

import re
from pathlib import Path

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import WireEvent
from dvara_examples.reports._exchange_lines import MEANINGS, ExchangeLines
from dvara_examples.tap import TapEvent
from dvara_examples.tap.progress import EventPassed, ExchangeEnded, Remarked, RequestArrived, ResponseBegan

ENDINGS = (Path(__file__).resolve().parents[1] / "docs" / "endings.md").read_text("utf-8")


def end(number: int = 1, **more: object) -> ExchangeEnded:
    """Return the end of a good stream, but for what *more* says."""
    usual = {"remarks": (), "event_count": 3, "finish_reason": "stop", "text": "Hi", "streamed": True}
    return ExchangeEnded(number, 3.0, **{"ending": Ending.DONE, **usual, **more})  # type: ignore[arg-type]


def lines(*told: TapEvent) -> list[str]:
    """Return what is written for *told*, in order."""
    show = ExchangeLines()
    return [line for one in told for line in show.lines(one)]


@pytest.mark.parametrize("ending", list(Ending))
def test_a_meaning_is_in_the_words_of_the_page(ending: Ending) -> None:
    """What the tap says of an ending is how its row in the documentation begins."""
    row = re.search(rf"^\| `{ending}` \| (.*?) \|", ENDINGS, re.MULTILINE)
    assert row is not None
    assert row[1].replace("`", "").startswith(MEANINGS[ending])


def test_times_count_from_the_request() -> None:
    """Two exchanges that overlap keep their numbers and their own times."""
    shown = lines(
        RequestArrived(1, 1.0, "POST", "/v1/chat/completions"),
        RequestArrived(2, 2.0, "GET", "/v1/models"),
        ResponseBegan(1, 2.25, 200, "OK", "text/event-stream"),
        ResponseBegan(2, 2.5, 404, "", ""),
        end(),
    )
    assert shown == [
        "    1.000 s  #1  POST /v1/chat/completions",
        "    2.000 s  #2  GET /v1/models",
        "   +1.250 s  #1  200 OK, text/event-stream",
        "   +0.500 s  #2  404",
        "   +2.000 s  #1  done: the finish reason and the last word came, and HTTP's framing is complete",
        "             #1    3 events, finish_reason stop",
    ]


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (EventPassed(1, WireEvent(0.0, "{}", text="it's\n\x1b[31m")), """text "it's\\n\\x1b[31m\""""),
        (EventPassed(1, WireEvent(0.0, "\x1b]0;title\x07")), r"data \x1b]0;title\x07"),
        (EventPassed(1, WireEvent(0.0, '{"error":1}', name="error")), 'event error, data {"error":1}'),
        (RequestArrived(1, 0.0, "", ""), "no HTTP/1 request came (an https:// address?)"),
    ],
)
def test_what_a_step_looks_like(told: TapEvent, what: str) -> None:
    """Text is quoted, other data is shown as it is, and nothing that a gateway sends can steer the terminal."""
    assert lines(told)[0].partition("#1  ")[2] == what


def test_a_long_line_is_cut() -> None:
    """An event of any size is one line of a bounded width."""
    (line,) = lines(EventPassed(1, WireEvent(0.0, "x" * 5000)))
    assert len(line) < 300
    assert line.endswith("...")


def test_an_end_tells_what_is_known_about_it() -> None:
    """Error and remarks follow the ending; the text of an answer that was no stream is shown with it."""
    show = ExchangeLines()
    said = list(show.lines(end(ending=Ending.TRUNCATED, remarks=("it was cut", "a remark"), finish_reason=None)))
    whole = list(show.lines(end(ending=Ending.ANSWERED, event_count=0, streamed=False)))
    assert [line.strip() for line in said[1:]] == ["#1    3 events, finish_reason missing", "#1    it was cut", "#1    a remark"]
    assert [line.strip() for line in whole[1:]] == ["#1    text 'Hi'"]
    assert show.ended == 2


def test_what_belongs_to_no_exchange() -> None:
    """A remark has the time since the tap was opened, and a dash where the number of the exchange stands."""
    assert lines(Remarked(1.5, "a connection was reset")) == ["    1.500 s  #-  a connection was reset"]
