"""Parses and checks the body of ``POST /v1/chat/completions`` like the gateway, in the same order."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dvara_examples.embedded_gateway.errors_table import refuse
from dvara_examples.embedded_gateway.models import has_provider

_ROLES = ("system", "developer", "user", "assistant", "tool")
_FORMATS = ("text", "json_object", "json_schema")

Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a client asks for; *schema* is that of ``json_schema``, *response_format* one of text, json_object, json_schema."""

    model: str
    messages: tuple[Object, ...]
    stream: bool = False
    include_usage: bool = False
    response_format: str = "text"
    schema: Object | None = None
    tools: tuple[Object, ...] = ()
    tool_choice: object = None

    @property
    def prompt(self) -> str:
        """All text of all messages, a line each."""
        return "\n".join(text_of(message) for message in self.messages)


def text_of(message: Object) -> str:
    """Return the text of one message, whether it is a text or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping) and part.get("type") == "text")


def parse_chat_request(body: bytes) -> ChatRequest:
    """Parse and check a request body. Raises Refused with ``invalid_json``, ``validation_error`` and the like."""
    given = json_object(body)
    for name, (kinds, accepted) in _TYPES.items():
        value = given.get(name)
        wrong = not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool)
        if value is not None and wrong:
            raise refuse("invalid_json", f"Invalid value for '{name}': {accepted} is expected")
    messages = _messages(given)
    kind, schema = _response_format(given.get("response_format"))
    _refuse_unsupported(given)
    model = str(given["model"])
    if not has_provider(model):
        message = f"No provider is configured for model '{model}'. GET /v1/models lists the models that are served."
        raise refuse("no_provider", message)
    options = given.get("stream_options")
    return ChatRequest(
        model=model,
        messages=messages,
        stream=given.get("stream") is True,
        include_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
        response_format=kind,
        schema=schema,
        tools=_objects(given.get("tools")),
        tool_choice=given.get("tool_choice"),
    )


_NUMBER = ((int, float), "a number")
_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "model": (str, "text"),
    "messages": (list, "a list"),
    "stream": (bool, "true or false"),
    "stream_options": (dict, "an object"),
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "max_tokens": (int, "a whole number"),
    "n": (int, "a whole number"),
    "top_logprobs": (int, "a whole number"),
    "logprobs": (bool, "true or false"),
    "parallel_tool_calls": (bool, "true or false"),
    "tools": (list, "a list"),
    "response_format": (dict, "an object"),
}


def json_object(body: bytes) -> Object:
    """Return a request body as a JSON object. Raises Refused."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise refuse("invalid_json", "Request body is missing or is not valid JSON") from None
    if not isinstance(given, dict):
        raise refuse("invalid_json", "Request body has to be a JSON object")
    return given


def _objects(value: object) -> tuple[Object, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, Mapping))


def _messages(given: Object) -> tuple[Object, ...]:
    if not str(given.get("model") or "").strip():
        raise refuse("validation_error", "model is required", param="model")
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages:
        raise refuse("validation_error", "messages must not be empty", param="messages")
    for index, message in enumerate(messages):
        if not isinstance(message, Mapping):
            raise refuse("invalid_json", f"Invalid value for 'messages[{index}]': an object is expected")
        if message.get("role") not in _ROLES:
            raise refuse("validation_error", f"role must be one of {', '.join(_ROLES)}", param=f"messages[{index}].role")
        _check_content(message.get("content"), index)
    return tuple(messages)


def _check_content(content: object, index: int) -> None:
    if content is None or isinstance(content, str):
        return
    where = f"messages[{index}].content"
    if not isinstance(content, list):
        raise refuse("invalid_json", f"Invalid value for '{where}': text or a list of parts is expected")
    for part in content:
        known = isinstance(part, Mapping) and part.get("type") in ("text", "image_url")
        if not known or (part["type"] == "text" and not isinstance(part.get("text"), str)):
            raise refuse("invalid_request", f"{where} holds a part that is neither text nor an image_url")


def _response_format(value: object) -> tuple[str, Object | None]:
    if not isinstance(value, Mapping):
        return "text", None
    kind = value.get("type")
    if kind is None:
        raise refuse("invalid_request", "response_format.type is required")
    if kind not in _FORMATS:
        raise refuse("invalid_request", f"response_format.type must be one of {', '.join(_FORMATS)}")
    if kind != "json_schema":
        return str(kind), None
    holder = value.get("json_schema")
    if not isinstance(holder, Mapping):
        raise refuse("invalid_request", "response_format.json_schema must be an object")
    schema = holder.get("schema")
    if not isinstance(schema, Mapping):
        raise refuse("invalid_request", "response_format.json_schema.schema must be an object")
    return "json_schema", schema


_UNSUPPORTED: Mapping[str, Callable[[Object], bool]] = {
    "n": lambda given: given.get("n") not in (None, 1),
    "logprobs": lambda given: given.get("logprobs") is True,
    "top_logprobs": lambda given: given.get("top_logprobs") not in (None, 0),
    "parallel_tool_calls": lambda given: given.get("parallel_tool_calls") is False,
    "seed": lambda given: given.get("seed") is not None and str(given.get("model")).startswith("claude"),
}


def _refuse_unsupported(given: Object) -> None:
    for name, asked in _UNSUPPORTED.items():
        if asked(given):
            raise refuse(
                "unsupported_capability", f"'{name}' is not supported with this value by the provider of this model", param=name
            )
