"""How each protocol that gateways offer writes an answer as events."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_MODEL = "gpt-4o"
_USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
WORDS = ("An", " answer", " in", " five", " words.")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One protocol: the path and body of its requests, and the events of an answer.

    *start*, *piece* and *finish* return events; *done* is the last word after the finish, or nothing.
    """

    name: str
    target: str
    request: Callable[[str, str], Mapping[str, object]]
    start: Callable[[str], Sequence[bytes]]
    piece: Callable[[str, str], bytes]
    finish: Callable[[str, str], Sequence[bytes]]
    done: Sequence[bytes]
    error: bytes

    def begun(self, mark: str, words: Sequence[str] = WORDS[:3]) -> list[bytes]:
        """Return the events of an answer for *words*."""
        return [*self.start(mark), *(self.piece(mark, word) for word in words)]

    def whole(self, mark: str, words: Sequence[str] = WORDS) -> list[bytes]:
        """Return the events of a whole answer."""
        return [*self.begun(mark, words), *self.finish(mark, "".join(words)), *self.done]


def sse(data: object, name: str = "") -> bytes:
    """Return one event; *data* is text or a value to encode as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def chat_chunk(mark: str, delta: Mapping[str, object] | None, finish: str | None = None, **more: object) -> bytes:
    """Return one chunk of a chat completion; *delta* None makes ``choices`` empty."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": f"chatcmpl-{mark}", "object": "chat.completion.chunk", "created": 1_784_800_000, "model": _MODEL}
    return sse({**chunk, "choices": choices, **more})


DONE = b"data: [DONE]\n\n"


def chat_usage(mark: str) -> bytes:
    """Return the chunk with the usage only."""
    return chat_chunk(mark, None, usage=_USAGE)


CHAT = Spelling(
    "chat",
    "/chat/completions",
    lambda model, prompt: {"model": model, "stream": True, "messages": [{"role": "user", "content": prompt}]},
    lambda mark: [chat_chunk(mark, {"role": "assistant", "content": ""})],
    lambda mark, text: chat_chunk(mark, {"content": text}),
    lambda mark, _text: [chat_chunk(mark, {}, "stop")],
    (DONE,),
    sse({"error": {"message": "the scripted provider failed", "type": "server_error", "code": "server_error"}}),
)


def _response(mark: str, status: str, text: str) -> dict[str, object]:
    output = [{"type": "message", "id": f"msg-{mark}", "status": status, "role": "assistant", "content": _parts(text)}]
    usage = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
    response = {"id": f"resp-{mark}", "object": "response", "created_at": 1_784_800_000, "model": _MODEL, "status": status}
    return {**response, "output": output if text else [], "usage": usage if status == "completed" else None}


def _parts(text: str) -> list[object]:
    return [{"type": "output_text", "text": text, "annotations": []}]


def _responses_event(kind: str, **fields: object) -> bytes:
    return sse({"type": kind, **fields}, kind)


RESPONSES = Spelling(
    "responses",
    "/responses",
    lambda model, prompt: {"model": model, "stream": True, "input": prompt},
    lambda mark: [_responses_event("response.created", response=_response(mark, "in_progress", ""))],
    lambda mark, text: _responses_event(
        "response.output_text.delta", item_id=f"msg-{mark}", output_index=0, content_index=0, delta=text
    ),
    lambda mark, text: [_responses_event("response.completed", response=_response(mark, "completed", text))],
    (),
    _responses_event("error", code="server_error", message="the scripted provider failed", param=None),
)


def _message_start(mark: str) -> list[bytes]:
    message = {"id": f"msg-{mark}", "type": "message", "role": "assistant", "model": _MODEL, "content": []}
    started = {**message, "stop_reason": None, "usage": {"input_tokens": 7, "output_tokens": 1}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    return [sse({"type": "message_start", "message": started}, "message_start"), sse(block, "content_block_start")]


def _message_finish(_mark: str, _text: str) -> list[bytes]:
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
    stop = sse({"type": "content_block_stop", "index": 0}, "content_block_stop")
    return [stop, sse(delta, "message_delta"), sse({"type": "message_stop"}, "message_stop")]


MESSAGES = Spelling(
    "messages",
    "/messages",
    lambda model, prompt: {"model": model, "stream": True, "max_tokens": 100, "messages": [{"role": "user", "content": prompt}]},
    _message_start,
    lambda _mark, text: sse(
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}, "content_block_delta"
    ),
    _message_finish,
    (),
    sse({"type": "error", "error": {"type": "api_error", "message": "the scripted provider failed"}}, "error"),
)

SPELLINGS = {spelling.name: spelling for spelling in (CHAT, RESPONSES, MESSAGES)}
