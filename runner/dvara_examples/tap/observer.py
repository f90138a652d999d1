"""Watches one exchange, request and response, and turns it into an :class:`~dvara_examples.records.transcript.Exchange`.

An observer only ever sees bytes that have been passed on already; nothing here can delay or change them.
"""

from dataclasses import dataclass

from dvara_examples.core.redaction import Redactor
from dvara_examples.protocols import FINISH_REASONS, asks_for_stream
from dvara_examples.records.transcript import Exchange, Headers, Request, Response
from dvara_examples.tap.bounded import BoundedBytes, CaptureLimits, StreamFlag, storable
from dvara_examples.tap.ending import CloseKind, Facts, name_ending
from dvara_examples.tap.explain import Rest, answer_notes, error_sentence, unread_sentence
from dvara_examples.tap.progress import Teller
from dvara_examples.tap.redirects import past_the_tap
from dvara_examples.tap.response import ResponseWatch
from dvara_examples.wire.http import RequestHead

_ERROR_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came: its *number* and *connection* count from 1, *shown* are the headers that may be stored."""

    number: int
    connection: int
    at_s: float
    head: RequestHead
    shown: Headers


class ExchangeObserver:
    """Sees one request and its response pass by; belongs to the one thread that relays them."""

    def __init__(
        self, seen: Seen, bounds: CaptureLimits, redactor: Redactor, stall_after_s: float, teller: Teller | None = None
    ) -> None:
        self.response = ResponseWatch(seen.head.method, seen.head.target, bounds, teller)
        self.fault_notes: list[str] = []
        self._seen = seen
        self._redactor = redactor
        self._stall_after_s = stall_after_s
        self._body = BoundedBytes(bounds.request_body_bytes)
        self._stream_flag = StreamFlag()

    @property
    def request_head(self) -> RequestHead:
        """The head of the request as the client wrote it."""
        return self._seen.head

    def request_payload(self, data: bytes | memoryview) -> None:
        """Take payload of the request's body."""
        self._body.add(data)
        self._stream_flag.look(data)

    def said_all(self) -> bool:
        """Tell whether ``finish_reason`` and the sentinel have both been passed on, or a whole answer in JSON."""
        answer = self.response.answer
        if answer is None or answer.is_whole_document:
            return answer is not None
        return answer.chat.sentinel and answer.chat.finish_reason is not None

    def said_last_word(self) -> bool:
        """Tell whether the sentinel has been passed on, with or without a ``finish_reason``."""
        answer = self.response.answer
        return answer is not None and answer.chat.sentinel

    @property
    def tokens(self) -> int | None:
        """How many tokens the gateway says the exchange took; known for certain once it is finished."""
        answer = self.response.answer
        return answer.chat.total_tokens if answer is not None else None

    def finish(self, rest: Rest) -> Exchange:
        """Return the finished record; nothing may be fed afterwards."""
        watch, answer = self.response, self.response.answer
        facts = self._facts(rest)
        ending, notes = name_ending(facts)
        past = past_the_tap(self._seen.head, watch.head) if facts.elsewhere else None
        sentence, unread, clean = past or error_sentence(ending, watch, rest), past or unread_sentence(watch), self._redactor
        return Exchange(
            number=self._seen.number,
            connection=self._seen.connection,
            started_at_s=self._seen.at_s,
            request=self._request(),
            ending=ending,
            ended_at_s=rest.at_s,
            response=self._response(),
            responded_at_s=watch.responded_at_s,
            pieces=tuple(watch.pieces),
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
                *self.fault_notes,
            ),
        )

    def _facts(self, rest: Rest) -> Facts:
        asked = self._asks_for_stream()
        head, answer = self.response.head, self.response.answer
        if head is None or answer is None:
            return Facts(rest.close, None, asked, silent_s=rest.silent_s, stall_after_s=self._stall_after_s)
        close = CloseKind.BROKEN if answer.damaged else rest.close
        answer.end(head.status, complete=close is CloseKind.COMPLETE or (close is CloseKind.CLIENT and answer.is_whole_document))
        return Facts(
            close,
            head.status,
            asked,
            answer.chat.known,
            event_stream=answer.event_stream,
            close_delimited=self.response.body.framing == "close",
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
            unfinished_event=answer.unfinished_event,
            unfinished_coding=answer.unfinished_coding,
            elsewhere=past_the_tap(self._seen.head, head) is not None,
            heard_all=rest.heard_all,
            heard_last_word=rest.heard_last_word,
            silent_s=rest.silent_s,
            stall_after_s=self._stall_after_s,
        )

    def _asks_for_stream(self) -> bool:
        return asks_for_stream(self._body.raw) if self._body.whole else self._stream_flag.found

    def _request(self) -> Request:
        head, clean = self._seen.head, self._redactor
        return Request(
            method=head.method,
            target=clean.text(head.target),
            headers=_redacted(self._seen.shown, clean),
            body=self._body.shown(clean),
            body_size_bytes=self._body.size_bytes,
            version=head.version,
        )

    def _response(self) -> Response | None:
        head, answer, clean = self.response.head, self.response.answer, self._redactor
        if head is None or answer is None:
            return None
        return Response(
            status=head.status,
            headers=_redacted(head.headers, clean),
            framing=self.response.body.framing,
            body=answer.body(clean),
            body_size_bytes=answer.size_bytes,
            version=head.version,
            reason=clean.text(head.reason),
        )


def _redacted(headers: Headers, redactor: Redactor) -> Headers:
    return tuple((redactor.text(name), redactor.text(value)) for name, value in headers)
