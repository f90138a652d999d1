"""Shapes of values inside an answer: pieces, JSON, calls of tools, rows of the error table and token counts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dvara_examples.core.rules import some
from dvara_examples.core.shapes import Shape, constant, either, items, mapping, one_of, text, whole
from dvara_examples.core.values import InvalidValue, as_int, as_mapping, below, describe
from dvara_examples.embedded_gateway.answer import ToolCall
from dvara_examples.embedded_gateway.errors_table import ERRORS, Refusal, row_of_status

PIECES = items(text(), few="at least one piece (for an answer without text, use text: '')")


def _as_json(value: object, *, nested: bool = False) -> object:
    """Return *value* if JSON can represent it; the outermost must be a mapping or a list, whose parts never parse alone."""
    match value:
        case Mapping():
            for key, item in as_mapping(value).items():
                with below(key):
                    _as_json(item, nested=True)
        case str() | bool() | int() | float() | None if nested:
            pass
        case Sequence() if not isinstance(value, str | bytes):
            for index, item in enumerate(value):
                with below(index):
                    _as_json(item, nested=True)
        case _:
            expected = "text, a number, a boolean, null, a mapping or a list" if nested else "a mapping or a list"
            raise InvalidValue(expected, describe(value))
    return value


JSON: Shape[object] = Shape(lambda: {"type": ["object", "array"]}, _as_json)


def _arguments(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(_as_json(value), ensure_ascii=False)


_ARGUMENTS = Shape(lambda: {"type": ["object", "array", "string"]}, _arguments)
TOOL_CALLS = items(
    mapping({"name": text(), "arguments": _ARGUMENTS, "id": text()}, needed=("name",)).to(
        lambda call: ToolCall(call["name"], call.get("arguments", "{}"), call.get("id"))
    ),
    few="at least one tool call",
)

_STATUSES = sorted({row.status for row in ERRORS.values()})


def _status(value: object) -> int:
    status = as_int(value, least=400, most=599)
    if status not in _STATUSES:
        raise InvalidValue(f"a status of the gateway: {', '.join(map(str, _STATUSES))}", str(status))
    return status


def _refusal(found: Mapping[str, Any]) -> Refusal:
    """Return the row of the error table with this status, code or both."""
    status = found.get("status")
    usual = row_of_status(status) if status is not None else None
    code = found.get("code") or (usual.code if usual else "")
    if status not in (None, ERRORS[code].status):
        beside = f"{code!r}, whose status is {ERRORS[code].status}"
        raise InvalidValue(f"a code of status {status}", beside, path=("code",))
    wait_s = found.get("retry_after_s")
    if wait_s is not None and ERRORS[code].status != 429:
        beside = f"it next to {code!r}"
        raise InvalidValue("'retry_after_s' only with status 429", beside, path=("retry_after_s",), on_key=True)
    return Refusal(code, found.get("message"), retry_after_s=1 if wait_s is None and code == "rate_limit_exceeded" else wait_s)


ERROR = mapping(
    {
        "status": Shape(lambda: {"enum": _STATUSES}, _status),
        "code": one_of(sorted(ERRORS)),
        "message": text(),
        "retry_after_s": whole(0, 86_400).described("Whole seconds; with status 429 alone."),
    },
    rules=[some(("status", "code"), "add one such as status: 429, or code: provider_error")],
).to(_refusal, "A row of the gateway's error table, before any stream.")


def _counts(found: Mapping[str, Any]) -> Mapping[str, object]:
    """Return token counts; ``total_tokens`` defaults to their sum."""
    counts = {key: found.get(key, 0) for key in ("prompt_tokens", "completion_tokens")}
    return {**counts, "total_tokens": sum(counts.values()), **found}


def _details(*keys: str) -> Shape[Mapping[str, Any]]:
    return mapping(dict.fromkeys(keys, whole()))


USAGE: Shape[Mapping[str, object] | None] = either(
    constant(False).to(lambda _: None),
    mapping(
        {
            **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), whole()),
            "prompt_tokens_details": _details("cached_tokens", "cache_write_tokens"),
            "completion_tokens_details": _details("reasoning_tokens"),
        }
    ).to(_counts),
    expected="false or a mapping",
).described("What the provider reports; false where it reports nothing.")
