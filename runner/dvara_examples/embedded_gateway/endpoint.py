"""Answers one request of an endpoint that generates text: its checks, then the answer, streamed or whole.

Endpoints differ in how they parse a request and how they write an answer, see :class:`TextEndpoint`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.chat_request import ChatRequest
from dvara_examples.embedded_gateway.errors_table import ERRORS, Refusal, RequestRefused, Writer, refuse
from dvara_examples.embedded_gateway.keys import KeyRing
from dvara_examples.embedded_gateway.reading import BadBody, IncomingRequest, TooLarge
from dvara_examples.embedded_gateway.request_context import DeadlineExceeded, RequestContext
from dvara_examples.embedded_gateway.stream_script import Frame, StreamEnd, StreamScript, stream_script
from dvara_examples.embedded_gateway.writing import compact

DONE = "[DONE]"
BUDGET_EXCEEDED = Refusal("budget_cap_hard")
"""A check that stops a running stream; the gateway's commercial build has such checks, for budgets."""
_PROVIDER_FAILURES = frozenset(code for code in ERRORS if code.startswith("provider_")) | {"failover_capability_mismatch"}

Events = Iterable[tuple[str, Mapping[str, object]]]
"""Events as name and data; an empty name is not sent."""


class StreamWording(Protocol):
    """The events of one answer at an endpoint."""

    opens_early: bool
    """:meth:`opening` goes out before the provider is asked, so the status is 200 even if that fails."""

    def opening(self) -> Events:
        """Return what comes before the answer."""
        ...

    def frame(self, frame: Frame) -> Events:
        """Return the events for one piece of the answer."""
        ...

    def ending(self, script: StreamScript) -> Events:
        """Return the events after the last piece of a complete answer."""
        ...

    def failure(self, refusal: Refusal, trace_id: str) -> Events:
        """Return the events that report a failure; none if the connection is cut instead."""
        ...

    def stopped(self, refusal: Refusal, trace_id: str) -> Events:
        """Return the events that report a check that stopped the stream."""
        ...


@dataclass(frozen=True, slots=True)
class TextEndpoint:
    """How an endpoint parses requests and writes answers; *stream* is None if it does not stream."""

    parse: Callable[[IncomingRequest, bytes], ChatRequest]
    whole: Callable[[Answer, ChatRequest, int], Mapping[str, object]]
    stream: Callable[[Answer, ChatRequest, RequestContext], StreamWording] | None = None
    cached: bool = True
    """Whole answers carry the header ``X-Cache``."""


def answer_request(visit: RequestContext, keys: KeyRing, key: str, endpoint: TextEndpoint) -> None:
    """Answer one request with the answer for its *key* or its mark. Raises RequestRefused, Closing, OSError."""
    body, scripted = body_and_answer(visit, keys, key)
    request = endpoint.parse(visit.head, body)
    answer = keys.spell(scripted or _default_answer(request))
    visit.model = request.model
    visit.answer = f"error {answer.error.code}" if answer.error else answer.kind
    visit.limit_s = visit.timeouts.lifetime_s if request.stream else visit.timeouts.answer_s
    if request.stream and endpoint.stream is not None:
        _stream(visit, answer, endpoint.stream(answer, request, visit))
    else:
        whole(visit, answer, lambda: endpoint.whole(answer, request, visit.unix_time()), cached=endpoint.cached)


def _default_answer(request: ChatRequest) -> Answer:
    from dvara_examples.embedded_gateway.default_answers import default_answer  # scripts have their own answers

    return default_answer(request)


def body_and_answer(visit: RequestContext, keys: KeyRing, key: str) -> tuple[bytes, Answer | None]:
    """Return a request's body and its scripted answer, None for the default answers. Raises RequestRefused."""
    scripted = keys.take(key)
    if scripted is not None and scripted.error is not None and scripted.error.row.writer is Writer.FILTER:
        visit.answer = f"error {scripted.error.code}"
        visit.pause(scripted.first_delay_s)
        raise RequestRefused(scripted.error)  # a filter refuses before anything reads the body
    body = json_body(visit)
    if keys.marks:
        scripted = keys.take_marked("\n".join((visit.head.path, *visit.head.headers.values())).encode() + b"\n" + body)
    return body, scripted


def json_body(visit: RequestContext) -> bytes:
    """Return the body of a request that declares JSON. Raises RequestRefused."""
    media = visit.head.header("content-type").split(";", 1)[0].strip().lower()
    if media != "application/json":
        raise refuse("unsupported_media_type", f"Content-Type '{media}' is not supported; application/json is")
    try:
        return visit.body.read()
    except TooLarge:
        raise refuse("input_too_large") from None
    except BadBody:
        raise refuse("invalid_json") from None


def whole(visit: RequestContext, answer: Answer, document: Callable[[], Mapping[str, object]], *, cached: bool = True) -> None:
    """Send the answer in one JSON document; what would cut a stream is a failure of the provider here."""
    _raise_error(visit, answer)
    try:
        if answer.silent:
            visit.stay_silent()
        visit.pause(answer.first_delay_s)
    except DeadlineExceeded:
        raise refuse("provider_error", "The provider did not answer in time") from None
    if answer.refused:
        raise refuse("pii_detected", "Response blocked: PII detected (EMAIL)")
    if answer.breaks is not None:
        raise refuse("provider_error")
    visit.response.json(200, document(), [("X-Cache", "MISS")] if cached else [])


def _raise_error(visit: RequestContext, answer: Answer) -> None:
    if answer.error is not None:
        visit.pause(answer.first_delay_s)
        raise RequestRefused(answer.error)


def _stream(visit: RequestContext, answer: Answer, wording: StreamWording) -> None:
    """Send the answer event by event, within the lifetime of a stream."""
    fails_late = wording.opens_early and answer.error is not None and answer.error.code in _PROVIDER_FAILURES
    if not fails_late:
        _raise_error(visit, answer)
    try:
        if wording.opens_early:
            _send(visit, wording.opening(), answer)
        if answer.silent:
            visit.stay_silent()
        if answer.error is not None:
            visit.pause(answer.first_delay_s)
            _send(visit, wording.failure(Refusal("provider_error", answer.error.message), visit.response.trace_id), answer)
            visit.response.end_stream()
        else:
            _play(visit, answer, wording)
    except DeadlineExceeded:
        if visit.response.status is None:
            raise refuse("internal_error") from None
        visit.response.end_stream()


def _play(visit: RequestContext, answer: Answer, wording: StreamWording) -> None:
    script, response = stream_script(answer), visit.response
    if not wording.opens_early:
        _send(visit, wording.opening(), answer)
    for frame in script.frames:
        visit.pause(frame.delay_s)
        _send(visit, wording.frame(frame), answer)
    reported = False
    if script.complete:
        _send(visit, wording.ending(script), answer)
    elif script.end is StreamEnd.ERROR_EVENT:
        _send(visit, wording.stopped(BUDGET_EXCEEDED, response.trace_id), answer)
    elif script.end is StreamEnd.ABORT and response.status is not None:
        reported = _send(visit, wording.failure(Refusal("provider_error"), response.trace_id), answer)
    if answer.done_after_error:
        response.event(DONE, spaced=answer.spaced)
    if response.status is None:  # a stream that broke before its first event can still become an HTTP error
        raise refuse("provider_error" if script.end is StreamEnd.ABORT else "internal_error")
    if script.end is StreamEnd.ABORT and not reported:
        response.abort()
    else:
        response.end_stream()


def _send(visit: RequestContext, events: Events, answer: Answer) -> bool:
    """Send *events*; tell whether there were any."""
    sent = False
    for name, data in events:
        visit.response.event(compact(data) if data else DONE, name=name, spaced=answer.spaced)
        sent = True
    return sent
