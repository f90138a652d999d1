"""Secrets that a gateway splits over several events."""

import json
from queue import SimpleQueue

import pytest

from dvara_examples.core.redaction import Redactor
from dvara_examples.tap import CaptureLimits, TapEvent
from dvara_examples.tap.masking import RECOGNISED, RunningMask
from dvara_examples.tap.progress import EventPassed
from tests.tap.scripted import DONE, LAST_CHUNK, REAL_KEY, SSE_HEAD, chunk, delta, open_line

EDGES = [1, 7, len(REAL_KEY) - 1]


def spoken(*texts: str, bounds: CaptureLimits | None = None) -> str:
    """Return the record, as text, of an answer in these parts; none of them may be kept from the client."""
    sent = SSE_HEAD + chunk(b"".join(map(delta, texts)) + delta(finish="stop") + DONE) + LAST_CHUNK
    with open_line(bounds=bounds) as line:
        client, gateway, _ = line.ask()
        gateway.send(sent)
        assert client.receive(len(sent)) == sent
        return repr(line.exchange())


@pytest.mark.parametrize("edge", EDGES)
def test_a_key_in_two_events(edge: int) -> None:
    """Neither half is in any field, what stands around them is, and the data is still JSON of the same length."""
    texts = ("your key: " + REAL_KEY[:edge], REAL_KEY[edge:] + " is known")
    with open_line() as line:
        client, gateway, _ = line.ask()
        sent = SSE_HEAD + chunk(b"".join(map(delta, texts)) + DONE) + LAST_CHUNK
        gateway.send(sent)
        assert client.receive(len(sent)) == sent
        seen = line.exchange()
    first, second, _ = seen.events
    assert (first.text, second.text) == ("your key: " + "*" * edge, "*" * (len(REAL_KEY) - edge) + " is known")
    for event, text in zip((first, second), texts, strict=True):
        assert json.loads(event.data)["choices"][0]["delta"]["content"] == event.text
        assert len(event.data) == len(delta(text)) - len(b"data: \n\n")
    assert seen.text == f"your key: {'*' * len(REAL_KEY)} is known"
    assert seen.response is not None
    assert seen.response.body == b"".join(b"data: %s\n\n" % event.data.encode() for event in seen.events)


def test_a_key_letter_by_letter() -> None:
    """One letter per event, twice over: no three letters of the key follow one another anywhere."""
    shown = spoken(*REAL_KEY, " and ", *REAL_KEY)
    assert '"content": "*"' in shown
    assert not any(f'"content": "{letter}"' in shown for letter in REAL_KEY)


def test_a_key_beside_a_whole_one() -> None:
    """A whole key in one event does not keep another from being found in two."""
    shown = spoken(REAL_KEY, " or ", REAL_KEY[:9], REAL_KEY[9:], " it is")
    assert REAL_KEY[:9] not in shown
    assert REAL_KEY[9:] not in shown
    assert " it is" in shown


def test_a_key_across_the_last_event_that_is_kept() -> None:
    """Of the body only that is kept legible which is known to hold no part of the key."""
    shown = spoken("a", REAL_KEY[:9], REAL_KEY[9:], "b", bounds=CaptureLimits(events=2))
    assert REAL_KEY[:9] not in shown
    assert REAL_KEY[9:] not in shown


def test_text_that_is_spelt_in_an_unusual_way() -> None:
    """Where the text cannot be found in the data as it is usually written, nothing of the data is shown."""
    start = f"\\u{ord(REAL_KEY[0]):04x}{REAL_KEY[1:9]}"
    odd = delta("@").replace(b"@", start.encode())
    with open_line() as line:
        client, gateway, _ = line.ask()
        sent = SSE_HEAD + chunk(odd + delta(REAL_KEY[9:] + ".") + DONE) + LAST_CHUNK
        gateway.send(sent)
        assert client.receive(len(sent)) == sent
        seen = line.exchange()
    assert [event.text for event in seen.events] == ["*" * 9, "*" * (len(REAL_KEY) - 9) + ".", ""]
    assert set(seen.events[0].data) == {"*"}
    assert REAL_KEY[1:9] not in repr(seen)


def test_a_key_is_told_no_further_than_it_takes_to_recognise_it() -> None:
    """What is told live of a key in parts ends before the letter by which its beginning is known; the rest of the text stays."""
    told: SimpleQueue[TapEvent] = SimpleQueue()
    with open_line(on_event=told.put) as line:
        client, gateway, _ = line.ask()
        sent = SSE_HEAD + chunk(b"".join(map(delta, ("key: ", *REAL_KEY, " it is"))) + DONE) + LAST_CHUNK
        gateway.send(sent)
        assert client.receive(len(sent)) == sent
        line.tap.close()
    passed = [event.event for _ in range(told.qsize()) if isinstance(event := told.get(), EventPassed)]
    hidden = len(REAL_KEY) - RECOGNISED + 1
    assert "".join(event.text for event in passed) == f"key: {REAL_KEY[: RECOGNISED - 1]}{'*' * hidden} it is"
    assert sum('"content": "*"' in event.data for event in passed) == hidden


def test_what_only_begins_like_a_key() -> None:
    """Text that turns out to be none is shown from there on, and parts keep their lengths."""
    mask = RunningMask(Redactor.of(("gw_abcdef", "gw_xyz")))
    assert [mask.next(part) for part in ("say gw_ab", "out", " gw_x", "yz", "")] == ["say *****", "out", " ****", "**", ""]
    assert RunningMask(Redactor.of(("abcdXabcd",))).next("an abcdXabcd") == "an *********"
    assert RunningMask(Redactor()).next("gw_abcdef") == "gw_abcdef"
