"""The YAML of answers: what a correct gateway *says*, in order, one answer per request.

A text alone is short for ``{text: …}``. Otherwise an answer is a mapping. It says one of these:

* ``text``: an answer, streamed word by word (the first word, then a space and a word each, as the gateway's Mock provider does);
* ``pieces``: the same with the deltas spelled out, for exact whitespace or cut-off JSON;
* ``json``: a mapping or list, streamed as JSON text in small pieces that can only be parsed when all have come;
* ``tool_calls``: a list of ``{name, arguments[, id]}``, alone or after ``text`` or ``pieces``; *arguments* is a mapping or
  exact text;
* ``refused: true``: governance withholds the whole answer: one ``content_filter`` chunk without content, then ``[DONE]``;
  a request that is not streamed gets 400 ``pii_detected``;
* ``error``: ``{status, code[, message][, retry_after_s]}``, a row of the gateway's error table, before any stream; one of
  *status* and *code* is enough;
* ``silence: true``: the provider never answers. Nothing is sent until the client goes or the gateway's own limit has run out.

and may add, to the first four:

* ``finish_reason``: ``stop`` (``tool_calls`` where there are some), ``length``, ``tool_calls``, ``content_filter``;
* ``role_first: true``: the role comes in a chunk of its own, as many providers send it;
* ``deferred: true``: governance holds the answer back until it is whole: one chunk with everything;
* ``piece_delay_s``, ``first_delay_s``: seconds before each further piece (default 0.02), and before the first (default 0);
* ``abort_after: N``: the provider breaks after N pieces. The connection ends without the last HTTP chunk, as at the gateway;
* ``lifetime_after: N``: the stream's lifetime runs out after N pieces. The response ends properly, but without ``[DONE]``;
* ``error_event_after: N``: after N pieces an error event, then the response ends properly without ``[DONE]``;
  a request that is not streamed gets 502 ``provider_error`` for any of the three;
* ``usage``: the token counts that the provider reports (default: characters / 4), or ``false`` where it reports none;
* ``spelling: spaced``: ``data: `` with a space, as providers (not DVARA) write it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dvara_examples.standin.answer import FINISH_REASONS, Answer, Break, ToolCall, json_answer, piece_count, text_answer
from dvara_examples.standin.errors_table import ERRORS, Refusal, row_of_status
from dvara_examples.values import (
    InvalidValue,
    as_bool,
    as_int,
    as_list,
    as_mapping,
    as_one_of,
    as_seconds,
    as_text,
    below,
    describe,
    did_you_mean,
)

_WAYS = ("finish_reason", "role_first", "deferred", "piece_delay_s", "first_delay_s", "usage", "spelling", *Break)
BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "error": ("first_delay_s",),
        "silence": (),
        "refused": ("first_delay_s", "role_first", "usage", "spelling"),
        "json": _WAYS,
        "text": ("tool_calls", *_WAYS),
        "pieces": ("tool_calls", *_WAYS),
        "tool_calls": _WAYS,
    }
)
"""What an answer can say, in order of precedence, and the keys that may stand beside it."""

ANSWER_KEYS = (*BESIDE, *_WAYS)


def parse_answer(value: object) -> Answer:
    """Parse one answer from plain values. Raises InvalidValue with the path to what is wrong."""
    if isinstance(value, str):
        return text_answer(value)
    given = as_mapping(value, ANSWER_KEYS)
    kind = next((key for key in BESIDE if key in given), None)
    if kind is None:
        raise InvalidValue("found an answer that says nothing", f"one of {', '.join(BESIDE)} is accepted")
    for key in given:
        if key != kind and key not in BESIDE[kind]:
            raise InvalidValue(f"found {key!r} beside {kind!r}", _beside(kind), (key,), on_key=True)
    answer = _content(kind, given)
    return _breaks(_ways(answer, given), given)


def _beside(kind: str) -> str:
    accepted = ", ".join(BESIDE[kind])
    return f"beside {kind!r} {accepted} are accepted" if accepted else f"{kind!r} stands alone"


def _content(kind: str, given: Mapping[str, object]) -> Answer:
    """Parse what the answer says, without the way it says it."""
    with below(kind):
        match kind:
            case "error":
                return Answer(kind=kind, error=_error(given["error"]))
            case "silence" | "refused":
                if not as_bool(given[kind]):
                    raise InvalidValue("found the boolean false", "true is accepted; leave the key out otherwise")
                return Answer(kind=kind)
            case "json":
                return json_answer(_json_value(given["json"]))
            case "text":
                answer = text_answer(as_text(given["text"]))
            case "pieces":
                pieces = _pieces(given["pieces"])
                answer = Answer(kind=kind, text="".join(pieces), pieces=pieces)
            case _:
                answer = Answer(kind=kind)
    if "tool_calls" not in given:
        return answer
    with below("tool_calls"):
        return replace(answer, tool_calls=_tool_calls(given["tool_calls"]), finish_reason="tool_calls")


def _pieces(value: object) -> tuple[str, ...]:
    pieces = []
    for index, piece in enumerate(as_list(value)):
        with below(index):
            pieces.append(as_text(piece))
    if not pieces:
        raise InvalidValue("found an empty list", "at least one piece is accepted; use text: '' for an answer without text")
    return tuple(pieces)


def _json_value(value: object, *, nested: bool = False) -> object:
    """Return *value* where JSON can spell it; the outermost has to be a mapping or a list, whose parts alone never parse."""
    match value:
        case Mapping():
            for key, item in as_mapping(value).items():
                with below(key):
                    _json_value(item, nested=True)
        case str() | bool() | int() | float() | None if nested:
            pass
        case Sequence() if not isinstance(value, str | bytes):
            for index, item in enumerate(value):
                with below(index):
                    _json_value(item, nested=True)
        case _:
            accepted = "text, a number, a boolean, null, a mapping or a list" if nested else "a mapping or a list"
            raise InvalidValue(f"found {describe(value)}", f"{accepted} is accepted")
    return value


def _tool_calls(value: object) -> tuple[ToolCall, ...]:
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
        text = arguments if isinstance(arguments, str) else json.dumps(_json_value(arguments), ensure_ascii=False)
    with below("id"):
        return ToolCall(name, text, as_text(given["id"]) if "id" in given else None)


def _error(value: object) -> Refusal:
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


def _ways(answer: Answer, given: Mapping[str, object]) -> Answer:
    """Parse how the answer is said."""
    for key, value in given.items():
        with below(key):
            match key:
                case "finish_reason":
                    answer = replace(answer, finish_reason=as_one_of(value, FINISH_REASONS))
                case "role_first":
                    answer = replace(answer, role_first=as_bool(value))
                case "deferred":
                    answer = replace(answer, deferred=as_bool(value))
                case "piece_delay_s":
                    answer = replace(answer, piece_delay_s=as_seconds(value, most=3600.0))
                case "first_delay_s":
                    answer = replace(answer, first_delay_s=as_seconds(value, most=3600.0))
                case "spelling":
                    answer = replace(answer, spaced=as_one_of(value, ("plain", "spaced")) == "spaced")
                case "usage":
                    usage = None if value is False else _usage(value)
                    answer = replace(answer, usage=usage, reports_usage=usage is not None)
    return answer


def _usage(value: object) -> Mapping[str, object]:
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
    usage: dict[str, object] = {**counts}
    for name, known in details.items():
        if name in given:
            with below(name):
                usage[name] = {key: as_int(count) for key, count in as_mapping(given[name], known).items()}
    return usage


def _breaks(answer: Answer, given: Mapping[str, object]) -> Answer:
    """Parse where the stream breaks, if it does."""
    named = [kind for kind in Break if kind in given]
    if not named:
        return answer
    if len(named) > 1 or "finish_reason" in given:
        other = named[1] if len(named) > 1 else "finish_reason"
        raise InvalidValue(
            f"found {other!r} beside {named[0]!r}", "a stream ends in one way; keep one of them", (other,), on_key=True
        )
    with below(named[0]):
        # An abort before the first piece would be an HTTP error: the gateway has sent nothing yet.
        after = as_int(given[named[0]], least=1 if named[0] is Break.ABORT else 0, most=piece_count(answer))
    return replace(answer, breaks=named[0], breaks_after=after)
