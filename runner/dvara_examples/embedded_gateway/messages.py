"""``POST /v1/messages`` and ``/v1/messages/count_tokens``: Anthropic's Messages, as DVARA makes them from a chat answer."""

import json
from collections.abc import Mapping

from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.chat_request import ChatRequest, parse_chat_request
from dvara_examples.embedded_gateway.chunks import new_id, usage_of
from dvara_examples.embedded_gateway.endpoint import Events, TextEndpoint, json_body
from dvara_examples.embedded_gateway.errors_table import Refusal
from dvara_examples.embedded_gateway.messages_request import chat_from_messages
from dvara_examples.embedded_gateway.reading import IncomingRequest
from dvara_examples.embedded_gateway.request_context import RequestContext
from dvara_examples.embedded_gateway.stream_script import Frame, StreamScript

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


class MessagesWording:
    """Writes one answer in named events, block by block; the provider is asked before the first one."""

    opens_early = False

    def __init__(self, answer: Answer, request: ChatRequest, _visit: RequestContext) -> None:
        self._answer, self._request = answer, request
        self._started = False
        self._index = -1
        self._call: object = None
        self._finish_reason = answer.finish_reason

    def opening(self) -> Events:
        """Return nothing yet: the first events come together with the first piece."""
        return ()

    def frame(self, frame: Frame) -> Events:
        """Return the events for one piece of text, or for pieces of tool calls."""
        yield from self._start()
        self._finish_reason = frame.finish_reason or self._finish_reason
        text = frame.delta.get("content") or frame.delta.get("refusal")
        if isinstance(text, str) and text:
            yield from self._block("text", {"type": "text", "text": ""})
            yield self._delta({"type": "text_delta", "text": text})
        calls = frame.delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            yield from self._tool_call(call)

    def ending(self, _script: StreamScript) -> Events:
        """Return the end of the last block, ``message_delta`` with the reason, and ``message_stop``."""
        yield from self._start()
        yield from self._close()
        delta = {"stop_reason": _STOP_REASONS.get(self._finish_reason, "end_turn"), "stop_sequence": None}
        yield _event("message_delta", {"delta": delta, "usage": _usage(self._answer, self._request)})
        yield _event("message_stop", {})

    def failure(self, refusal: Refusal, _trace_id: str) -> Events:
        """Return the error event."""
        yield from self._start()
        error = {"type": "api_error", "message": refusal.message or refusal.row.message, "code": refusal.code}
        yield _event("error", {"error": error})

    stopped = failure

    def _start(self) -> Events:
        if self._started:
            return
        self._started = True
        nothing = {"input_tokens": 0, "output_tokens": 0}
        yield _event("message_start", {"message": _message(self._request, [], None, nothing)})
        yield _event("ping", {})

    def _block(self, kind: object, content_block: Mapping[str, object]) -> Events:
        """Return the start of a block where *kind* is not that of the open one."""
        if self._call == kind and self._index >= 0:
            return
        yield from self._close()
        self._index, self._call = self._index + 1, kind
        yield _event("content_block_start", {"index": self._index, "content_block": content_block})

    def _close(self) -> Events:
        if self._call is not None:
            yield _event("content_block_stop", {"index": self._index})
        self._call = None

    def _tool_call(self, call: Mapping[str, object]) -> Events:
        function = call.get("function")
        if not isinstance(function, Mapping):
            return
        if "id" in call:
            block = {"type": "tool_use", "id": call["id"], "name": function.get("name"), "input": {}}
            yield from self._block(call.get("index"), block)
        if function.get("arguments"):
            yield self._delta({"type": "input_json_delta", "partial_json": function["arguments"]})

    def _delta(self, delta: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        return _event("content_block_delta", {"index": self._index, "delta": delta})


def count_tokens(visit: RequestContext) -> None:
    """Answer with the number of tokens of a request. Raises RequestRefused."""
    request = _parse_count(visit.head, json_body(visit))
    visit.model, visit.answer = request.model, "count_tokens"
    visit.response.json(200, {"input_tokens": max(len(request.prompt) // 4, 1)})


def _event(name: str, said: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    return name, {"type": name, **said}


def _message(request: ChatRequest, content: list[object], stop_reason: str | None, usage: object) -> dict[str, object]:
    message: dict[str, object] = {"id": new_id("msg_01", 22), "type": "message", "role": "assistant", "content": content}
    return message | {"model": request.model, "stop_reason": stop_reason, "stop_sequence": None, "usage": usage}


def _usage(answer: Answer, request: ChatRequest) -> dict[str, object]:
    counted = usage_of(answer, request) if answer.reports_usage else {}
    return {"input_tokens": counted.get("prompt_tokens", 0), "output_tokens": counted.get("completion_tokens", 0)}


def _document(answer: Answer, request: ChatRequest, _created: int) -> dict[str, object]:
    """Return a whole message."""
    content: list[object] = [{"type": "text", "text": answer.text}] if answer.pieces else []
    for call in answer.tool_calls:
        block = {"type": "tool_use", "id": call.id or new_id("toolu_01", 22), "name": call.name}
        content.append({**block, "input": _arguments(call.arguments)})
    return _message(request, content, _STOP_REASONS.get(answer.finish_reason, "end_turn"), _usage(answer, request))


def _arguments(text: str) -> object:
    """Return the arguments of a call as an object; if they are not JSON, the text that the model wrote."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return {"raw": text}


def _parse(head: IncomingRequest, body: bytes) -> ChatRequest:
    return parse_chat_request(json.dumps(chat_from_messages(head, body)).encode())


def _parse_count(head: IncomingRequest, body: bytes) -> ChatRequest:
    return parse_chat_request(json.dumps(chat_from_messages(head, body, counting=True)).encode())


ENDPOINT = TextEndpoint(_parse, _document, MessagesWording)
