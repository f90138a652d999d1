"""Splits what a client sends into requests, so that each head can be rewritten and each body recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from dvara_examples.wire.framing import BodyReader, request_body
from dvara_examples.wire.http import HeadBuffer, ProtocolError, RequestHead, looks_like_request, read_request_head

NOT_HTTP = RequestHead("", "", "", (), b"")
"""Stands for what a client sends that is no HTTP/1 request; it has no method and no target."""


@dataclass(frozen=True, slots=True)
class BodyPart:
    """Bytes of a body: *raw* as they go out, and the *payload* in them as views that are valid until the next read."""

    raw: bytes | memoryview
    payload: list[memoryview]


class RequestSplitter:
    """Takes the client's bytes in order. Invalid HTTP goes through unread, for the gateway to judge."""

    def __init__(self) -> None:
        self._heads = HeadBuffer()
        self._body: BodyReader | None = None
        self._blind = False

    def feed(self, data: memoryview) -> Iterator[RequestHead | BodyPart]:
        """Yield each head once it is complete, and the parts of bodies, in the order of the bytes."""
        while data:
            if self._blind:
                yield BodyPart(data, [data])
                return
            if self._body is None:
                raw, taken = self._take_head(data)
                yield from self._head(raw)
            else:
                taken, payload = self._take_body(data, self._body)
                yield BodyPart(data[:taken], payload)
            data = data[taken:]

    def go_blind(self) -> None:
        """Stop parsing: the connection has switched to another protocol."""
        self._blind = True

    def _take_head(self, data: memoryview) -> tuple[bytes | None, int]:
        try:
            return self._heads.feed(data)
        except ProtocolError:
            self._blind = True
            return None, len(data)

    def _head(self, raw: bytes | None) -> Iterator[RequestHead | BodyPart]:
        if raw is None:
            held = self._heads.held
            if self._blind or not looks_like_request(held):
                yield from self._not_http(held)
            return
        try:
            head = read_request_head(raw)
            body = request_body(head.headers)
        except ProtocolError:
            yield from self._not_http(raw)
            return
        self._body = None if body.complete else body
        yield head

    def _take_body(self, data: memoryview, body: BodyReader) -> tuple[int, list[memoryview]]:
        try:
            taken, payload = body.feed(data)
        except ProtocolError:
            self._blind = True
            return len(data), []
        if body.complete:
            self._body = None
        return taken, payload

    def _not_http(self, raw: bytes) -> Iterator[RequestHead | BodyPart]:
        self._blind = True
        yield NOT_HTTP
        yield BodyPart(raw, [memoryview(raw)])
