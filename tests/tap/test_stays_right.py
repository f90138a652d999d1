"""Spellings of an answer that are legal and common: each is read as the same answer, whole and with all of its text."""

import pytest

from dvara_examples.records.model import Ending
from tests.tap.fuzzing import HEAD, Closing, observe
from tests.tap.scripted import DONE, delta

HI, STOP = delta("Hel") + delta("lo"), delta(finish="stop")
USAGE = b'data: {"choices": [], "usage": {"total_tokens": 7}}\n\n'
BODIES = {
    "plain": HI + STOP + DONE,
    "usage chunk": HI + STOP + USAGE + DONE,
    "usage chunk with null choices": HI + STOP + USAGE.replace(b"[]", b"null") + DONE,
    "usage in every chunk": HI.replace(b"{", b'{"usage": null, ', 1) + STOP + DONE,
    "null content": delta(None) + HI + STOP + DONE,
    "null delta": HI + b'data: {"choices": [{"index": 0, "delta": null, "finish_reason": null}]}\n\n' + STOP + DONE,
    "filter results first": b'data: {"choices": [], "prompt_filter_results": []}\n\n' + HI + STOP + DONE,
    "no choices": b'data: {"id": "c", "object": "chat.completion.chunk"}\n\n' + HI + STOP + DONE,
    "comments": b": hello\n\n" + HI + b":\n\n: keep-alive\n\n" + STOP + DONE,
    "pings": b'event: ping\ndata: {"type": "ping"}\n\n' + HI + b"event: ping\ndata: {}\n\n" + STOP + DONE,
    "other fields": b"retry: 3000\n\nid: 1\n" + HI + b"odd: field\n" + STOP + DONE,
    "CRLF": (HI + STOP + DONE).replace(b"\n", b"\r\n"),
    "CR": (HI + STOP + DONE).replace(b"\n", b"\r"),
    "byte order mark": b"\xef\xbb\xbf" + HI + STOP + DONE,
    "no space": (HI + STOP + DONE).replace(b"data: ", b"data:"),
    "blank lines": b"\n\n\n" + HI + b"\n\n" + STOP + b"\n" + DONE + b"\n\n",
}
INTERIM = {
    "none": b"",
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 2,
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
}
CHUNKS = {
    "plain": (b"%x\r\n", b"0\r\n\r\n"),
    "extensions": (b'%x;name=value;other="a;b"\r\n', b"0;last\r\n\r\n"),
    "zeros": (b"000%X\r\n", b"000\r\n\r\n"),
    "blanks": (b"%x \r\n", b"0\r\n\r\n"),
    "trailers": (b"%x\r\n", b"0\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_legal_stream_is_whole(body: bytes, size: int) -> None:
    """Nothing of it is taken for an error, for other text, or for something that cannot be read."""
    raw = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    seen = observe(raw, (size,), Closing.FIN)
    assert (seen.ending, seen.text, seen.text_complete, seen.unread) == (Ending.DONE, "Hello", True, None)


@pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM)
@pytest.mark.parametrize(("begin", "end"), CHUNKS.values(), ids=CHUNKS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_legal_framing_is_followed(interim: bytes, begin: bytes, end: bytes, size: int) -> None:
    """Interim responses come before the answer, and chunks may say more than their size."""
    chunks = b"".join(begin % len(part) + part + b"\r\n" for part in (HI, STOP, DONE))
    raw = interim + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + end
    seen = observe(raw, (size,), Closing.FIN)
    assert (seen.ending, seen.text, seen.text_complete, seen.unread) == (Ending.DONE, "Hello", True, None)
