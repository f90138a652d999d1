"""What every finding is made of, whatever was expected and whatever was seen: a report can print all of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dvara_examples.expectations import expectation_keys, expectation_module, parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import (
    Exchange,
    Leak,
    Output,
    OutputPiece,
    ProcessEnd,
    Reply,
    Request,
    Response,
    Served,
    Transcript,
    WireEvent,
)
from dvara_examples.records.verdict import Witness
from tests.contracts.test_expectations import SAMPLES
from tests.factories import make_exchange, make_transcript, numbered

MORE: tuple[tuple[str, object], ...] = (
    ("exit", "nonzero"),
    ("exit", {"signal": "SIGTERM"}),
    ("limit", "idle"),
    ("leaks", "any"),
    ("serves", "success"),
    ("finish_reason", "none"),
    ("deltas", 5),
    ("ends", ["truncated", "done"]),
    ("requests", {"min": 2}),
    ("responses", [200]),
    ("retry_delays_s", [{"min": 0.4}]),
    ("stdout", {"equals": "Hello", "contains": "Hello", "lacks": "x"}),
    ("stdout_json", {"schema": {"type": "object"}}),
    ("request_json", {}),
    ("request_headers", {"Accept": "present"}),
    ("first_token_within_s", 0.01),
    ("longest_gap_s", 0.01),
    ("disconnects_within_s", 0.01),
    ("order", ["exit", "request 1"]),
)
"""Other values than the samples, so that each key holds somewhere and fails somewhere."""

OF_THE_ANSWER = ("deltas", "first_token_within_s", "longest_gap_s", "disconnects_within_s", "text")
"""What is about the last answer, and names its request wherever there is one."""

TIMED = [(1.0, "one "), (1.5, "two "), (2.0, "three")]


def keyed(attempt: int) -> Request:
    """Build a request with a key, and the client's own count."""
    return Request(
        "POST", "/v1/chat/completions", (("Idempotency-Key", "k"), ("X-Stainless-Retry-Count", f"{attempt}")), b"{}", 2
    )


def exchanges() -> Iterator[tuple[Exchange, ...]]:
    """Yield what may have gone over the wire: answers of each kind, refusals, cuts, retries."""
    retry_after = Response(429, (("Retry-After", "1"),), "length", b'{"error": {"message": "too many", "code": "busy"}}')
    cut_call = '{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]}'
    yield ()
    yield (make_exchange(),)
    yield (make_exchange(TIMED),)
    yield (make_exchange(TIMED, responded_at_s=0.3, notes=("client closed after the sentinel, before the end of the response",)),)
    yield (make_exchange("", events=(), event_count=0, streamed=False),)
    yield (make_exchange(TIMED, event_count=9, text_complete=False),)
    yield (make_exchange(unread="the tap cannot read the body", ending=Ending.UNRECOGNISED),)
    yield (make_exchange("", unread="the tap cannot read the body", ending=Ending.UNRECOGNISED),)
    yield (make_exchange("", ending=Ending.NO_RESPONSE, response=None),)
    yield (make_exchange(TIMED, ending=Ending.TRUNCATED, error="cut", notes=("close-delimited body",)),)
    yield (make_exchange(TIMED, ending=Ending.STALLED), make_exchange())
    yield (make_exchange(TIMED, ending=Ending.CLIENT_CLOSED, finish_reason="stop"),)
    refused = make_exchange("", ending=Ending.HTTP_ERROR, response=retry_after, responded_at_s=0.2, ended_at_s=0.2)
    yield (refused, make_exchange())
    yield (refused, make_exchange(started_at_s=0.5))
    yield (replace(refused, response=Response(429, (("Retry-After", "soon"),))), make_exchange())
    yield (refused, make_exchange(started_at_s=1.5))
    yield (make_exchange(TIMED, request=keyed(0), ending=Ending.RESET), make_exchange(request=keyed(0), started_at_s=3.0))
    yield (make_exchange(TIMED, request=keyed(0), ending=Ending.RESET), make_exchange(request=keyed(1), started_at_s=3.0))
    yield (
        make_exchange("", ending=Ending.TRUNCATED, events=(WireEvent(0.5, cut_call),), event_count=1),
        make_exchange(started_at_s=3.0),
    )
    yield (make_exchange(request=Request("GET", "/v1/models?x=1", (), b"", 9)), make_exchange(), make_exchange(started_at_s=2.5))


def transcripts() -> Iterator[Transcript]:
    """Yield runs of each kind around these exchanges."""
    processes = (
        ProcessEnd(0, duration_s=2.5, ended_at_s=2.5),
        ProcessEnd(3, duration_s=2.5),
        ProcessEnd(
            None, "SIGTERM", "idle", "SIGTERM", ended_at_s=9.0, leaks=(Leak("process", "sleep", 7), Leak("pipe", "stdout"))
        ),
        ProcessEnd(None, "SIGTERM", stopped_by="SIGTERM", served=Served(0.5, "", (Reply("GET /", 200), Reply("GET /x", 404)))),
        ProcessEnd(1, served=Served(None, "never listened")),
        ProcessEnd(0, served=Served(0.5, "", (Reply("GET /", error="reset"),)), leaks=(Leak("process", "sleep", 7, False),)),
    )
    for seen in exchanges():
        for stdout in ("", "Hello world\n", [(1.1, "one "), (1.6, "two "), (2.1, "three\n")], '{"a": 1}'):
            yield make_transcript(stdout=stdout, exchanges=numbered(*seen))
        for process in processes:
            yield make_transcript(
                stdout="one two three", stderr="tool f({)\nconnection lost", exchanges=numbered(*seen), process=process
            )
    more_than_kept = make_transcript(exchanges=numbered(make_exchange(TIMED)))
    yield Transcript(
        more_than_kept.run,
        {},
        more_than_kept.process,
        Output((OutputPiece(1.0, b"one "),), 1000, b"three"),
        more_than_kept.stderr,
        more_than_kept.exchanges,
    )


@pytest.mark.parametrize("key", expectation_keys())
def test_a_finding_is_whole(key: str) -> None:
    """It has its own key and witness, texts on both sides, a sentence exactly if it fails, and points at a request that was."""
    held = set()
    for value in (SAMPLES[key], *(value for other, value in MORE if other == key)):
        expectation = parse_expectation(key, value)
        for seen in transcripts():
            finding = expectation.check(seen)
            held.add(finding.ok)
            assert type(finding.ok) is bool, finding
            assert (finding.key, finding.witness) == (key, Witness(expectation_module(key).__name__.split(".")[-2]))
            texts = (finding.expected, finding.seen, finding.sentence, finding.where, finding.uncertain)
            assert all(isinstance(text, str) and "None" not in text and "XX" not in text for text in texts), finding
            assert finding.expected, finding
            assert finding.seen, finding
            assert bool(finding.sentence) is not finding.ok, finding
            assert finding.where in ("", *(f"request {exchange.number}" for exchange in seen.exchanges)), finding
            last = seen.last_exchange
            if key in OF_THE_ANSWER and last and last.response and last.response.status < 400:
                assert finding.where == f"request {last.number}", finding
    assert held == {True, False}, "the samples show one side alone"
