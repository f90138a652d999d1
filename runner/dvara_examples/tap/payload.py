"""Reads the payload of one response: events, the answer's text, and what the gateway says about the ending."""

import copy
import json

from dvara_examples.core.redaction import Redactor
from dvara_examples.protocols import FINISH_REASONS, StreamReader, error_message, read_document, unknown_reason
from dvara_examples.records.transcript import WireEvent
from dvara_examples.tap.bounded import OVERLAP, BoundedBytes, BoundedText, Brackets, CaptureLimits, storable
from dvara_examples.tap.decoding import CodingError, Decoder, UnreadableCodingError
from dvara_examples.tap.masking import SeenEvent, mask_in_body, mask_split
from dvara_examples.tap.progress import Teller
from dvara_examples.wire.event_formats import JSON_LINES, SERVER_SENT_EVENTS, UNREAD_STREAMS, EventFormat
from dvara_examples.wire.http import ResponseHead, header, header_words
from dvara_examples.wire.sse import ServerSentEvent

_SHOWN_BYTES = 80
_TOO_LARGE = "cannot tell whether the answer is whole: an event is too large to be read here"


class PayloadRecorder:
    """The payload of one response, piece by piece.

    *damaged* holds a sentence where the content coding is broken, *unreadable* where it cannot be undone here, so that nothing
    is known of the content; *error* is what an error document says. What is neither an event stream nor JSON is counted and
    its beginning kept, no more. *teller* hears of each event at once. *may_be_stream*: a model was asked; *posted*: somebody was.
    """

    def __init__(
        self,
        head: ResponseHead,
        reader: StreamReader,
        bounds: CaptureLimits,
        teller: Teller | None = None,
        *,
        may_be_stream: bool = False,
        posted: bool = False,
    ) -> None:
        self.content_type = (header(head.headers, "content-type") or "").partition(";")[0].strip().lower()
        self.event_stream = self.content_type in reader.format.media_types
        self.chat = reader
        self.event_count = 0
        self.wire_bytes = 0
        self.damaged: str | None = None
        self.unreadable: str | None = None
        self.error: str | None = None
        self.unfinished_event = False
        self.undecided: str | None = None
        self.unclear: str | None = None
        self.strange: str | None = None
        self.unfinished_coding = False
        self._bounds = bounds
        self._teller = teller
        self._json = may_be_stream or self.content_type.endswith("json")
        self._is_answer = may_be_stream
        self._brackets = Brackets() if self._json else None
        self._measured = header(head.headers, "content-length") is not None and header(head.headers, "transfer-encoding") is None
        self._may_be_pieces = posted and not self._measured and self.content_type.startswith("text/")
        self._body = BoundedBytes(bounds.answer_bytes if self._json else bounds.response_body_bytes)
        self._text = BoundedText(bounds.text_bytes)
        self._parser = reader.format.parser()
        self._first = FirstBytes(reader.format) if may_be_stream and not self.event_stream else None
        self._events: list[SeenEvent] = []
        self._text_after = ""
        self._decoder: Decoder | None = None
        try:
            _refuse_transfer_codings(header_words(head.headers, "transfer-encoding"))
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
        known = not (self.chat.oversized or self.unreadable or self.undecided or self.unclear)
        return self._text.whole and known and (self.event_stream or self._body.whole)

    @property
    def is_whole_document(self) -> bool:
        """Whether an answer in one JSON document is complete, with its finish reason, although more of the framing may follow.

        Documents without a finish reason do not count: each line of a stream of JSON lines is one.
        """
        if self.event_stream or self.event_count or not self._json or self.damaged or self.unreadable or not self._body.whole:
            return False
        document, reader = read_document(self._body.raw), copy.deepcopy(self.chat)
        if document is None or document.get("error"):
            return False
        reader.read_document(document)
        return bool(reader.finish_reason)

    @property
    def has_an_end(self) -> bool:
        """Whether the body itself shows that it is complete, as JSON does; for a stream its events tell."""
        return self.event_stream or not self.wire_bytes or (self._json and self._body.whole and _is_json(self._body.raw))

    def feed(self, at_s: float, payload: memoryview) -> None:
        """Process the next payload, which was passed on at *at_s*."""
        self.wire_bytes += len(payload)
        if self._decoder is None or self.damaged or self.unreadable:
            return
        try:
            for data in self._decoder.feed(payload):
                self._body.add(data)
                if self._brackets is not None and not self.event_stream:
                    self._brackets.add(data)
                plain = bytes(data) if self._first is None else self._first.feed(bytes(data))
                if self._first is not None and self._first.event_stream:
                    self.event_stream = True
                if self.event_stream:
                    self._take_events(at_s, self._parser.feed(plain))
        except UnreadableCodingError as error:
            self.unreadable = str(error)
        except CodingError as error:
            if self.size_bytes:
                self.damaged = str(error)
            else:
                self.unreadable = f"{error}, right from its start: some clients take such a body as it is"

    def end(self, status: int, *, complete: bool) -> None:
        """Note that nothing more will come, and read what can only be read as a whole."""
        pending = self._parser.pending() if self.event_stream else None
        self.unfinished_event = pending is not None
        self.unfinished_coding = self._decoder is not None and self._decoder.unfinished
        if pending is not None:
            self._weigh(pending)
        elif self.chat.oversized:
            self.undecided = _TOO_LARGE
        if not complete and self._first is not None and self._first.event_stream is None:
            self.event_stream = True  # nothing shows that it would have been something else
        if complete and not self.unreadable and not (self.event_stream and (self.event_count or self._is_half_a_line)):
            self._read_document(status)
        if self.event_stream:
            self._weigh_lines()
        if self._parser.invalid_utf8:
            self.unclear = (
                self.unclear or "cannot tell all of the text: the stream is not UTF-8, and clients differ in what they read"
            )
        self.unclear = self.unclear or self.chat.unclear
        if not self.chat.finish_reason:
            self._cannot_tell_the_end(self.chat.undecided)

    def _read_document(self, status: int) -> None:
        """Read the body as one JSON document, even if the head calls it a stream."""
        document = read_document(self._body.raw) if self._body.whole and (self._json or self.event_stream) else None
        if document is not None:
            self.event_stream = False
            if status >= 400 or document.get("error"):
                self.error = error_message(document)
                self.strange = f"instead of an answer came an error: {self.error}"
                return
            self._text.add(self.chat.read_document(document))
            reason = self.chat.finish_reason
            if reason and reason not in FINISH_REASONS:
                self.strange = unknown_reason(reason)
            elif not reason and self.chat.known:
                self._cannot_tell_of_a_document(self.chat.undecided)
        elif self._is_answer and (not self.event_stream or self._has_no_field):
            self.event_stream = False
            if self._body.whole:
                self.strange = "expected a JSON object, found " + ("something else" if self.wire_bytes else "an empty body")
                if self.wire_bytes:
                    self.unclear = f"cannot tell what was said: {self.strange}"
            else:
                self.unclear = "cannot tell all of the text: the answer is too large to be read here"
                self._weigh_large_document()
        elif self.wire_bytes and not self.event_stream:
            self._weigh_other_body(status)

    def _weigh_other_body(self, status: int) -> None:
        """Claim nothing about a body that no protocol asked for, and that is a stream, or not the JSON that it is called."""
        kind = self.content_type or "no content type"
        if self.content_type in (*UNREAD_STREAMS, *JSON_LINES.media_types):
            self.strange = f"the stream of {kind} is in no known protocol, so only its framing could be checked"
        elif self._json and not self._body.whole:
            self._weigh_large_document()
        elif self._json and status < 400 and not _is_json(self._body.raw):
            self.strange = f"expected JSON, as the Content-Type {self.content_type!r} says, found something else"
        elif self._may_be_pieces and status < 300:
            self.strange = f"the body of {kind} has no announced length, so only its framing could be checked"

    def _weigh_large_document(self) -> None:
        """Claim nothing about a document that is too large to read, unless it has its announced length, or looks closed."""
        if not self._measured and not (self._brackets is not None and self._brackets.closed):
            self.strange = "the document is too large to be read here, and its brackets do not close"

    def _weigh(self, pending: ServerSentEvent) -> None:
        """Find out whether it matters that the last event has no blank line, without which it is not an event by the standard."""
        reader = copy.deepcopy(self.chat)
        text = reader.read(pending)
        if reader.oversized:
            self.undecided = _TOO_LARGE
        elif _said(reader) != _said(self.chat):
            self.undecided = f"cannot tell whether the answer is whole: {self._unfinished}"
        elif text:
            self.unclear = f"cannot tell all of the text: {self._unfinished}"

    @property
    def _unfinished(self) -> str:
        return f"the last event has no {self.chat.format.event_end} behind it, which some clients read and others drop"

    @property
    def _is_half_a_line(self) -> bool:
        """Whether there is only the beginning of a line, in a stream of lines; a field's line may be a document instead."""
        return self.unfinished_event and not self.chat.format.fields

    @property
    def _has_no_field(self) -> bool:
        """Whether what is called an event stream has no field of one, but something else."""
        return self._parser.unknown_line is not None and not self.event_count and not self.unfinished_event

    def _weigh_lines(self) -> None:
        """Find out whether it matters that the stream has lines that are not fields, which the standard ignores."""
        lost = self._parser.lost_line
        if lost is None:
            return
        why = f"expected fields of an event stream, found the line {lost[:_SHOWN_BYTES].decode('utf-8', 'replace')!r}"
        self.unclear = self.unclear or f"cannot tell all of the text: {why}"
        if not self.chat.finish_reason and b"finish_reason" in lost:
            self._cannot_tell_the_end(why)

    def contest(self, why: str) -> None:
        """Note what prevents a finish reason from settling how the answer ended."""
        if self.event_stream and self.chat.finish_reason:
            self._cannot_tell_the_end(why)
        elif not self.event_stream and not self.strange:
            self._cannot_tell_of_a_document(why)

    def _cannot_tell_of_a_document(self, why: str | None) -> None:
        if why:
            self.strange, self.undecided = why, f"cannot tell whether the answer is whole: {why}"

    def _cannot_tell_the_end(self, why: str | None) -> None:
        if why and not self.undecided and self.event_stream:
            self.undecided = f"cannot tell whether the answer is whole: {why}"

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


def _refuse_transfer_codings(words: list[str]) -> None:
    """Raise UnreadableCodingError for what hardly any client undoes, and some pass on as it is (RFC 9112, 7)."""
    others = [word for word in words if word not in ("chunked", "identity")]
    if others:
        raise UnreadableCodingError(f"expected the transfer coding chunked alone, found {', '.join(others)!r}")


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _said(reader: StreamReader) -> tuple[object, ...]:
    return reader.finish_reason, reader.error, reader.sentinel and reader.needs_last_word


class FirstBytes:
    """Collects the beginning of a body until it shows what it is; *event_stream* is None until then.

    Some gateways send an event stream without declaring it in the head, and clients read it.
    """

    def __init__(self, stream: EventFormat = SERVER_SENT_EVENTS) -> None:
        self.event_stream: bool | None = None
        self._begins = stream.begins
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Add the next bytes of the body, and return what to read as events: nothing while it may be something else."""
        if self.event_stream is None:
            self._held += data
            self.event_stream = self._begins(self._held)
            data = self._held
        return data if self.event_stream else b""
