"""``POST /v1/responses``: OpenAI's Responses events, as DVARA makes them from a chat answer.

DVARA hides three things here, and so does this module. An answer that was cut off by length, or withheld by governance, ends
with ``response.completed`` like any other. A provider that fails to open is not an HTTP status: two events went out before.
"""

import json
from collections.abc import Mapping

from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.chat_request import ChatRequest, json_object, parse_chat_request
from dvara_examples.embedded_gateway.chunks import new_id, usage_of
from dvara_examples.embedded_gateway.endpoint import Events, TextEndpoint
from dvara_examples.embedded_gateway.errors_table import Refusal, refuse
from dvara_examples.embedded_gateway.reading import IncomingRequest
from dvara_examples.embedded_gateway.request_context import RequestContext
from dvara_examples.embedded_gateway.stream_script import Frame, StreamScript

_REFUSED = ("previous_response_id", "reasoning", "prompt", "tools", "tool_choice", "include")
_TEXT_PARTS = ("input_text", "output_text", "text")
_FOREIGN_PARTS = ("input_file", "input_audio")


class ResponsesWording:
    """Writes one answer in named events, each with its ``sequence_number``."""

    opens_early = True

    def __init__(self, _answer: Answer, request: ChatRequest, visit: RequestContext) -> None:
        self._id, self._item_id = new_id("resp_", 32), new_id("msg_", 32)
        self._model, self._created = request.model, visit.unix_time()
        self._number = 0
        self._text: list[str] = []
        self._opened = False

    def opening(self) -> Events:
        """Return the two events that precede the request to the provider."""
        yield self._event("response.created", {"response": self._response("in_progress")})
        yield self._event("response.in_progress", {"response": self._response("in_progress")})

    def frame(self, frame: Frame) -> Events:
        """Return a delta for a piece of text; the gateway drops tool calls here."""
        if not self._opened:
            yield from self._open()
        text = frame.delta.get("content") or frame.delta.get("refusal")
        if isinstance(text, str) and text:
            self._text.append(text)
            yield self._event("response.output_text.delta", {**self._place(), "delta": text})

    def ending(self, _script: StreamScript) -> Events:
        """Return the closing events; the last one is ``response.completed``, whatever the finish reason."""
        if not self._opened:
            yield from self._open()
        text, item = "".join(self._text), self._item("completed")
        yield self._event("response.output_text.done", {**self._place(), "text": text})
        yield self._event("response.content_part.done", {**self._place(), "part": _part(text)})
        yield self._event("response.output_item.done", {"output_index": 0, "item": item})
        yield self._event("response.completed", {"response": self._response("completed", item)})

    def failure(self, refusal: Refusal, _trace_id: str) -> Events:
        """Return ``response.failed``."""
        error = {"code": refusal.code, "message": refusal.message or refusal.row.message}
        yield self._event("response.failed", {"response": {**self._response("failed"), "error": error}})

    stopped = failure

    def _open(self) -> Events:
        self._opened = True
        yield self._event("response.output_item.added", {"output_index": 0, "item": self._item("in_progress")})
        yield self._event("response.content_part.added", {**self._place(), "part": _part("")})

    def _event(self, name: str, said: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        event = {"type": name, "sequence_number": self._number, **said}
        self._number += 1
        return name, event

    def _place(self) -> dict[str, object]:
        return {"item_id": self._item_id, "output_index": 0, "content_index": 0}

    def _response(self, status: str, *output: Mapping[str, object]) -> dict[str, object]:
        response: dict[str, object] = {"id": self._id, "object": "response", "created_at": self._created, "status": status}
        return {**response, "model": self._model, "output": list(output)}

    def _item(self, status: str) -> dict[str, object]:
        content = [_part("".join(self._text))] if status == "completed" else []
        return _message(self._item_id, status, content)


def _part(text: str) -> dict[str, object]:
    return {"type": "output_text", "text": text}


def _message(item_id: str, status: str, content: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "message", "id": item_id, "status": status, "role": "assistant", "content": content}


def _document(answer: Answer, request: ChatRequest, created: int) -> dict[str, object]:
    """Return a whole response; its status is ``completed``, whatever the finish reason."""
    whole: dict[str, object] = {"id": new_id("resp_", 32), "object": "response", "created_at": created, "model": request.model}
    whole |= {"status": "completed", "output": [_message(new_id("msg_", 32), "completed", [_part(answer.text)])]}
    if not answer.reports_usage:
        return whole
    counted = usage_of(answer, request)
    names = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens", "total_tokens": "total_tokens"}
    return whole | {"usage": {name: counted[key] for name, key in names.items()}}


def _parse(_head: IncomingRequest, body: bytes) -> ChatRequest:
    """Parse a request and return the chat request for it. Raises RequestRefused."""
    given = json_object(body)
    for name in _REFUSED:
        if given.get(name) not in (None, [], {}):
            raise refuse("unsupported_capability", f"'{name}' is not supported", param=name)
    for name in ("store", "background"):
        if given.get(name) is True:
            raise refuse("unsupported_capability", f"'{name}: true' is not supported", param=name)
    text = given.get("text")
    chat = {
        "model": given.get("model"),
        "messages": _messages(given),
        "stream": given.get("stream"),
        "max_tokens": given.get("max_output_tokens"),
        "temperature": given.get("temperature"),
        "response_format": _format(text.get("format") if isinstance(text, Mapping) else None),
    }
    return parse_chat_request(json.dumps(chat).encode())


def _messages(given: Mapping[str, object]) -> list[object]:
    said = given.get("input")
    found: list[object] = []
    if isinstance(given.get("instructions"), str):
        found.append({"role": "system", "content": given["instructions"]})
    if isinstance(said, str) and said:
        return [*found, {"role": "user", "content": said}]
    if not isinstance(said, list) or not said:
        raise refuse("invalid_request", "input is required", param="input")
    for index, item in enumerate(said):
        if not isinstance(item, Mapping) or item.get("type", "message") != "message":
            raise refuse("invalid_request", f"input[{index}] is not a message", param="input")
        found.append({"role": item.get("role"), "content": _content(item.get("content"), index)})
    return found


def _content(content: object, index: int) -> object:
    if not isinstance(content, list):
        return content
    parts: list[object] = []
    for part in content:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind in _FOREIGN_PARTS:
            raise refuse("unsupported_capability", f"input[{index}] has a part of type '{kind}', which is not supported")
        if kind == "input_image":
            parts.append({"type": "image_url"})
        elif kind in _TEXT_PARTS:
            parts.append({"type": "text", "text": part.get("text")})
        else:
            raise refuse("invalid_request", f"input[{index}] has a part of the unknown type '{kind}'")
    return parts


def _format(given: object) -> object:
    """Return a ``text.format`` as chat's ``response_format``."""
    if not isinstance(given, Mapping) or given.get("type") != "json_schema":
        return given
    return {"type": "json_schema", "json_schema": {"name": given.get("name"), "schema": given.get("schema")}}


ENDPOINT = TextEndpoint(_parse, _document, ResponsesWording)
