"""``POST /v1/chat/completions``: an answer in chunks that end with ``[DONE]``, or in one document."""

from dvara_examples.embedded_gateway.answer import Answer, ChunkHabit
from dvara_examples.embedded_gateway.chat_request import ChatRequest, parse_chat_request
from dvara_examples.embedded_gateway.chunks import ChunkMaker, completion, completion_id, usage_of
from dvara_examples.embedded_gateway.endpoint import Events, TextEndpoint
from dvara_examples.embedded_gateway.errors_table import Refusal
from dvara_examples.embedded_gateway.request_context import RequestContext
from dvara_examples.embedded_gateway.stream_script import Frame, StreamScript


class ChatWording:
    """Writes one answer in unnamed chunks; a failure of the provider cuts the connection."""

    opens_early = False

    def __init__(self, answer: Answer, request: ChatRequest, visit: RequestContext) -> None:
        self._answer, self._request = answer, request
        self._maker = ChunkMaker(completion_id(request.model), request.model, visit.unix_time, answer.habits)

    def opening(self) -> Events:
        """Return the chunk without choices that some providers send first."""
        if ChunkHabit.EMPTY_FIRST in self._answer.habits:
            yield "", self._maker.without_choices()

    def frame(self, frame: Frame) -> Events:
        """Return the chunk for one piece."""
        yield "", self._maker.chunk(frame.delta, frame.finish_reason)

    def ending(self, _script: StreamScript) -> Events:
        """Return the usage, if requested, and ``[DONE]``."""
        tells_usage = self._request.include_usage or ChunkHabit.USAGE_LAST in self._answer.habits
        if tells_usage and self._answer.reports_usage:
            yield "", self._maker.usage(usage_of(self._answer, self._request))
        yield "", {}

    def failure(self, _refusal: Refusal, _trace_id: str) -> Events:
        """Return nothing: the connection is cut."""
        return ()

    def stopped(self, refusal: Refusal, trace_id: str) -> Events:
        """Return the error event."""
        row = refusal.row
        yield "", {"error": {"message": row.message, "type": row.type, "code": row.code, "trace_id": trace_id}}


ENDPOINT = TextEndpoint(lambda _head, body: parse_chat_request(body), completion, ChatWording)
