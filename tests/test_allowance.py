"""What a session may spend."""

import threading

import pytest

from dvara_examples.records.budget import Budget, RunMeter, UsageMeter, allowance_for, cost_reminder, estimated_tokens
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Request, Response
from tests.factories import make_exchange


def test_without_bounds_everything_passes() -> None:
    """A meter without bounds never says no, whatever was used."""
    meter = UsageMeter(Budget())
    meter.ended(make_exchange(), 10**9)
    assert [meter.allow() for _ in range(1000)] == [None] * 1000
    assert meter.spent is None


def test_requests_up_to_the_bound_pass() -> None:
    """So many requests are let through as allowed, and the next one hears why not."""
    meter = UsageMeter(Budget(requests=2))
    assert [meter.allow(), meter.allow()] == [None, None]
    assert meter.allow() == meter.spent == "the bound of 2 requests is reached"


def test_a_bound_on_tokens_stops_the_request_after() -> None:
    """A request is let through as long as anything is left, and counts when it has ended."""
    meter = UsageMeter(Budget(tokens=10))
    assert meter.allow() is None
    meter.ended(make_exchange(), 9)
    assert meter.allow() is None
    meter.ended(make_exchange(), 1)
    assert meter.allow() == "the bound of 10 tokens is reached"


def test_what_the_gateway_does_not_count_is_estimated() -> None:
    """Four characters of request and answer are one token, and an answer with an error status is none."""
    asked = Request("POST", "/v1/chat/completions", (), b"", body_size_bytes=40)
    assert estimated_tokens(make_exchange("eight ch", request=asked)) == 12
    assert estimated_tokens(make_exchange("", ending=Ending.HTTP_ERROR, request=asked, response=Response(429))) == 0
    assert estimated_tokens(make_exchange("", ending=Ending.NO_RESPONSE, request=asked, response=None)) == 0
    meter = UsageMeter(Budget(tokens=12))
    meter.ended(make_exchange("eight ch", request=asked), None)
    assert meter.spent == "the bound of 12 tokens is reached"


def test_many_threads_share_one_bound() -> None:
    """However many ask at once, exactly as many requests pass as are allowed."""
    meter = UsageMeter(Budget(requests=100))
    passed: list[int] = []

    def ask() -> None:
        passed.extend(1 for _ in range(50) if meter.allow() is None)

    threads = [threading.Thread(target=ask, name=f"asks-{number}") for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(passed) == 100


def test_a_run_remembers_its_own_refusal() -> None:
    """Of two runs on one meter, only the one whose request was refused says so."""
    meter = UsageMeter(Budget(requests=1))
    first, second = RunMeter(meter), RunMeter(meter)
    assert first.allow() is None
    assert second.allow() is not None
    assert (first.refused, second.refused) == (None, "the bound of 1 request is reached")


@pytest.mark.parametrize(
    ("kind", "asked", "holds"),
    [
        ("embedded", Budget(), Budget()),
        ("embedded", Budget(3), Budget(3)),
        ("url", Budget(), Budget(200)),
        ("url", Budget(tokens=5), Budget(200, 5)),
        ("url", Budget(1000), Budget(1000)),
    ],
)
def test_the_bounds_that_hold(kind: str, asked: Budget, holds: Budget) -> None:
    """A gateway at a URL has a bound on requests in any case; the embedded one has those that the user names."""
    assert allowance_for(kind, asked) == holds


def test_the_reminder_names_runs_gateway_and_bounds() -> None:
    """All that decides about the bill is in one line."""
    line = cost_reminder(18, "https://gw.example.com/v1", Budget(200, 1))
    assert line.startswith("18 runs send their requests to https://gw.example.com/v1, which may cost money")
    assert line.endswith("the limit is 200 requests and 1 token")
