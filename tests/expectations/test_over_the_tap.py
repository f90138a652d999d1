"""Expectations hold against what the tap records of real connections, words of its notes included."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dvara_examples.expectations import parse_expectation
from dvara_examples.records.verdict import Finding
from tests.factories import make_transcript
from tests.tap.scripted import DONE, SSE_HEAD, Line, Side, chunk, delta, open_line, request

ANSWER = (chunk(delta("Hel")), chunk(delta("lo")), chunk(delta(finish="stop")), chunk(DONE))
KEYED = request(headers={"Authorization": "Bearer x", "Idempotency-Key": "k1", "Accept": "text/event-stream"})


@pytest.fixture
def line() -> Iterator[Line]:
    """A tap between a raw client and a raw gateway."""
    with open_line() as opened:
        yield opened


def answer(client: Side, gateway: Side) -> None:
    """Send a whole answer without the end of its response, and wait until the client has it."""
    gateway.send(SSE_HEAD, *ANSWER)
    client.receive_head()
    client.receive(sum(map(len, ANSWER)))


def refuse(client: Side, gateway: Side, *, retry_after: str) -> None:
    """Send a 429, and wait until the client has it."""
    gateway.send(f"HTTP/1.1 429 \r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n".encode())
    client.receive_head()


def check(line: Line, key: str, value: object) -> Finding:
    """Close the tap and check an expectation against what it saw."""
    return parse_expectation(key, value).check(make_transcript(exchanges=line.exchanges()))


def test_a_client_that_leaves_an_open_response_hangs_up(line: Line) -> None:
    """The close of a client that has heard `[DONE]` counts, though the gateway would have gone on."""
    client, gateway, _ = line.ask()
    answer(client, gateway)
    client.close()
    gateway.receive_all()
    finding = check(line, "disconnects_within_s", 60)
    assert finding.ok
    assert finding.seen.startswith("done, ")


def test_a_client_that_stays_does_not_hang_up(line: Line) -> None:
    """Where only the end of the run closes the connection, the finding says that it had to be stopped."""
    client, gateway, _ = line.ask()
    answer(client, gateway)
    finding = check(line, "disconnects_within_s", 60)
    assert not finding.ok
    assert "had to be stopped" in finding.sentence


def test_a_response_that_ends_leaves_nothing_to_hang_up_on(line: Line) -> None:
    """A close behind the end of the response is not seen as a hang-up."""
    client, gateway, _ = line.ask()
    answer(client, gateway)
    gateway.send(b"0\r\n\r\n")
    client.receive(5)
    client.close()
    assert "the example did not end" in check(line, "disconnects_within_s", 60).sentence


@pytest.mark.parametrize(("retry_after", "ok"), [("0", True), ("60", False)])
def test_a_second_attempt_is_held_against_retry_after(line: Line, retry_after: str, ok: bool) -> None:
    """An attempt that follows at once is welcome where no wait is asked for, and too early where a minute is."""
    client, gateway, _ = line.ask()
    refuse(client, gateway, retry_after=retry_after)
    client.send(request())
    gateway.receive_request()
    answer(client, gateway)
    assert check(line, "honours_retry_after", True).ok is ok


def test_every_attempt_at_an_unavailable_gateway_is_counted(line: Line) -> None:
    """Three requests that meet 503 are three, in their order, however the client spaces them."""
    client, gateway, _ = line.ask()
    for attempt in range(3):
        if attempt:
            client.send(request())
            gateway.receive_request()
        gateway.send(b"HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n")
        client.receive_head()
    seen = make_transcript(exchanges=line.exchanges())
    for key, value in (("requests", 3), ("responses", [503, 503, 503]), ("ends", ["http_error"] * 3)):
        assert parse_expectation(key, value).check(seen).ok, key
    assert not parse_expectation("requests", {"max": 2}).check(seen).ok


@pytest.mark.parametrize(
    ("stdout", "ok"),
    [("Hel\n[again]\nHello\n", True), ("HelHello\n", False), ("Hello\n", False)],
)
def test_text_before_a_reset_and_after_it_is_told_apart(line: Line, stdout: str, ok: bool) -> None:
    """Of an answer that was reset and given again, neither text may be lost, nor the first run into the second."""
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD, ANSWER[0])
    client.receive_head()
    client.receive(len(ANSWER[0]))
    gateway.rst()
    client.receive_all()
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD, *ANSWER, b"0\r\n\r\n")
    client.receive_head()
    client.receive(sum(map(len, ANSWER)) + 5)
    seen = make_transcript(exchanges=line.exchanges(), stdout=stdout)
    assert parse_expectation("ends", ["reset", "done"]).check(seen).ok
    assert parse_expectation("prints_the_stream", True).check(seen).ok is ok


def test_what_was_sent_twice_is_recorded_so_that_it_can_be_judged(line: Line) -> None:
    """Path, headers, body, key, statuses, text, times and order of a retried request all come from the tap's own record."""
    client, gateway, _ = line.ask(KEYED)
    refuse(client, gateway, retry_after="0")
    client.send(KEYED)
    gateway.receive_request()
    answer(client, gateway)
    client.close()
    gateway.receive_all()
    seen = make_transcript(exchanges=line.exchanges())
    wanted: dict[str, object] = {
        "path": "/v1/chat/completions",
        "request_headers": {"accept": "text/event-stream", "authorization": "present", "cookie": "absent"},
        "request_json": {"at": {"/stream": True, "/messages/0/role": "user"}},
        "idempotency_key_stable": True,
        "responses": [429, 200],
        "retry_delays_s": [{"max": 60}],
        "no_retry_after_end": True,
        "text": {"equals": "Hello"},
        "deltas": 2,
        "first_token_within_s": 60,
        "longest_gap_s": 60,
        "order": ["request 1", "response 1", "end 1", "request 2", "response 2", "text 2", "end 2"],
    }
    assert [key for key, value in wanted.items() if not parse_expectation(key, value).check(seen).ok] == []
    alone = replace(seen, exchanges=seen.exchanges[:1])
    assert [key for key, value in wanted.items() if parse_expectation(key, value).check(alone).ok] == [
        "path",
        "request_headers",
        "request_json",
    ]
