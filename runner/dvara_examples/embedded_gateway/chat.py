"""``POST /v1/chat/completions``: takes the answer, and says it streamed or whole."""

from dvara_examples.embedded_gateway.answer import Answer, ChunkHabit
from dvara_examples.embedded_gateway.chat_request import ChatRequest, parse_chat_request
from dvara_examples.embedded_gateway.chunks import ChunkMaker, completion, completion_id, usage_of
from dvara_examples.embedded_gateway.default_answers import default_answer
from dvara_examples.embedded_gateway.errors_table import RequestRefused, Writer, refuse
from dvara_examples.embedded_gateway.keys import KeyRing
from dvara_examples.embedded_gateway.reading import BadBody, TooLarge
from dvara_examples.embedded_gateway.request_context import DeadlineExceeded, RequestContext
from dvara_examples.embedded_gateway.stream_script import StreamEnd, stream_script
from dvara_examples.embedded_gateway.writing import compact

DONE = "[DONE]"


def chat(visit: RequestContext, keys: KeyRing, key: str) -> None:
    """Answer one chat request with what *keys* hold for its *key* or its mark. Raises Refused, Closing, OSError."""
    scripted = keys.take(key)
    if scripted is not None and scripted.error is not None and scripted.error.row.writer is Writer.FILTER:
        visit.answer = f"error {scripted.error.code}"
        visit.pause(scripted.first_delay_s)
        raise RequestRefused(scripted.error)  # a filter refuses before anything looks at the body
    media = visit.head.header("content-type").split(";", 1)[0].strip().lower()
    if media != "application/json":
        raise refuse("unsupported_media_type", f"Content-Type '{media}' is not supported; application/json is")
    body = _body(visit)
    if keys.marks:
        scripted = keys.take_marked("\n".join((visit.head.path, *visit.head.headers.values())).encode() + b"\n" + body)
    request = parse_chat_request(body)
    answer = keys.spell(scripted or default_answer(request))
    visit.model = request.model
    visit.answer = f"error {answer.error.code}" if answer.error else answer.kind
    visit.limit_s = visit.timeouts.lifetime_s if request.stream else visit.timeouts.answer_s
    if answer.error is not None:
        visit.pause(answer.first_delay_s)
        raise RequestRefused(answer.error)
    (_stream if request.stream else _whole)(visit, request, answer)


def _body(visit: RequestContext) -> bytes:
    try:
        return visit.body.read()
    except TooLarge:
        raise refuse("input_too_large") from None
    except BadBody:
        raise refuse("invalid_json") from None


def _whole(visit: RequestContext, request: ChatRequest, answer: Answer) -> None:
    """Say the answer in one JSON document; whatever would cut a stream is a failure of the provider here."""
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
    visit.response.json(200, completion(answer, request, visit.unix_time()), [("X-Cache", "MISS")])


def _stream(visit: RequestContext, request: ChatRequest, answer: Answer) -> None:
    """Say the answer event by event, for as long as a stream may live."""
    try:
        if answer.silent:
            visit.stay_silent()
        _play(visit, request, answer)
    except DeadlineExceeded:
        if visit.response.status is None:
            raise refuse("internal_error") from None
        visit.response.end_stream()


def _play(visit: RequestContext, request: ChatRequest, answer: Answer) -> None:
    board, response = stream_script(answer), visit.response
    maker = ChunkMaker(completion_id(request.model), request.model, visit.unix_time, answer.habits)
    if ChunkHabit.EMPTY_FIRST in answer.habits:
        response.event(compact(maker.without_choices()), spaced=answer.spaced)
    for frame in board.frames:
        visit.pause(frame.delay_s)
        response.event(compact(maker.chunk(frame.delta, frame.finish_reason)), spaced=answer.spaced)
    tells_usage = request.include_usage or ChunkHabit.USAGE_LAST in answer.habits
    if board.complete and tells_usage and answer.reports_usage:
        response.event(compact(maker.usage(usage_of(answer, request))), spaced=answer.spaced)
    _end(visit, board.end, answer)


def _end(visit: RequestContext, end: StreamEnd, answer: Answer) -> None:
    """End the stream; one that broke before its first event can still become an HTTP error."""
    response = visit.response
    if end is StreamEnd.ERROR_EVENT:
        response.event(compact(_error_event(response.trace_id)), spaced=answer.spaced)
    if end is StreamEnd.DONE or answer.done_after_error:
        response.event(DONE, spaced=answer.spaced)
    if response.status is None:
        raise refuse("provider_error" if end is StreamEnd.ABORT else "internal_error")
    if end is StreamEnd.ABORT:
        response.abort()
    else:
        response.end_stream()


def _error_event(trace_id: str) -> dict[str, object]:
    """Return the event of a check that stops a running stream; the gateway's commercial build has such checks, for budgets."""
    error = {"message": "Budget exceeded", "type": "budget_exceeded", "code": "budget_cap_hard", "trace_id": trace_id}
    return {"error": error}
