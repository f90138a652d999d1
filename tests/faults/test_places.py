"""Faults that act at a place, seen by a raw client: it gets every byte before the place, none behind it, and the right end."""

import contextlib
import socket
import threading

import pytest

from dvara_examples.records.model import Ending
from tests.faults.conftest import Spoilt, noted
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, Closed, chunk, delta

EVENTS = [delta("Hel"), delta("lo"), delta(finish="stop"), DONE]
CHUNKS = [chunk(event) for event in EVENTS]
WHOLE = SSE_HEAD + b"".join(CHUNKS) + LAST_CHUNK
SECOND = chunk(EVENTS[1])
HALF = SSE_HEAD + CHUNKS[0] + SECOND[: SECOND.index(b"\n") + 1 + len(EVENTS[1]) // 2]

PLACES: list[tuple[dict[str, object], bytes, str]] = [
    ({"before_head": True}, b"", "before the head"),
    ({"after_events": 0}, SSE_HEAD, "after 0 events"),
    ({"after_bytes": 0}, SSE_HEAD, "after 0 bytes of the body"),
    ({"after_bytes": 10}, SSE_HEAD + CHUNKS[0][: CHUNKS[0].index(b"\n") + 11], "after 10 bytes of the body"),
    ({"after_events": 1}, SSE_HEAD + CHUNKS[0], "after 1 event"),
    ({"after_events": 2}, SSE_HEAD + b"".join(CHUNKS[:2]), "after 2 events"),
    ({"mid_event": 2}, HALF, "in the middle of event 2"),
    ({"after_finish": True}, SSE_HEAD + b"".join(CHUNKS[:3]), "after the finish_reason"),
    ({"after_done": True}, SSE_HEAD + b"".join(CHUNKS), "after the last word"),
]


@pytest.mark.parametrize("at_once", [True, False], ids=["one-piece", "many-pieces"])
@pytest.mark.parametrize(("key", "closed", "ending"), [("cut", "fin", Ending.TRUNCATED), ("reset", "rst", Ending.RESET)])
@pytest.mark.parametrize(("place", "before", "words"), PLACES, ids=[words for _, _, words in PLACES])
def test_what_comes_before_the_place_comes_whole(
    spoilt: Spoilt, place: object, before: bytes, words: str, key: str, closed: Closed, ending: Ending, *, at_once: bool
) -> None:
    """Exactly the bytes before the place arrive, unchanged, then the end; ending and note say so."""
    line = spoilt({key: place})
    client, gateway, _ = line.ask()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # what comes after the place may meet a closed door
        gateway.send(*([WHOLE] if at_once else [SSE_HEAD, *CHUNKS, LAST_CHUNK]))
    assert client.receive_all() == (before, closed)
    seen = line.exchange()
    assert seen.ending is (ending if before else Ending.NO_RESPONSE)
    assert noted(seen)[-1:] == (f"fault: {key} {words}",)
    assert sum(piece.size_bytes for piece in seen.pieces) == len(before)


@pytest.mark.parametrize(("place", "before", "words"), PLACES, ids=[words for _, _, words in PLACES])
def test_a_stall_for_good(spoilt: Spoilt, place: object, before: bytes, words: str) -> None:
    """Exactly the bytes before the place arrive, the connection stays open, and the gateway hears when the client goes."""
    line = spoilt({"stall": place}, stall_after_s=0.0)
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(before)) == before
    client.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.socket.recv(1)
    client.rst()
    assert gateway.receive_all()[0] == b""
    seen = line.exchange()
    assert seen.ending is Ending.STALLED
    assert noted(seen)[-1] == f"fault: stall {words}"


@pytest.mark.parametrize(
    ("place", "words"), [(place, words) for place, _, words in PLACES], ids=[words for _, _, words in PLACES]
)
def test_a_stall_that_passes(spoilt: Spoilt, place: dict[str, object], words: str) -> None:
    """After its time everything else follows, and the response is as whole as without the fault."""
    line = spoilt({"stall": {**place, "for_s": 0.05}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    gateway.close()
    assert client.receive_all() == (WHOLE, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.DONE, "Hello")
    assert noted(seen) == (f"fault: stall {words}, for 0.05 s",)


@pytest.mark.parametrize("key", ["cut", "reset", "stall"])
def test_a_place_that_never_comes(spoilt: Spoilt, key: str) -> None:
    """A response that ends before the place passes unchanged, and the note says that nothing was done."""
    line = spoilt({key: {"after_events": 5}})
    client, gateway, _ = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    seen = line.exchange()
    assert seen.ending is Ending.DONE
    assert noted(seen) == (f"fault: {key} after 5 events: the response never came to it",)


def test_a_cut_of_a_close_delimited_body_cannot_be_seen(spoilt: Spoilt) -> None:
    """Where only the FIN ends a body, a cut looks like its end to HTTP; the missing finish_reason tells."""
    line = spoilt({"cut": {"after_events": 1}})
    client, gateway, _ = line.ask()
    head = b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n\r\n"
    gateway.send(head + b"".join(EVENTS))
    assert client.receive_all() == (head + EVENTS[0], "fin")
    seen = line.exchange()
    assert seen.ending is Ending.EOF_WITHOUT_DONE
    assert noted(seen) == ("close-delimited body", "fault: cut after 1 event")


def test_each_request_has_its_own_entry(spoilt: Spoilt) -> None:
    """Entries go to requests in order of arrival over all connections; beyond the list nothing happens."""
    line = spoilt({"cut": {"after_events": 1}}, "none", {"reset": {"after_events": 0}})
    ends = []
    for _ in range(4):
        client, gateway, _ = line.ask()
        gateway.send(WHOLE)
        gateway.fin()
        ends.append(client.receive_all())
    assert ends == [(SSE_HEAD + CHUNKS[0], "fin"), (WHOLE, "fin"), (SSE_HEAD, "rst"), (WHOLE, "fin")]
    assert [one.ending for one in line.exchanges()] == [Ending.TRUNCATED, Ending.DONE, Ending.RESET, Ending.DONE]


def test_requests_on_one_connection(spoilt: Spoilt) -> None:
    """On a connection that is used again, the second request meets the second entry."""
    line = spoilt("none", {"cut": {"mid_event": 2}})
    client, gateway, sent = line.ask()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    client.send(sent)
    gateway.receive_request()
    gateway.send(WHOLE)
    assert client.receive_all() == (HALF, "fin")
    assert [one.ending for one in line.exchanges()] == [Ending.DONE, Ending.TRUNCATED]


def test_a_reset_does_not_overtake_what_comes_before_it(spoilt: Spoilt) -> None:
    """A slow reader still gets every byte before the place: those in flight are not thrown away by the RST."""
    line = spoilt({"reset": {"after_events": 1}})
    client, gateway, _ = line.ask()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    big = chunk(delta("x" * 800_000))
    sender = threading.Thread(target=gateway.send, args=(SSE_HEAD, big), name="gateway")
    sender.start()
    sender.join(20)
    assert client.receive_all() == (SSE_HEAD + big, "rst")
    assert line.exchange().ending is Ending.RESET
