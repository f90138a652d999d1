"""The JSON of completions and of their chunks: field order as at the gateway, absent instead of null."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dvara_examples.embedded_gateway.answer import Answer, ChunkHabit, ToolCall
from dvara_examples.embedded_gateway.chat_request import ChatRequest

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int) -> str:
    """Return *prefix* and *length* random letters and digits."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


def completion_id(model: str) -> str:
    """Return an id in the format of the provider that serves *model*; the gateway passes it on."""
    if model.startswith("mock/"):
        return f"mock-{secrets.token_hex(16)}"
    return new_id("msg_01", 22) if model.startswith("claude") else new_id("chatcmpl-", 29)


@dataclass(frozen=True, slots=True)
class ChunkMaker:
    """Builds the chunks of one stream: the same id throughout, ``created`` from *now* (seconds since 1970) in each.

    *habits* are those of other providers; the gateway itself omits what is absent.
    """

    id: str
    model: str
    now: Callable[[], int]
    habits: frozenset[ChunkHabit] = frozenset()

    def chunk(self, delta: Mapping[str, object], finish_reason: str | None = None) -> dict[str, object]:
        """Return a chunk with one choice; ``finish_reason`` is absent until the last one."""
        choice: dict[str, object] = {"index": 0}
        if ChunkHabit.NULLS in self.habits:
            delta = {"content": None, "refusal": None, **delta}
            choice |= {"logprobs": None, "finish_reason": None}
        if ChunkHabit.UNKNOWN_FIELDS in self.habits:
            delta = {**delta, "x_mood": {"calm": True}}
            choice |= {"x_scores": [0.5, None]}
        choice["delta"] = delta
        if finish_reason is not None:
            choice["finish_reason"] = finish_reason
        return self._whole({"choices": [choice]})

    def without_choices(self) -> dict[str, object]:
        """Return a chunk without content, such as those in which some providers report their view of the prompt."""
        return self._whole({"choices": []})

    def usage(self, usage: Mapping[str, object]) -> dict[str, object]:
        """Return the chunk for ``stream_options.include_usage``."""
        return self._whole({"choices": [], "usage": usage})

    def _whole(self, said: Mapping[str, object]) -> dict[str, object]:
        chunk: dict[str, object] = {"id": self.id, "object": "chat.completion.chunk", "created": self.now(), "model": self.model}
        if ChunkHabit.BARE in self.habits:
            chunk = {}
        if ChunkHabit.NULLS in self.habits:
            chunk |= {"usage": None}
        if ChunkHabit.UNKNOWN_FIELDS in self.habits:
            chunk |= {"x_provider": {"region": "eu", "took_ms": [1, 2]}}
        return {**chunk, **said}


def completion(answer: Answer, request: ChatRequest, created: int) -> dict[str, object]:
    """Return the answer to a request that is not streamed."""
    message: dict[str, object] = {"role": "assistant"}
    if answer.pieces:
        message[answer.field] = answer.text
    if answer.tool_calls:
        message["tool_calls"] = [whole_call(call) for call in answer.tool_calls]
    choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason}
    whole: dict[str, object] = {"id": completion_id(request.model), "object": "chat.completion", "created": created}
    whole |= {"model": request.model, "choices": [choice]}
    return whole | {"usage": usage_of(answer, request)} if answer.reports_usage else whole


def whole_call(call: ToolCall) -> dict[str, object]:
    """Return a tool call with all its arguments."""
    return {"id": call_id(call), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def call_id(call: ToolCall) -> str:
    """Return the call's own id, or a new one."""
    return call.id or new_id("call_", 24)


def usage_of(answer: Answer, request: ChatRequest) -> Mapping[str, object]:
    """Return the token counts: those of the answer, or a quarter of the characters, as the Mock provider counts."""
    if answer.usage is not None:
        return answer.usage
    said = len(answer.text) + sum(len(call.arguments) for call in answer.tool_calls)
    prompt, completed = max(len(request.prompt) // 4, 1), said // 4
    return {"prompt_tokens": prompt, "completion_tokens": completed, "total_tokens": prompt + completed}
