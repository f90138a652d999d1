"""Follows the bytes of one response: interim heads, the head, the body's framing, the payload."""

from dvara_examples.protocols import protocol_of, reader_for
from dvara_examples.records.transcript import WirePiece
from dvara_examples.tap.bounded import CaptureLimits
from dvara_examples.tap.payload import PayloadRecorder
from dvara_examples.tap.progress import Teller
from dvara_examples.wire.framing import BodyReader, CloseBody, NoBody, response_body
from dvara_examples.wire.http import (
    HeadBuffer,
    ProtocolError,
    ResponseHead,
    looks_like_response,
    read_response_head,
    speaks_http2,
)


class ResponseWatch:
    """One response to a *method* request for *target*, seen passing by.

    *head*, *answer* and *responded_at_s* are None until the final head is whole; *complete* is set once the body is;
    *broken* holds a sentence once the framing cannot be followed any more: from there on everything is taken unread.
    """

    def __init__(self, method: str, target: str, bounds: CaptureLimits, teller: Teller | None = None) -> None:
        self.head: ResponseHead | None = None
        self.answer: PayloadRecorder | None = None
        self.responded_at_s: float | None = None
        self.complete = False
        self.broken: str | None = None
        self.body: BodyReader = NoBody()
        self.pieces: list[WirePiece] = []
        self.began = False
        self._method = method
        self._target = target
        self._bounds = bounds
        self._teller = teller
        self._heads = HeadBuffer()

    def feed(self, at_s: float, data: memoryview) -> int:
        """Take what was passed on at *at_s* and return how many bytes of it belong to this response."""
        self.began = True
        try:
            taken = len(data) if self.broken else self._follow(at_s, data)
        except ProtocolError as error:
            self.broken = f"the response cannot be followed: {error}"
            taken = len(data)
        if len(self.pieces) < self._bounds.pieces:
            self.pieces.append(WirePiece(at_s, taken))
        return taken

    def connection_closed(self) -> None:
        """Take note of a FIN, which completes a body that nothing else delimits."""
        if isinstance(self.body, CloseBody) and not self.broken:
            self.complete = self.body.complete = True

    def _follow(self, at_s: float, data: memoryview) -> int:
        taken = 0
        while self.answer is None:
            if taken == len(data):
                return taken
            taken += self._take_head(at_s, data[taken:])
        while taken < len(data) and not self.body.complete:
            belonging, payload = self.body.feed(data[taken:])
            taken += belonging
            for part in payload:
                self.answer.feed(at_s, part)
        self.complete = self.body.complete
        return taken

    def _asks_a_model(self) -> bool:
        return self._method == "POST" and protocol_of(self._target) is not None

    def _take_head(self, at_s: float, data: memoryview) -> int:
        raw, taken = self._heads.feed(data)
        if raw is None:
            if not looks_like_response(self._heads.held):
                if speaks_http2(self._heads.held):
                    raise ProtocolError("the gateway speaks HTTP/2 alone, and HTTP/1.1 is expected")
                raise ProtocolError(f"it begins with {self._heads.held[:20]!r}, not with a status line")
            return taken
        head = read_response_head(raw)
        if not 100 <= head.status < 200 or head.status == 101:
            self.head, self.responded_at_s = head, at_s
            self.answer = PayloadRecorder(
                head, reader_for(self._target), self._bounds, self._teller, may_be_stream=self._asks_a_model()
            )
            self.body = response_body(head, self._method)
            if self._teller is not None:
                self._teller.response(at_s, head)
        return taken
