"""What a session may spend."""

import threading

import pytest

from dvara_examples.records.budget import Allowance, Meter, RunMeter, allowance_for, cost_reminder, estimated_tokens
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Request, Response
from tests.factories import make_exchange


def test_without_bounds_everything_passes() -> None:
    """A meter without bounds never says no, whatever was used."""
    meter = Meter(Allowance())
    meter.ended(make_exchange(), 10**9)
    assert [meter.admit() for _ in range(1000)] == [None] * 1000
    assert meter.spent is None


def test_requests_up_to_the_bound_pass() -> None:
    """So many requests are let through as allowed, and the next one hears why not."""
    meter = Meter(Allowance(requests=2))
    assert [meter.admit(), meter.admit()] == [None, None]
    assert meter.admit() == meter.spent == "the bound of 2 requests is reached"


def test_a_bound_on_tokens_stops_the_request_after() -> None:
    """A request is let through as long as anything is left, and counts when it has ended."""
    meter = Meter(Allowance(tokens=10))
    assert meter.admit() is None
    meter.ended(make_exchange(), 9)
    assert meter.admit() is None
    meter.ended(make_exchange(), 1)
    assert meter.admit() == "the bound of 10 tokens is reached"


def test_what_the_gateway_does_not_count_is_estimated() -> None:
    """Four characters of request and answer are one token, and an answer with an error status is none."""
    asked = Request("POST", "/v1/chat/completions", (), b"", body_size_bytes=40)
    assert estimated_tokens(make_exchange("eight ch", request=asked)) == 12
    assert estimated_tokens(make_exchange("", ending=Ending.HTTP_ERROR, request=asked, response=Response(429))) == 0
    assert estimated_tokens(make_exchange("", ending=Ending.NO_RESPONSE, request=asked, response=None)) == 0
    meter = Meter(Allowance(tokens=12))
    meter.ended(make_exchange("eight ch", request=asked), None)
    assert meter.spent == "the bound of 12 tokens is reached"


def test_many_threads_share_one_bound() -> None:
    """However many ask at once, exactly as many requests pass as are allowed."""
    meter = Meter(Allowance(requests=100))
    passed: list[int] = []

    def ask() -> None:
        passed.extend(1 for _ in range(50) if meter.admit() is None)

    threads = [threading.Thread(target=ask, name=f"asks-{number}") for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(passed) == 100


def test_a_run_remembers_its_own_refusal() -> None:
    """Of two runs on one meter, only the one whose request was refused says so."""
    meter = Meter(Allowance(requests=1))
    first, second = RunMeter(meter), RunMeter(meter)
    assert first.admit() is None
    assert second.admit() is not None
    assert (first.refused, second.refused) == (None, "the bound of 1 request is reached")


@pytest.mark.parametrize(
    ("kind", "asked", "holds"),
    [
        ("embedded", Allowance(), Allowance()),
        ("embedded", Allowance(3), Allowance(3)),
        ("url", Allowance(), Allowance(200)),
        ("url", Allowance(tokens=5), Allowance(200, 5)),
        ("url", Allowance(1000), Allowance(1000)),
    ],
)
def test_the_bounds_that_hold(kind: str, asked: Allowance, holds: Allowance) -> None:
    """A gateway at a URL has a bound on requests in any case; the embedded one has those that the user names."""
    assert allowance_for(kind, asked) == holds


def test_the_reminder_names_runs_gateway_and_bounds() -> None:
    """All that decides about the bill is in one line."""
    line = cost_reminder(18, "https://gw.example.com/v1", Allowance(200, 1))
    assert line.startswith("18 runs send their requests to https://gw.example.com/v1, where they may cost money")
    assert line.endswith("the bound is 200 requests and 1 token")
