"""Records one exchange, request and response, as an :class:`~dvara_examples.records.transcript.Exchange`.

A recorder only sees bytes that have already been passed on, so it cannot delay or change them.
"""

import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.redaction import Redactor
from dvara_examples.protocols import FINISH_REASONS, asks_for_stream, contested, protocol_of, reader_for
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, FaultNote, Headers, Request, Response, WirePiece
from dvara_examples.tap.bounded import BoundedBytes, CaptureLimits, StreamFlag, storable
from dvara_examples.tap.ending import CloseKind, Facts, name_ending
from dvara_examples.tap.explain import Rest, answer_notes, error_sentence, unread_sentence
from dvara_examples.tap.payload import PayloadRecorder
from dvara_examples.tap.progress import Teller
from dvara_examples.tap.rewrite import past_the_tap
from dvara_examples.wire.framing import BodyReader, CloseBody, NoBody, response_body
from dvara_examples.wire.http import (
    HeadBuffer,
    ProtocolError,
    RequestHead,
    ResponseHead,
    looks_like_response,
    read_response_head,
    speaks_http2,
)

_ERROR_CHARS = 1000
_OUT_OF_STEP = "bytes that belong to no response came before it on this connection, and clients differ in what they do with them"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came: its *number* and *connection* count from 1, *shown* are the headers that may be stored."""

    number: int
    connection: int
    at_s: float
    head: RequestHead
    shown: Headers


class ExchangeRecorder:
    """One exchange: created with its request, fed its bytes as they pass, and closed once; belongs to the thread that relays.

    *head*, *answer* and *responded_at_s* are None until the final head of the response is whole; *began* is set with its first
    byte, *complete* once its body is whole. *broken* holds a sentence once the framing cannot be followed any more: from there on
    everything is taken unread. *noted* is what the relay and faults said that they did. *out_of_step*: bytes had come on the
    connection that belonged to no response, and a client may take them for this one. *failed* holds a sentence if a protocol's
    reader, which may be a user's own file, raised an exception: the bytes still pass, and the exchange claims nothing about them.
    """

    def __init__(
        self, seen: Seen, bounds: CaptureLimits, redactor: Redactor, stall_after_s: float, teller: Teller | None = None
    ) -> None:
        self.head: ResponseHead | None = None
        self.answer: PayloadRecorder | None = None
        self.responded_at_s: float | None = None
        self.complete = False
        self.broken: str | None = None
        self.body: BodyReader = NoBody()
        self.began = False
        self.noted: list[str | FaultNote] = []
        self.out_of_step = False
        self.failed: str | None = None
        self._seen = seen
        self._bounds = bounds
        self._redactor = redactor
        self._stall_after_s = stall_after_s
        self._teller = teller
        self._asked = BoundedBytes(bounds.request_body_bytes)
        self._stream_flag = StreamFlag()
        self._heads = HeadBuffer()
        self._pieces: list[WirePiece] = []
        if teller is not None:
            teller.request(seen.at_s, seen.head.method, seen.head.target)

    @property
    def request_head(self) -> RequestHead:
        """The head of the request as the client wrote it."""
        return self._seen.head

    @property
    def tokens(self) -> int | None:
        """How many tokens the gateway says the exchange took; certain only after it is closed."""
        return self.answer.chat.total_tokens if self.answer is not None else None

    def request_bytes(self, data: bytes | memoryview) -> None:
        """Add payload of the request's body."""
        self._asked.add(data)
        self._stream_flag.look(data)

    def response_bytes(self, at_s: float, data: memoryview) -> int:
        """Add what was passed on at *at_s* and return how many bytes of it belong to this response."""
        self.began = True
        try:
            taken = len(data) if self.broken else self._follow(at_s, data)
        except ProtocolError as error:
            self.broken = f"the response cannot be followed: {error}"
            taken = len(data)
        if len(self._pieces) < self._bounds.pieces:
            self._pieces.append(WirePiece(at_s, taken))
        return taken

    def gateway_fin(self) -> None:
        """Note a FIN, which completes a body that nothing else delimits."""
        if isinstance(self.body, CloseBody) and not self.broken:
            self.complete = self.body.complete = True

    def said_all(self) -> bool:
        """Tell whether ``finish_reason`` and the sentinel have both been passed on, or a whole answer in JSON."""
        answer = self.answer
        if answer is None or self.failed:
            return False
        try:
            return answer.is_whole_document or (answer.chat.sentinel and answer.chat.finish_reason is not None)
        except Exception as error:  # noqa: BLE001 - a reader that fails must not end the relay
            self.failed = _failure(error)
            return False

    def said_last_word(self) -> bool:
        """Tell whether the sentinel has been passed on, with or without a ``finish_reason``."""
        return self.answer is not None and self.answer.chat.sentinel

    def closed(self, rest: Rest) -> Exchange:
        """Return the finished record; nothing may be fed afterwards."""
        if self.failed is None:
            try:
                return self._read(rest)
            except Exception as error:  # noqa: BLE001 - a reader that fails must not end the relay
                self.failed = _failure(error)
        outline = self._outline(rest, Ending.UNRECOGNISED)
        return replace(outline, text_complete=False, error=self.failed, unread=self.failed)

    def _outline(self, rest: Rest, ending: Ending) -> Exchange:
        """Return the record without what a protocol's reader says."""
        return Exchange(
            number=self._seen.number,
            connection=self._seen.connection,
            started_at_s=self._seen.at_s,
            request=self._request(),
            ending=ending,
            ended_at_s=rest.at_s,
            response=self._response(),
            responded_at_s=self.responded_at_s,
            pieces=tuple(self._pieces),
            notes=tuple(note for note in self.noted if isinstance(note, str)),
            hint=rest.hint,
            faults=tuple(note for note in self.noted if isinstance(note, FaultNote)),
        )

    def _read(self, rest: Rest) -> Exchange:
        answer = self.answer
        facts = self._facts(rest)
        ending, notes = name_ending(facts)
        past = past_the_tap(self._seen.head, self.head) if facts.elsewhere else None
        sentence, unread, clean = past or error_sentence(ending, self, rest), past or unread_sentence(self), self._redactor
        outline = self._outline(rest, ending)
        return replace(
            outline,
            events=answer.events(clean) if answer else (),
            event_count=answer.event_count if answer else 0,
            text=answer.text(clean) if answer else "",
            text_complete=answer.text_complete if answer else True,
            finish_reason=facts.finish_reason and storable(facts.finish_reason, _ERROR_CHARS, clean),
            sentinel=facts.sentinel,
            streamed=facts.asked_stream,
            error=sentence and storable(sentence, _ERROR_CHARS, clean),
            unread=unread and storable(unread, _ERROR_CHARS, clean),
            notes=(
                *notes,
                *(storable(note, _ERROR_CHARS, clean) for note in answer_notes(answer, self._seen.head.target)),
                *outline.notes,
            ),
        )

    def _facts(self, rest: Rest) -> Facts:
        asked = self._asks_for_stream()
        head, answer = self.head, self.answer
        if head is None or answer is None:
            return Facts(rest.close, None, asked, silent_s=rest.silent_s, stall_after_s=self._stall_after_s)
        close = CloseKind.BROKEN if answer.damaged else rest.close
        answer.end(head.status, complete=close is CloseKind.COMPLETE or (close is CloseKind.CLIENT and answer.is_whole_document))
        if close is CloseKind.COMPLETE or rest.heard_all:
            self._contest(head, answer, rest)
        return Facts(
            close,
            head.status,
            asked,
            answer.chat.known,
            event_stream=answer.event_stream,
            close_delimited=self.body.framing == "close",
            empty=answer.wire_bytes == 0,
            strange=answer.strange is not None,
            undecided=answer.undecided is not None,
            unreadable=answer.unreadable is not None and answer.wire_bytes > 0,
            finish_reason=answer.chat.finish_reason,
            recognised=answer.chat.finish_reason in FINISH_REASONS,
            sentinel=answer.chat.sentinel,
            needs_last_word=answer.chat.needs_last_word,
            error_event=answer.chat.error is not None,
            malformed_event=answer.chat.known and answer.chat.malformed is not None,
            after_sentinel=answer.chat.after_sentinel,
            unfinished_event=answer.unfinished_event and answer.chat.format.fields,
            unfinished_coding=answer.unfinished_coding,
            elsewhere=past_the_tap(self._seen.head, head) is not None,
            heard_all=rest.heard_all,
            heard_last_word=rest.heard_last_word,
            silent_s=rest.silent_s,
            stall_after_s=self._stall_after_s,
        )

    def _contest(self, head: ResponseHead, answer: PayloadRecorder, rest: Rest) -> None:
        doubt = _OUT_OF_STEP if self.out_of_step else contested(self._seen.head.target, self._asked.raw, answer.chat)
        if rest.why and not answer.has_an_end:
            doubt = doubt or f"{rest.why}, and only the end of the connection ends the body"
        if doubt and head.status < 400:
            answer.contest(doubt)

    def _asks_for_stream(self) -> bool:
        target = self._seen.head.target
        if self._asked.whole:
            return asks_for_stream(target, self._asked.raw)
        return asks_for_stream(target, b'{"stream": true}' if self._stream_flag.found else b"{}")

    def _request(self) -> Request:
        head, clean = self._seen.head, self._redactor
        return Request(
            method=head.method,
            target=clean.text(head.target),
            headers=_redacted(self._seen.shown, clean),
            body=self._asked.shown(clean),
            body_size_bytes=self._asked.size_bytes,
            version=head.version,
        )

    def _response(self) -> Response | None:
        head, answer, clean = self.head, self.answer, self._redactor
        if head is None or answer is None:
            return None
        return Response(
            status=head.status,
            headers=_redacted(head.headers, clean),
            framing=self.body.framing,
            body=answer.body(clean),
            body_size_bytes=answer.size_bytes,
            version=head.version,
            reason=clean.text(head.reason),
        )

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
                self._feed(self.answer, at_s, part)
        self.complete = self.body.complete
        return taken

    def _feed(self, answer: PayloadRecorder, at_s: float, part: memoryview) -> None:
        if self.failed is not None:
            return
        try:
            answer.feed(at_s, part)
        except ProtocolError:
            raise
        except Exception as error:  # noqa: BLE001 - a reader that fails must not end the relay
            self.failed = _failure(error)

    def _asks_a_model(self) -> bool:
        return self._seen.head.method in ("POST", "GET") and protocol_of(self._seen.head.target) is not None

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
                head,
                reader_for(self._seen.head.target),
                self._bounds,
                self._teller,
                may_be_stream=self._asks_a_model(),
                posted=self._seen.head.method == "POST",
            )
            self.body = response_body(head, self._seen.head.method)
            if self._teller is not None:
                self._teller.response(at_s, head)
        return taken


def _failure(error: Exception) -> str:
    """Return where *error* was raised, without its words, which may quote the answer."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return f"cannot tell what the answer says: reading it failed with {type(error).__name__} in {where}"


def _redacted(headers: Headers, redactor: Redactor) -> Headers:
    return tuple((redactor.text(name), redactor.text(value)) for name, value in headers)
