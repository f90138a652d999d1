"""Splits one response into parts, so that faults can find their places in it; every byte comes out as it went in."""

from collections.abc import Callable, Iterator

from dvara_examples.protocols import StreamReader, reader_maker
from dvara_examples.wire.event_formats import EventFormat
from dvara_examples.wire.framing import BodyReader, ChunkedBody, CloseBody, response_body
from dvara_examples.wire.http import (
    HeadBuffer,
    ProtocolError,
    ResponseHead,
    header,
    header_words,
    looks_like_response,
    read_response_head,
)
from dvara_examples.wire.parts import BodyEnd, End, EventEnd, Framing, Head, Item, Payload


class ResponseReader:
    """Reads the response to a *method* request for *target*; *complete* is set once its last byte was seen.

    Invalid HTTP, and what follows an upgrade, comes out as framing: faults find no place in it.
    """

    def __init__(self, method: str, target: str = "/chat/completions") -> None:
        self.complete = False
        self._method = method
        self._new_reader = reader_maker(target)
        self._heads = HeadBuffer()
        self._body: BodyReader | None = None
        self._events: _EventFinder | None = None
        self._at_chunk_end: EventEnd | None = None
        self._size_line = b""
        self._body_ended = False
        self._blind = False

    def feed(self, data: bytes) -> tuple[int, list[Item]]:
        """Return how many bytes of *data* belong to this response, and their parts."""
        items: list[Item] = []
        taken = 0
        while taken < len(data) and not self.complete:
            if self._blind:
                items.append(Framing(data[taken:]))
                return len(data), items
            taken += self._take_head(data[taken:], items) if self._body is None else self._take_line(data, taken, items)
        return taken, items

    def gateway_closed(self) -> list[Item]:
        """Return what was held back when no more bytes can come; a FIN ends a body that nothing else delimits."""
        held = self._heads.held if self._body is None else self._size_line
        items: list[Item] = [Framing(held)] if held and not self._blind else []
        if isinstance(self._body, CloseBody) and not self._blind:
            self._finish(items)
        return items

    def _take_head(self, data: bytes, items: list[Item]) -> int:
        raw, taken = None, len(data)
        try:
            raw, taken = self._heads.feed(memoryview(data))
            if raw is not None:
                self._head(raw, items)
            elif not looks_like_response(self._heads.held):
                self._blind = True
        except ProtocolError:
            self._blind = True
        if self._blind and self._body is None:
            items.append(Framing(self._heads.held if raw is None else raw))
        return taken

    def _head(self, raw: bytes, items: list[Item]) -> None:
        head = read_response_head(raw)
        if 100 <= head.status < 200 and head.status != 101:
            items.append(Framing(raw))
            return
        body = response_body(head, self._method)
        self._body = body
        self._blind = head.status == 101
        stream = self._new_reader().format
        events = _is_event_stream(head, stream)
        self._events = _EventFinder(self._new_reader, stream) if events else None
        items.append(Head(raw, head.version, body.framing, events, stream.fields))
        if body.complete:
            self._finish(items)

    def _take_line(self, data: bytes, start: int, items: list[Item]) -> int:
        """Take bytes of the body up to the next line end: payload is then all at their beginning, followed by framing."""
        assert self._body is not None
        line = data[start : data.find(b"\n", start) + 1 or len(data)]
        try:
            taken, payload = self._body.feed(memoryview(line))
        except ProtocolError:
            self._blind = True
            items.append(Framing(self._size_line + line))
            return len(line)
        size = sum(map(len, payload))
        if size:
            self._payload(line[:size], items)
        if taken > size:
            self._framing(line[size:taken], items)
        if self._body.complete:
            self._finish(items)
        return taken

    def _payload(self, data: bytes, items: list[Item]) -> None:
        self._flush(items)
        items += self._events.find(data) if self._events is not None else [Payload(data)]
        last = items[-1]
        if isinstance(last, EventEnd) and isinstance(self._body, ChunkedBody) and self._body.state != "payload":
            self._at_chunk_end = last
            items.pop()

    def _framing(self, data: bytes, items: list[Item]) -> None:
        """Take bytes around the payload; whether a chunk is the last one is known once the line with its size is complete."""
        state = self._body.state if isinstance(self._body, ChunkedBody) else ""
        data, self._size_line = self._size_line + data, b""
        if state == "size" and not data.endswith(b"\n"):
            self._size_line = data
            return
        if state == "trailer":
            self._end_body(items)
        items.append(Framing(data))
        if state == "size":
            self._flush(items)

    def _flush(self, items: list[Item]) -> None:
        if self._at_chunk_end is not None:
            items.append(self._at_chunk_end)
            self._at_chunk_end = None

    def _end_body(self, items: list[Item]) -> None:
        self._flush(items)
        if not self._body_ended:
            self._body_ended = True
            items.append(BodyEnd())

    def _finish(self, items: list[Item]) -> None:
        self._end_body(items)
        items.append(End())
        self.complete = True


class _EventFinder:
    """Finds the ends of events, line by line, with the same parser as the recorder."""

    def __init__(self, new_reader: Callable[[], StreamReader], stream: EventFormat) -> None:
        self._parser = stream.parser()
        self._new_reader = new_reader
        self._number = 0

    def find(self, data: bytes) -> Iterator[Item]:
        for line in data.splitlines(keepends=True):
            yield Payload(line)
            for event in self._parser.feed(line):
                reader = self._new_reader()
                reader.read(event)
                self._number += 1
                yield EventEnd(self._number, reader.finish_reason is not None, reader.sentinel)


def _is_event_stream(head: ResponseHead, stream: EventFormat) -> bool:
    kind = (header(head.headers, "content-type") or "").partition(";")[0].strip().lower()
    coded = [word for word in header_words(head.headers, "content-encoding") if word != "identity"]
    return kind in stream.media_types and not coded
