"""Framing cases: however the same stream is written, cut and wrapped, the tap passes it on as it is and reads it the same."""

import gzip
import json
import zlib

import pytest

from dvara_examples.records.model import Ending
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, Line, chunk, delta

HELLO = delta("Hel") + delta("lo") + delta(finish="stop") + DONE
RICH_TEXT = "ä € 😀 \u2028\u2029 \n\n \x00 \u00ad"
RICH = delta(RICH_TEXT) + delta(finish="stop") + DONE
RAW_RICH = b'data: {"choices":[{"delta":{"content":"' + "ä€😀\u2028\u2029".encode() + b'"}}]}\n\n' + delta(finish="stop") + DONE
WHOLE = chunk(HELLO) + LAST_CHUNK


def answer(*headers: str, version: str = "1.1") -> bytes:
    """Return a response head with these header lines."""
    return (f"HTTP/{version} 200 OK\r\n" + "".join(f"{line}\r\n" for line in headers) + "\r\n").encode()


def single_bytes(data: bytes) -> list[bytes]:
    """Cut *data* into single bytes."""
    return [bytes([byte]) for byte in data]


SSE = "Content-Type: text/event-stream"
CHUNKED = "Transfer-Encoding: chunked"
NO_SPACE = HELLO.replace(b"data: ", b"data:")
EXTRA = (
    b": hi\n\nid: 1\nretry: 10\nfoo: bar\n"
    + delta("Hel")
    + b":\n\nevent: message\n: in between\n"
    + delta("lo")
    + delta(finish="stop")
    + DONE
)
MANY_LINES = b'data: {"choices":\ndata: [{"delta":\ndata:{"content":"Hello"}}]}\n\n' + delta(finish="stop") + DONE
UNUSUAL_CHUNKS = b"00%x;name=value\r\n%s\r\n0;last\r\nX-Trailer: yes\r\nX-More: 1\r\n\r\n" % (len(HELLO), HELLO)

STREAMS = [
    pytest.param([SSE_HEAD, chunk(HELLO), LAST_CHUNK], "Hello", id="F01-lf"),
    pytest.param([SSE_HEAD, chunk(HELLO.replace(b"\n", b"\r\n")), LAST_CHUNK], "Hello", id="F02-crlf"),
    pytest.param([SSE_HEAD, chunk(HELLO.replace(b"\n", b"\r")), LAST_CHUNK], "Hello", id="F03-cr"),
    pytest.param(
        [SSE_HEAD, *(chunk(part) for part in HELLO.replace(b"\n", b"\r\n").replace(b"\r\n", b"\r|\n").split(b"|")), LAST_CHUNK],
        "Hello",
        id="F04-crlf-split",
    ),
    pytest.param(single_bytes(SSE_HEAD + WHOLE), "Hello", id="F05-byte-by-byte"),
    pytest.param(
        [
            SSE_HEAD + chunk(delta("H") + delta("e")),
            *(chunk(part) for part in (delta("llo")[:9], delta("llo")[9:20], delta("llo")[20:])),
            chunk(delta(finish="stop") + DONE) + LAST_CHUNK,
        ],
        "Hello",
        id="F06-many-events-in-one-piece-one-in-many",
    ),
    pytest.param([SSE_HEAD, chunk(MANY_LINES), LAST_CHUNK], "Hello", id="F07-many-data-lines"),
    pytest.param([SSE_HEAD, chunk(NO_SPACE), LAST_CHUNK], "Hello", id="F08-no-space"),
    pytest.param(
        [SSE_HEAD, chunk(delta("  Hel") + delta(" lo") + delta(finish="stop") + DONE), LAST_CHUNK], "  Hel lo", id="F09-spaces"
    ),
    pytest.param([SSE_HEAD, chunk(EXTRA), LAST_CHUNK], "Hello", id="F10-F11-F12-comments-fields-names"),
    pytest.param([SSE_HEAD, chunk(b"\xef\xbb\xbf" + HELLO), LAST_CHUNK], "Hello", id="F15-bom"),
    pytest.param(
        [SSE_HEAD, *(chunk(byte) for byte in single_bytes(RAW_RICH)), LAST_CHUNK], "ä€😀\u2028\u2029", id="F17-utf8-split"
    ),
    pytest.param([SSE_HEAD, chunk(RICH), LAST_CHUNK], RICH_TEXT, id="F18-escapes"),
    pytest.param(
        [SSE_HEAD, *([chunk(delta("x"))] * 50), chunk(delta(finish="stop") + DONE), LAST_CHUNK], "x" * 50, id="F20-burst"
    ),
    pytest.param(
        [answer(SSE, CHUNKED, "Content-Encoding: gzip"), chunk(gzip.compress(HELLO)), LAST_CHUNK], "Hello", id="F23-gzip"
    ),
    pytest.param(
        [answer(SSE, CHUNKED, "Content-Encoding: gzip"), *(chunk(b) for b in single_bytes(gzip.compress(HELLO))), LAST_CHUNK],
        "Hello",
        id="F23-gzip-byte-by-byte",
    ),
    pytest.param(
        [answer(SSE, CHUNKED, "Content-Encoding: deflate"), chunk(zlib.compress(HELLO)), LAST_CHUNK], "Hello", id="F23-deflate"
    ),
    pytest.param(
        [answer(SSE, CHUNKED, "Content-Encoding: deflate"), chunk(zlib.compress(HELLO, wbits=-15)), LAST_CHUNK],
        "Hello",
        id="F23-raw-deflate",
    ),
    pytest.param(
        [
            answer(SSE, CHUNKED, "Content-Encoding: gzip"),
            chunk(gzip.compress(HELLO[:50]) + gzip.compress(HELLO[50:])),
            LAST_CHUNK,
        ],
        "Hello",
        id="F23-gzip-of-two-members",
    ),
    pytest.param([answer("content-TYPE:  Text/Event-Stream ; charset=UTF-8", CHUNKED), WHOLE], "Hello", id="F25-content-type"),
    pytest.param([answer(SSE, "transfer-encoding: Chunked"), UNUSUAL_CHUNKS], "Hello", id="F26-extensions-and-trailers"),
    pytest.param([answer(SSE, CHUNKED, version="1.0"), WHOLE], "Hello", id="F26-http10-chunked"),
    pytest.param([answer(SSE, f"Content-Length: {len(HELLO)}"), HELLO[:40], HELLO[40:]], "Hello", id="content-length"),
    pytest.param([answer("X: a", " folded", SSE, CHUNKED).replace(b"\r\n", b"\n"), WHOLE], "Hello", id="head-with-bare-lf"),
]


@pytest.mark.parametrize(("pieces", "text"), STREAMS)
def test_the_same_stream_in_every_shape(line: Line, pieces: list[bytes], text: str) -> None:
    """Each piece arrives at once and unchanged, and the tap reads the same text and ending from every shape."""
    client, gateway, _ = line.ask()
    for piece in pieces:
        gateway.send(piece)
        assert client.receive(len(piece)) == piece
    seen = line.exchange()
    assert (seen.ending, seen.text, seen.finish_reason, seen.sentinel) == (Ending.DONE, text, "stop", True)
    assert seen.error is None
    assert sum(piece.size_bytes for piece in seen.pieces) == sum(len(piece) for piece in pieces)
    assert [piece.at_s for piece in seen.pieces] == sorted(piece.at_s for piece in seen.pieces)


@pytest.mark.parametrize("head", [answer(SSE, version="1.0"), answer(SSE, "Connection: close")])
def test_close_delimited(line: Line, head: bytes) -> None:
    """F26: a body that only the FIN ends is read whole; that its cut could not be seen is noted."""
    client, gateway, _ = line.ask()
    gateway.send(head, HELLO)
    gateway.close()
    assert client.receive_all() == (head + HELLO, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.DONE, "Hello")
    assert seen.notes == ("close-delimited body",)
    assert seen.response is not None
    assert seen.response.framing == "close"


def test_one_event_of_eight_megabytes(line: Line) -> None:
    """F19: an event of 8 MB passes, and its text is kept to the bound and said to be cut."""
    client, gateway, _ = line.ask()
    big = delta("x" * 8_000_000)
    sent = b"".join(chunk(big[i : i + 8192]) for i in range(0, len(big), 8192)) + chunk(delta(finish="stop") + DONE) + LAST_CHUNK
    received = bytearray()
    gateway.send(SSE_HEAD)
    assert client.receive(len(SSE_HEAD)) == SSE_HEAD
    for start in range(0, len(sent), 65536):
        gateway.send(sent[start : start + 65536])
        received += client.receive(len(sent[start : start + 65536]))
    assert bytes(received) == sent
    seen = line.exchange()
    assert seen.ending is Ending.DONE
    assert (len(seen.text), seen.text_complete) == (4 * 1024 * 1024, False)
    assert len(seen.events[0].data) <= 16 * 1024


def test_five_thousand_events_in_a_burst(line: Line) -> None:
    """F20: a burst is counted in full, its text is whole, and the first two thousand events are kept."""
    client, gateway, _ = line.ask()
    body = b"".join(chunk(delta(str(number % 10))) for number in range(5000)) + chunk(delta(finish="stop") + DONE) + LAST_CHUNK
    gateway.send(SSE_HEAD)
    client.receive(len(SSE_HEAD))
    for start in range(0, len(body), 50_000):
        gateway.send(body[start : start + 50_000])
        client.receive(len(body[start : start + 50_000]))
    seen = line.exchange()
    assert (seen.ending, seen.event_count, len(seen.events)) == (Ending.DONE, 5002, 2000)
    assert seen.text == "0123456789" * 500


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        pytest.param(b"data: [DONE]\n", Ending.DONE_WITHOUT_SENTINEL, id="F21-no-blank-line"),
        pytest.param(b"data: [DONE]", Ending.DONE_WITHOUT_SENTINEL, id="F22-no-newline"),
    ],
)
def test_last_event_without_a_blank_line(line: Line, last: bytes, ending: Ending) -> None:
    """An event that no blank line ends does not count, by the standard; it is noted, since some clients read it."""
    client, gateway, _ = line.ask()
    body = chunk(delta("Hi", "stop") + last) + LAST_CHUNK
    gateway.send(SSE_HEAD, body)
    client.receive(len(SSE_HEAD + body))
    seen = line.exchange()
    assert seen.ending is ending
    assert seen.notes == ("last event without a blank line",)


@pytest.mark.parametrize("left_out", [8, 1, 0])
def test_gzip_without_its_end(line: Line, left_out: int) -> None:
    """F23: where all of the answer is there and only the checksum behind it is not, it is done, as for clients, with a note."""
    packed = gzip.compress(HELLO, mtime=0)
    raw = answer(SSE, CHUNKED, "Content-Encoding: gzip") + chunk(packed[: len(packed) - left_out]) + LAST_CHUNK
    client, gateway, _ = line.ask()
    gateway.send(raw)
    assert client.receive(len(raw)) == raw
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.DONE, "Hello")
    assert seen.notes == (("compressed body without its end",) if left_out else ())


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_damaged_body_is_never_done(coding: str, line: Line) -> None:
    """A body that is not of the coding its head announces is passed on; clients that undo no coding read it, others refuse it."""
    client, gateway, _ = line.ask()
    head = answer(SSE, CHUNKED, f"Content-Encoding: {coding}")
    gateway.send(head, WHOLE)
    assert client.receive(len(head + WHOLE)) == head + WHOLE
    seen = line.exchange()
    assert seen.ending is Ending.UNRECOGNISED
    assert f"{coding} body is damaged" in (seen.error or "")


def test_a_body_that_is_damaged_behind_its_start_is_truncated(line: Line) -> None:
    """What came of it shows that it is of that coding: then no client can read the rest."""
    packed = gzip.compress(WHOLE * 50)
    raw = answer(SSE, CHUNKED, "Content-Encoding: gzip") + chunk(packed[:-8] + bytes(8)) + LAST_CHUNK
    client, gateway, _ = line.ask()
    gateway.send(raw)
    assert client.receive(len(raw)) == raw
    seen = line.exchange()
    assert seen.ending is Ending.TRUNCATED
    assert "the gzip body is damaged" in (seen.error or "")


def test_an_unknown_coding_is_never_done(line: Line) -> None:
    """A coding that cannot be read here gives no false done, and the error names it."""
    client, gateway, _ = line.ask()
    head = answer(SSE, CHUNKED, "Content-Encoding: dcb")
    gateway.send(head, WHOLE)
    client.receive(len(head + WHOLE))
    seen = line.exchange()
    assert seen.ending is Ending.UNRECOGNISED
    assert not seen.text_complete
    assert "'dcb'" in (seen.error or "")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(SSE_HEAD + b"zz\r\n", id="no-chunk-size"),
        pytest.param(SSE_HEAD + b"3\r\nabcdef\r\n", id="chunk-longer-than-its-size"),
        pytest.param(SSE_HEAD + b"-3\r\nabc\r\n", id="negative-size"),
        pytest.param(answer(SSE, "Content-Length: 5, 6"), id="two-lengths"),
        pytest.param(answer(SSE, "Content-Length: x"), id="length-no-number"),
    ],
)
def test_framing_that_makes_no_sense(line: Line, broken: bytes) -> None:
    """Bytes go on through after the framing is lost, and the exchange is not called complete, whatever they say."""
    client, gateway, _ = line.ask()
    gateway.send(broken, HELLO + LAST_CHUNK)
    gateway.close()
    assert client.receive_all() == (broken + HELLO + LAST_CHUNK, "fin")
    seen = line.exchange()
    assert seen.ending in (Ending.TRUNCATED, Ending.NO_RESPONSE)
    assert "cannot be followed" in (seen.error or "")


def test_what_came_before_the_nonsense_in_one_piece(line: Line) -> None:
    """An error event is told although the framing breaks right behind it, in the same segment."""
    client, gateway, _ = line.ask()
    sent = SSE_HEAD + chunk(b'data: {"error": {"message": "overloaded"}}\n\n') + b"zz\r\n"
    gateway.send(sent)
    gateway.close()
    assert client.receive_all() == (sent, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.error) == (Ending.ERROR_EVENT, "overloaded")


def test_a_client_that_leaves_broken_framing(line: Line) -> None:
    """It is the gateway that broke off, not the client that hung up, where the client leaves framing that nobody can follow."""
    client, gateway, _ = line.ask()
    gateway.send(SSE_HEAD + HELLO + b"zz\r\n")
    client.receive(len(SSE_HEAD + HELLO + b"zz\r\n"))
    client.close()
    assert gateway.receive_all()[0] == b""
    assert line.exchange().ending is Ending.TRUNCATED


def test_a_surrogate_pair_in_two_deltas(line: Line) -> None:
    """An emoji whose two halves are escaped in two deltas is one character in the text, and no half is stored."""
    client, gateway, _ = line.ask()
    body = chunk(delta("\ud83d") + delta("\ude00") + delta("\ud83d") + delta(finish="stop") + DONE) + LAST_CHUNK
    gateway.send(SSE_HEAD, body)
    client.receive(len(SSE_HEAD + body))
    seen = line.exchange()
    assert seen.text == "😀\ufffd"
    assert json.dumps([event.text for event in seen.events], ensure_ascii=False).encode()
