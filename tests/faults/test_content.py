"""Faults of what a stream holds and how its data is written, seen by a raw client through the tap."""

import json
from dataclasses import dataclass

import pytest

from dvara_examples.faults import parse_faults
from dvara_examples.records.model import Ending
from dvara_examples.wire.sse import SseParser
from tests.faults.conftest import Spoilt, noted
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, chunk, delta

HI, STOP = delta("Hi"), delta(finish="stop")
EVENTS = [HI, STOP, DONE]
WHOLE = SSE_HEAD + b"".join(map(chunk, EVENTS)) + LAST_CHUNK
CR = [event.replace(b"\n", b"\r") for event in EVENTS]
NEVER = "the response never came to it"


@dataclass(frozen=True)
class Case:
    """A fault, the chunks that arrive under it, and what is seen of them."""

    entry: object
    chunks: list[bytes]
    ending: Ending
    notes: tuple[str, ...]
    text: str = "Hi"
    sends: tuple[bytes, ...] = tuple(EVENTS)


def lines(*fields: str) -> bytes:
    """Return lines of an event."""
    return "".join(f"{field}\n" for field in fields).encode()


CASES = {
    "F07-data-lines": Case(
        {"data_lines": 3},
        [*(event.replace(b'{"choices":', b'{\ndata: "choices":\ndata: ') for event in (HI, STOP)), DONE],
        Ending.DONE,
        ("fault: data_lines 3",),
    ),
    "F11-fields-with-each": Case(
        {"fields": {"each": {"id": "7", "x-new": ""}}},
        [lines("id: 7", "x-new: ") + event for event in EVENTS],
        Ending.DONE,
        ("fault: fields id, x-new with each event",),
    ),
    "F11-fields-alone": Case(
        {"fields": {"alone": {"retry": "3000"}}},
        [lines("retry: 3000", ""), *EVENTS],
        Ending.DONE,
        ("fault: fields retry alone",),
    ),
    "F12-named-events": Case(
        {"fields": {"each": {"event": "chunk"}, "alone": {"id": "1"}}},
        [lines("id: 1", ""), *(lines("event: chunk") + event for event in EVENTS)],
        Ending.DONE,
        ("fault: fields event with each event, id alone",),
    ),
    "F22-no-newline": Case(
        {"drop_last_newline": True},
        [HI, STOP[:-2], b"\n\n" + DONE[:-2]],
        Ending.DONE_WITHOUT_SENTINEL,
        ("last event without a blank line", "fault: drop_last_newline"),
    ),
    "F22-no-newline-in-CR": Case(
        {"drop_last_newline": True},
        [CR[0], CR[1][:-2], b"\r\r" + CR[2][:-2]],
        Ending.DONE_WITHOUT_SENTINEL,
        ("last event without a blank line", "fault: drop_last_newline"),
        sends=tuple(CR),
    ),
    "E02-finish-lost": Case(
        {"drop_finish": True},
        [HI, DONE],
        Ending.EOF_WITHOUT_DONE,
        ("sentinel without finish_reason", "fault: drop_finish"),
    ),
    "E03-both-lost": Case(
        {"drop_finish": True, "drop_done": True}, [HI], Ending.EOF_WITHOUT_DONE, ("fault: drop_finish", "fault: drop_done")
    ),
    "E02-nothing-to-lose": Case(
        {"drop_finish": True},
        [HI, DONE],
        Ending.EOF_WITHOUT_DONE,
        ("sentinel without finish_reason", f"fault: drop_finish: {NEVER}"),
        sends=(HI, DONE),
    ),
    "E14-half": Case(
        {"malform": {"event": 2}},
        [HI, b"data: " + STOP[6:-2][: len(STOP[6:-2]) // 2] + b"\n\n", DONE],
        Ending.MALFORMED_EVENT,
        ("sentinel without finish_reason", "fault: malform event 2 into half"),
    ),
    "E14-text": Case(
        {"malform": {"event": 1, "into": "text"}},
        [b"data: upstream connect error\n\n", STOP, DONE],
        Ending.MALFORMED_EVENT,
        ("fault: malform event 1 into text",),
        text="",
    ),
    "E14-none-such": Case({"malform": {"event": 9}}, EVENTS, Ending.DONE, (f"fault: malform event 9 into half: {NEVER}",)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_spoilt_stream(spoilt: Spoilt, case: Case) -> None:
    """The client gets the stream as the fault leaves it, in framing without a flaw, and the tap names what it is now."""
    line = spoilt(case.entry)
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD + b"".join(map(chunk, case.sends)) + LAST_CHUNK)
    gateway.fin()
    assert client.receive_all() == (SSE_HEAD + b"".join(map(chunk, case.chunks)) + LAST_CHUNK, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text) == (case.ending, case.text)
    assert noted(seen) == case.notes


def test_no_place_after_what_got_lost(spoilt: Spoilt) -> None:
    """A cut behind the finish_reason never happens where that got lost before."""
    line = spoilt({"drop_finish": True, "cut": {"after_finish": True}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.fin()
    assert client.receive_all() == (SSE_HEAD + chunk(HI) + chunk(DONE) + LAST_CHUNK, "fin")
    assert f"fault: cut after the finish_reason: {NEVER}" in noted(line.exchange())


@pytest.mark.parametrize("count", [2, 3, 7, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_data_in_many_lines_is_the_same_data(spoilt: Spoilt, count: int, end: bytes) -> None:
    """No text is cut, whatever stands in it, and what the lines hold together is the JSON that was sent."""
    line = spoilt({"data_lines": count})
    client, gateway, _ = line.ask()
    event = delta('{"a": [1, "\\"b"], ":c"}', x={"y": [1, {"z": "\n"}], "ä": ""}).replace(b"\n", end)
    gateway.send(SSE_HEAD + chunk(event) + chunk(b"data:[DONE]" + end * 2) + LAST_CHUNK)
    gateway.fin()
    got = client.receive_all()[0]
    assert min(count, 10) <= got.count(b"data:") - 1 <= count
    first, done = SseParser().feed(got.partition(b"\r\n\r\n")[2].partition(b"\r\n")[2].replace(b"\r\n10\r\n", b""))[:2]
    assert json.loads(first.data) == json.loads(event[6 : -2 * len(end)])
    assert "[DONE]" in done.data


def test_the_faults_in_words() -> None:
    """Each says what it does to whoever reads the notes."""
    entry = {"fields": {"alone": {"id": "1", "retry": "2"}}, "malform": {"event": 3, "into": "text"}, "data_lines": 2}
    assert [str(fault) for fault in parse_faults(entry)] == [
        "fields id, retry alone", "malform event 3 into text", "data_lines 2"
    ]  # fmt: skip
