"""Values inside an answer's YAML: pieces, JSON, calls of tools, rows of the error table and token counts."""

import json
from collections.abc import Mapping, Sequence

from dvara_examples.core.values import (
    InvalidValue,
    as_int,
    as_list,
    as_mapping,
    as_text,
    below,
    describe,
    did_you_mean,
)
from dvara_examples.embedded_gateway.answer import ToolCall
from dvara_examples.embedded_gateway.errors_table import ERRORS, Refusal, row_of_status


def as_pieces(value: object) -> tuple[str, ...]:
    """Parse the deltas of an answer."""
    found = []
    for index, piece in enumerate(as_list(value)):
        with below(index):
            found.append(as_text(piece))
    if not found:
        raise InvalidValue("found an empty list", "at least one piece is accepted; use text: '' for an answer without text")
    return tuple(found)


def as_json(value: object, *, nested: bool = False) -> object:
    """Return *value* where JSON can spell it; the outermost has to be a mapping or a list, whose parts alone never parse."""
    match value:
        case Mapping():
            for key, item in as_mapping(value).items():
                with below(key):
                    as_json(item, nested=True)
        case str() | bool() | int() | float() | None if nested:
            pass
        case Sequence() if not isinstance(value, str | bytes):
            for index, item in enumerate(value):
                with below(index):
                    as_json(item, nested=True)
        case _:
            accepted = "text, a number, a boolean, null, a mapping or a list" if nested else "a mapping or a list"
            raise InvalidValue(f"found {describe(value)}", f"{accepted} is accepted")
    return value


def as_tool_calls(value: object) -> tuple[ToolCall, ...]:
    """Parse the calls of an answer."""
    calls = []
    for index, item in enumerate(as_list(value)):
        with below(index):
            calls.append(_tool_call(as_mapping(item, ("name", "arguments", "id"))))
    if not calls:
        raise InvalidValue("found an empty list", "at least one tool call is accepted")
    return tuple(calls)


def _tool_call(given: Mapping[str, object]) -> ToolCall:
    if "name" not in given:
        raise InvalidValue("found a tool call without 'name'", "name and arguments are accepted")
    with below("name"):
        name = as_text(given["name"])
    with below("arguments"):
        arguments = given.get("arguments", {})
        text = arguments if isinstance(arguments, str) else json.dumps(as_json(arguments), ensure_ascii=False)
    with below("id"):
        return ToolCall(name, text, as_text(given["id"]) if "id" in given else None)


def as_error(value: object) -> Refusal:
    """Parse a row of the error table, named by its status, its code or both."""
    given = as_mapping(value, ("status", "code", "message", "retry_after_s"))
    if not {"status", "code"} & set(given):
        raise InvalidValue(
            "found an error without status and code", "one of them is needed: status: 429, or code: provider_error"
        )
    code = _code(given)
    with below("message"):
        message = as_text(given["message"]) if "message" in given else None
    with below("retry_after_s"):
        if "retry_after_s" not in given:
            return Refusal(code, message, retry_after_s=1 if code == "rate_limit_exceeded" else None)
        if ERRORS[code].status != 429:
            raise InvalidValue(f"found retry_after_s beside {code!r}", "the gateway says it with status 429 alone")
        return Refusal(code, message, retry_after_s=as_int(given["retry_after_s"], most=86_400))


def _code(given: Mapping[str, object]) -> str:
    status = None
    with below("status"):
        if "status" in given:
            status = as_int(given["status"], least=400, most=599)
            usual = row_of_status(status)
            if usual is None:
                known = sorted({row.status for row in ERRORS.values()})
                raise InvalidValue(f"found the status {status}", f"the gateway answers with {', '.join(map(str, known))}")
            if "code" not in given:
                return usual.code
    with below("code"):
        code = as_text(given["code"])
        if code not in ERRORS:
            raise InvalidValue(f"unknown error code {code!r}", did_you_mean(code, ERRORS))
        if status not in (None, ERRORS[code].status):
            raise InvalidValue(f"found the code {code!r} beside status {status}", f"its status is {ERRORS[code].status}")
    return code


def as_usage(value: object) -> Mapping[str, object]:
    """Parse token counts; ``total_tokens`` is their sum where it is not given."""
    details = {
        "prompt_tokens_details": ("cached_tokens", "cache_write_tokens"),
        "completion_tokens_details": ("reasoning_tokens",),
    }
    given = as_mapping(value, ("prompt_tokens", "completion_tokens", "total_tokens", *details))
    counts: dict[str, int] = {}
    for key in ("prompt_tokens", "completion_tokens"):
        with below(key):
            counts[key] = as_int(given.get(key, 0))
    with below("total_tokens"):
        counts["total_tokens"] = as_int(given.get("total_tokens", sum(counts.values())))
    found: dict[str, object] = {**counts}
    for name, known in details.items():
        if name in given:
            with below(name):
                found[name] = {key: as_int(count) for key, count in as_mapping(given[name], known).items()}
    return found
