"""``POST /v1/completions``: OpenAI's older completions, one string prompt and never streamed."""

import json
from collections.abc import Callable, Mapping

from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.chat_request import ChatRequest, json_object, parse_chat_request
from dvara_examples.embedded_gateway.chunks import completion_id, usage_of
from dvara_examples.embedded_gateway.endpoint import TextEndpoint
from dvara_examples.embedded_gateway.errors_table import refuse
from dvara_examples.embedded_gateway.reading import IncomingRequest

_UNSUPPORTED: Mapping[str, Callable[[object], bool]] = {
    "stream": lambda value: value is True,
    "prompt": lambda value: isinstance(value, list),
    "n": lambda value: value not in (None, 1),
    "best_of": lambda value: value not in (None, 1),
    "logprobs": lambda value: isinstance(value, int) and value > 0,
}


def _parse(_head: IncomingRequest, body: bytes) -> ChatRequest:
    given = json_object(body)
    for name, asked in _UNSUPPORTED.items():
        if asked(given.get(name)):
            raise refuse("unsupported_capability", f"'{name}' is not supported with this value", param=name)
    if not isinstance(given.get("prompt"), str):
        raise refuse("validation_error", "prompt is required", param="prompt")
    chat = {"model": given.get("model"), "messages": [{"role": "user", "content": given["prompt"]}]}
    return parse_chat_request(json.dumps(chat).encode())


def _document(answer: Answer, request: ChatRequest, created: int) -> dict[str, object]:
    whole: dict[str, object] = {"id": completion_id(request.model), "object": "text_completion", "created": created}
    choice = {"text": answer.text, "index": 0, "finish_reason": answer.finish_reason}
    whole |= {"model": request.model, "choices": [choice]}
    return whole | {"usage": usage_of(answer, request)} if answer.reports_usage else whole


ENDPOINT = TextEndpoint(_parse, _document, cached=False)
