"""Reads the payload of one response: events, the answer's text, and what the gateway says about how it ended."""

from dvara_examples.core.redaction import Redactor
from dvara_examples.protocols import StreamReader
from dvara_examples.protocols.chat import error_message, read_object
from dvara_examples.records.transcript import WireEvent
from dvara_examples.tap.bounded import OVERLAP, BoundedBytes, BoundedText, storable
from dvara_examples.tap.capture_limits import CaptureLimits
from dvara_examples.tap.decoding import CodingError, Decoder, UnreadableCodingError
from dvara_examples.tap.masking import SeenEvent, mask_in_body, mask_split
from dvara_examples.tap.progress import Teller
from dvara_examples.wire.http import ResponseHead, header, header_words
from dvara_examples.wire.sse import ServerSentEvent, SseParser


class PayloadRecorder:
    """The payload of one response, taken piece by piece.

    *damaged* holds a sentence where the content coding is broken, *unreadable* where it cannot be undone here, so that nothing
    is known of the content; *error* is what an error document says. What is neither an event stream nor JSON is counted and
    its beginning kept, no more. *teller* hears of each event at once.
    """

    def __init__(self, head: ResponseHead, reader: StreamReader, bounds: CaptureLimits, teller: Teller | None = None) -> None:
        self.content_type = (header(head.headers, "content-type") or "").partition(";")[0].strip().lower()
        self.event_stream = self.content_type == "text/event-stream"
        self.chat = reader
        self.event_count = 0
        self.wire_bytes = 0
        self.damaged: str | None = None
        self.unreadable: str | None = None
        self.error: str | None = None
        self.unfinished_event = False
        self.unfinished_coding = False
        self._bounds = bounds
        self._teller = teller
        self._json = self.content_type.endswith("json")
        self._body = BoundedBytes(bounds.answer_bytes if self._json else bounds.response_body_bytes)
        self._text = BoundedText(bounds.text_bytes)
        self._parser = SseParser()
        self._events: list[SeenEvent] = []
        self._text_after = ""
        self._decoder: Decoder | None = None
        try:
            self._decoder = Decoder(header_words(head.headers, "content-encoding"))
        except UnreadableCodingError as error:
            self.unreadable = str(error)

    @property
    def size_bytes(self) -> int:
        """The size of the decoded payload."""
        return self._body.size_bytes

    @property
    def text_complete(self) -> bool:
        """Whether all of the answer's text is here."""
        return self._text.whole and not self.chat.oversized and not self.unreadable and (self.event_stream or self._body.whole)

    def feed(self, at_s: float, payload: memoryview) -> None:
        """Take the next payload, which was passed on at *at_s*."""
        self.wire_bytes += len(payload)
        if self._decoder is None or self.damaged or self.unreadable:
            return
        try:
            for data in self._decoder.feed(payload):
                self._body.add(data)
                if self.event_stream:
                    self._take_events(at_s, self._parser.feed(bytes(data)))
        except UnreadableCodingError as error:
            self.unreadable = str(error)
        except CodingError as error:
            self.damaged = str(error)

    def end(self, status: int, *, complete: bool) -> None:
        """Take note that nothing more will come, and read what can only be read as a whole."""
        self.unfinished_event = self.event_stream and self._parser.pending() is not None
        self.unfinished_coding = self._decoder is not None and self._decoder.unfinished
        document = read_object(self._body.raw) if self._json and complete else None
        if document is None:
            return
        if status >= 400 or document.get("error"):
            self.error = error_message(document)
            return
        self._text.add(self.chat.read_document(document))

    def text(self, redactor: Redactor) -> str:
        """Return the answer's text as it may be stored."""
        return self._text.shown(redactor)

    def body(self, redactor: Redactor) -> bytes:
        """Return the beginning of the decoded payload as it may be stored."""
        masked, whole = mask_split(self._events, self._text_after, redactor), self.event_count == len(self._events)
        body = mask_in_body(self._body.held, self._events, masked, all_events=whole)
        return redactor.data(body)[: self._bounds.response_body_bytes]

    def events(self, redactor: Redactor) -> tuple[WireEvent, ...]:
        """Return the first events as they may be stored."""
        limit = self._bounds.event_chars
        return tuple(
            WireEvent(
                seen.at_s,
                storable(seen.event.data, limit, redactor),
                storable(seen.event.name, limit, redactor),
                storable(seen.text, limit, redactor),
            )
            for seen in mask_split(self._events, self._text_after, redactor)
        )

    def _take_events(self, at_s: float, events: list[ServerSentEvent]) -> None:
        for event in events:
            self.event_count += 1
            text = self.chat.read(event)
            if text:
                self._text.add(text)
            if self._teller is not None:
                self._teller.event(at_s, event, text)
            if len(self._events) < self._bounds.events:
                self._events.append(SeenEvent(at_s, self._shortened(event), self._shorten(text)))
            elif len(self._text_after) < OVERLAP:
                self._text_after += text[:OVERLAP]

    def _shortened(self, event: ServerSentEvent) -> ServerSentEvent:
        if len(event.data) + len(event.name) <= 2 * self._bounds.event_chars:
            return event
        return ServerSentEvent(self._shorten(event.data), event.name, event.event_id, event.cut)

    def _shorten(self, text: str) -> str:
        return text[: 2 * self._bounds.event_chars]
