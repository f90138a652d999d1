"""Parses and checks the body of ``POST /v1/messages``, and turns it into a chat request."""

from collections.abc import Mapping

from dvara_examples.embedded_gateway.chat_request import json_object
from dvara_examples.embedded_gateway.errors_table import refuse
from dvara_examples.embedded_gateway.reading import IncomingRequest

VERSION = "2023-06-01"
_HOW = f"DVARA accepts no other: set the header in the client, as in default_headers={{'anthropic-version': '{VERSION}'}}"
_ROLES = ("user", "assistant")
_PARTS = ("text", "image", "tool_use", "tool_result", "thinking", "redacted_thinking")

Object = Mapping[str, object]


def chat_from_messages(head: IncomingRequest, body: bytes, *, counting: bool = False) -> Object:
    """Return the chat request for a Messages request; *counting* needs no ``max_tokens``. Raises RequestRefused."""
    version = head.header("anthropic-version")
    if version != VERSION:
        raise refuse("unsupported_api_version", f"anthropic-version must be {VERSION}, found '{version}'; {_HOW}")
    given = json_object(body)
    if not str(given.get("model") or "").strip():
        raise refuse("validation_error", "model is required", param="model")
    if not counting and not isinstance(given.get("max_tokens"), int):
        raise refuse("validation_error", "max_tokens is required", param="max_tokens")
    _refuse_unsupported(given)
    return {
        "model": given["model"],
        "messages": [*_system(given.get("system")), *_messages(given.get("messages"))],
        "stream": given.get("stream"),
        "max_tokens": given.get("max_tokens"),
        "temperature": given.get("temperature"),
        "tools": [_tool(tool) for tool in _list(given.get("tools"))] or None,
        "tool_choice": _tool_choice(given.get("tool_choice")),
    }


def _refuse_unsupported(given: Object) -> None:
    for name in ("mcp_servers", "container"):
        if given.get(name) not in (None, []):
            raise refuse("unsupported_capability", f"'{name}' is not supported", param=name)
    metadata = given.get("metadata")
    other = sorted(set(metadata) - {"user_id"}) if isinstance(metadata, Mapping) else []
    if other:
        raise refuse("unsupported_capability", f"'metadata.{other[0]}' is not supported", param="metadata")
    thinking = given.get("thinking")
    if isinstance(thinking, Mapping) and thinking.get("type") != "disabled" and not str(given["model"]).startswith("claude"):
        raise refuse("unsupported_capability", "'thinking' is not supported by the provider of this model", param="thinking")
    for tool in _list(given.get("tools")):
        if not isinstance(tool, Mapping):
            raise refuse("invalid_request", "a tool must be an object", param="tools")
        if tool.get("type", "custom") not in ("custom", None):
            raise refuse("unsupported_capability", f"tools of type '{tool['type']}' are not supported", param="tools")
        if not isinstance(tool.get("input_schema"), Mapping):
            raise refuse("invalid_request", "a tool must have an input_schema", param="tools")


def _system(system: object) -> list[object]:
    text = system if isinstance(system, str) else " ".join(_texts(system))
    return [{"role": "system", "content": text}] if text else []


def _messages(messages: object) -> list[object]:
    if not isinstance(messages, list) or not messages:
        raise refuse("validation_error", "messages must not be empty", param="messages")
    return [_message(message, index) for index, message in enumerate(messages)]


def _message(message: object, index: int) -> object:
    if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
        raise refuse("validation_error", f"role must be one of {', '.join(_ROLES)}", param=f"messages[{index}].role")
    content = message.get("content")
    if isinstance(content, str):
        return {"role": message["role"], "content": content}
    if not isinstance(content, list) or not content:
        raise refuse("validation_error", "content must not be empty", param=f"messages[{index}].content")
    kinds = [part.get("type") if isinstance(part, Mapping) else None for part in content]
    unknown = [kind for kind in kinds if kind not in _PARTS]
    if unknown:
        raise refuse("invalid_request", f"messages[{index}].content holds a part of the unknown type '{unknown[0]}'")
    role = "tool" if "tool_result" in kinds else message["role"]
    return {"role": role, "content": "\n".join(_texts(content))}


def _texts(parts: object) -> list[str]:
    """Return all text of a list of parts, including tool results."""
    found = []
    for part in _list(parts):
        if not isinstance(part, Mapping):
            continue
        if part.get("type") == "text":
            found.append(str(part.get("text") or ""))
        elif part.get("type") == "tool_result":
            content = part.get("content")
            found += [content] if isinstance(content, str) else _texts(content)
    return found


def _tool(tool: object) -> object:
    given = tool if isinstance(tool, Mapping) else {}
    return {"type": "function", "function": {"name": given.get("name"), "parameters": given.get("input_schema")}}


def _tool_choice(choice: object) -> object:
    if not isinstance(choice, Mapping):
        return None
    if choice.get("type") == "tool":
        return {"type": "function", "function": {"name": choice.get("name")}}
    return "none" if choice.get("type") == "none" else "auto"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
