"""Faults of head, coding and framing, and whole responses that somebody else sends, seen by a raw client through the tap."""

import gzip
import zlib

import pytest

from dvara_examples.records.model import Ending
from tests.faults.conftest import Spoilt, noted
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, Line, Side, chunk, delta

HI, STOP = delta("Hi"), delta(finish="stop")
EVENTS = [HI, STOP, DONE]
BODY = b"".join(EVENTS)
CHUNKS = b"".join(map(chunk, EVENTS))
WHOLE = SSE_HEAD + CHUNKS + LAST_CHUNK
PLAIN = b"HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def answered(line: Line, raw: bytes) -> tuple[Side, Side]:
    """Let the gateway answer a request with *raw*, and then finish."""
    client, gateway, _ = line.ask()
    gateway.send(raw)
    gateway.fin()
    return client, gateway


@pytest.mark.parametrize("raw", [WHOLE, PLAIN + LENGTH + b"\r\n" + BODY], ids=["chunked", "length"])
@pytest.mark.parametrize(
    ("word", "head"),
    [("close", PLAIN + b"Connection: close\r\n\r\n"), ("http_1_0", PLAIN.replace(b"1.1", b"1.0") + b"\r\n")],
)
def test_a_body_that_ends_with_its_connection(spoilt: Spoilt, word: str, head: bytes, raw: bytes) -> None:
    """F26: chunks and length are gone, the bytes of the body are the same, and the FIN ends it."""
    line = spoilt({"framing": word})
    client, _ = answered(line, raw)
    assert client.receive_all() == (head + BODY, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.DONE, "Hi")
    assert noted(seen) == ("close-delimited body", f"fault: framing {word}")


@pytest.mark.parametrize(
    ("entry", "ending", "closed"),
    [
        ({"framing": "close", "cut": {"after_events": 1}}, Ending.EOF_WITHOUT_DONE, "fin"),
        ({"framing": "http_1_0", "cut": {"after_events": 1}}, Ending.EOF_WITHOUT_DONE, "fin"),
        ({"framing": "close", "reset": {"after_events": 1}}, Ending.RESET, "rst"),
        ({"framing": "trailers", "cut": {"after_events": 1}}, Ending.TRUNCATED, "fin"),
    ],
    ids=str,
)
def test_a_break_in_another_framing(spoilt: Spoilt, entry: object, ending: Ending, closed: str) -> None:
    """E05: the FIN that cuts a body which only a FIN ends looks like its end; an RST and missing chunks do not."""
    line = spoilt(entry)
    client, _ = answered(line, WHOLE)
    got, how = client.receive_all()
    assert how == closed
    assert got.count(b"data:") == 1
    seen = line.exchange()
    assert (seen.ending, seen.text) == (ending, "Hi")


def test_a_gateways_own_cut_of_a_body_that_ends_with_its_connection(spoilt: Spoilt) -> None:
    """What the gateway does not finish ends with the FIN all the same, and nobody can tell by HTTP."""
    line = spoilt({"framing": "close"})
    client, _ = answered(line, SSE_HEAD + chunk(HI))
    assert client.receive_all() == (PLAIN + b"Connection: close\r\n\r\n" + HI, "fin")
    assert line.exchange().ending is Ending.EOF_WITHOUT_DONE


def test_trailers(spoilt: Spoilt) -> None:
    """F26: fields follow the last chunk, the head announces them, and every chunk is as it was."""
    line = spoilt({"framing": "trailers"})
    client, gateway, sent = line.ask()
    raw = SSE_HEAD[:-2] + b"Trailer: X-Checked\r\n\r\n" + CHUNKS + b"0\r\nX-Checked: yes\r\n\r\n"
    for part in (SSE_HEAD, CHUNKS, LAST_CHUNK[:2], LAST_CHUNK[2:]):
        gateway.send(part)
    assert client.receive(len(raw)) == raw
    client.send(sent)
    gateway.receive_request()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    first, second = line.exchanges()
    assert (first.ending, noted(first)) == (Ending.DONE, ("fault: framing trailers",))
    assert (second.ending, noted(second)) == (Ending.DONE, ())


@pytest.mark.parametrize(
    ("word", "raw", "why"),
    [
        ("trailers", PLAIN + LENGTH + b"\r\n" + BODY, "the body has no chunks"),
        ("close", b"HTTP/1.1 204 \r\n\r\n", "there is no body"),
    ],
)
def test_framing_that_does_not_fit(spoilt: Spoilt, word: str, raw: bytes, why: str) -> None:
    """Where it cannot be, the response stays as it is, and the note says why."""
    line = spoilt({"framing": word})
    client, _ = answered(line, raw)
    assert client.receive_all() == (raw, "fin")
    assert noted(line.exchange())[-1] == f"fault: framing {word}: not done, as {why}"


@pytest.mark.parametrize("raw", [WHOLE, PLAIN + LENGTH + b"\r\n" + BODY], ids=["chunked", "length"])
def test_gzip(spoilt: Spoilt, raw: bytes) -> None:
    """F23: the head says gzip, each chunk can be read as soon as it comes, and all together are the stream."""
    line = spoilt({"gzip": True})
    client, gateway, _ = line.ask()
    head = PLAIN + (
        CHUNKED + b"Content-Encoding: gzip\r\n\r\n" if raw is WHOLE else b"Content-Encoding: gzip\r\n" + CHUNKED + b"\r\n"
    )
    gateway.send(raw)
    assert client.receive(len(head)) == head
    unpacked, reader = [], zlib.decompressobj(wbits=31)
    while size := int(client.receive_line(), 16):
        unpacked.append(reader.decompress(client.receive(size)))
        client.receive(2)
    assert unpacked == [*EVENTS, b""]
    assert reader.eof
    seen = line.exchange()
    assert (seen.ending, seen.text, noted(seen)) == (Ending.DONE, "Hi", ("fault: gzip",))


def test_a_cut_of_a_compressed_stream(spoilt: Spoilt) -> None:
    """Places are found in a stream that a fault compresses, although nobody could find them in the bytes."""
    line = spoilt({"gzip": True, "cut": {"after_events": 1}})
    client, _ = answered(line, WHOLE)
    got, _ = client.receive_all()
    packed = got.partition(b"\r\n\r\n")[2].partition(b"\r\n")[2][:-2]
    assert zlib.decompressobj(wbits=31).decompress(packed) == HI
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.TRUNCATED, "Hi")


def test_what_is_compressed_already_is_left_alone(spoilt: Spoilt) -> None:
    """A coding of the gateway's own stays the only one, and the note says that nothing was done."""
    packed = gzip.compress(BODY)
    raw = PLAIN + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
    line = spoilt({"gzip": True})
    client, _ = answered(line, raw)
    assert client.receive_all() == (raw, "fin")
    assert noted(line.exchange()) == ("fault: gzip: skipped, because the body is not an uncompressed event stream",)


def test_headers(spoilt: Spoilt) -> None:
    """F25: a header is rewritten under the same or another spelling of its name, one is dropped, the body is untouched."""
    line = spoilt({"headers": {"set": {"content-TYPE": "Text/Event-Stream; Charset=UTF-8", "X-New": "1"}, "drop": ["x-old"]}})
    client, _ = answered(line, PLAIN + b"X-Old: 1\r\n 2\r\n" + LENGTH + b"\r\n" + BODY)
    head = b"HTTP/1.1 200 \r\n" + LENGTH + b"content-TYPE: Text/Event-Stream; Charset=UTF-8\r\nX-New: 1\r\n\r\n"
    assert client.receive_all() == (head + BODY, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.DONE, "Hi")
    assert noted(seen) == (
        "fault: headers content-TYPE set to 'Text/Event-Stream; Charset=UTF-8', X-New set to '1', x-old dropped",
    )


PAGE = "<html><body>Sign in — please</body></html>"
ANSWER = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'


@pytest.mark.parametrize(
    ("entry", "head", "body", "ending", "text"),
    [
        pytest.param({"body": PAGE}, b"200 \r\nContent-Type: text/html", PAGE, Ending.NOT_A_STREAM, "", id="E17-html"),
        pytest.param(
            {"content_type": "text/event-stream"},
            b"200 \r\nContent-Type: text/event-stream",
            "",
            Ending.NOT_A_STREAM,
            "",
            id="E16-empty",
        ),
        pytest.param(
            {"content_type": "application/json", "body": ANSWER},
            b"200 \r\nContent-Type: application/json",
            ANSWER,
            Ending.NOT_A_STREAM,
            "Hi",
            id="E17-json",
        ),
        pytest.param({"status": 502}, b"502 \r\nContent-Type: text/html", "", Ending.HTTP_ERROR, "", id="R07-502-without-words"),
    ],
)
def test_a_response_of_somebody_else(spoilt: Spoilt, entry: object, head: bytes, body: str, ending: Ending, text: str) -> None:
    """The client gets it whole and at once, nothing of the gateway's own, and may ask again on the same connection."""
    line = spoilt({"replace": entry})
    client, gateway, sent = line.ask()
    gateway.send(SSE_HEAD, CHUNKS)
    data = body.encode()
    raw = b"HTTP/1.1 " + head + b"\r\nContent-Length: %d\r\n\r\n" % len(data) + data
    assert client.receive(len(raw)) == raw
    gateway.send(LAST_CHUNK)
    client.send(sent)
    gateway.receive_request()
    gateway.send(WHOLE)
    assert client.receive(len(WHOLE)) == WHOLE
    first, second = line.exchanges()
    assert (first.ending, first.text, second.ending) == (ending, text, Ending.DONE)
    assert noted(first)[-1].startswith(f"fault: replace by status {head[:3].decode()} with ")


def test_a_cut_in_a_response_of_somebody_else(spoilt: Spoilt) -> None:
    """Other faults find their places in what is said instead."""
    line = spoilt({"replace": {"body": "0123456789"}, "cut": {"after_bytes": 4}})
    client, _ = answered(line, WHOLE)
    got, closed = client.receive_all()
    assert (got.partition(b"\r\n\r\n")[2], closed) == (b"0123", "fin")
