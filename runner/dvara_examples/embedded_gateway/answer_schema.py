"""The JSON Schema of one answer, for editors; the parser in ``answers`` stays the judge, and a test holds the two together."""

from collections.abc import Mapping

from dvara_examples.embedded_gateway.answer import FINISH_REASONS, Break, ChunkHabit
from dvara_examples.embedded_gateway.answers import BESIDE, MOST_TIMES
from dvara_examples.embedded_gateway.errors_table import ERRORS

_TEXT = {"type": "string"}
_TRUE = {"const": True}
_SECONDS = {"type": "number", "minimum": 0, "maximum": 3600}
_COUNT = {"type": "integer", "minimum": 0}

_ERROR: Mapping[str, object] = {
    "type": "object",
    "description": "A row of the gateway's error table, before any stream.",
    "properties": {
        "status": {"enum": sorted({row.status for row in ERRORS.values()})},
        "code": {"enum": sorted(ERRORS)},
        "message": _TEXT,
        "retry_after_s": {**_COUNT, "maximum": 86_400, "description": "Whole seconds; with status 429 alone."},
    },
    "anyOf": [{"required": ["status"]}, {"required": ["code"]}],
    "additionalProperties": False,
}
_TOOL_CALL: Mapping[str, object] = {
    "type": "object",
    "properties": {"name": _TEXT, "arguments": {"type": ["object", "array", "string"]}, "id": _TEXT},
    "required": ["name"],
    "additionalProperties": False,
}
_USAGE: Mapping[str, object] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), _COUNT),
        "prompt_tokens_details": {"type": "object", "properties": {"cached_tokens": _COUNT, "cache_write_tokens": _COUNT}},
        "completion_tokens_details": {"type": "object", "properties": {"reasoning_tokens": _COUNT}},
    },
    "additionalProperties": False,
}
_HABIT: Mapping[str, object] = {"enum": [*map(str, ChunkHabit)]}
_KEYS: Mapping[str, Mapping[str, object]] = {
    "text": {**_TEXT, "description": "An answer, streamed word by word."},
    "pieces": {"type": "array", "items": _TEXT, "minItems": 1, "description": "An answer in exactly these pieces."},
    "json": {"type": ["object", "array"], "description": "An answer in JSON, in pieces that parse only when all have come."},
    "refusal": {**_TEXT, "description": "The model declines, in a field of its own."},
    "repeat": {"type": "integer", "minimum": 1, "maximum": MOST_TIMES, "description": "Repeat all of it N times."},
    "tool_calls": {"type": "array", "items": _TOOL_CALL, "minItems": 1, "description": "Calls of tools, alone or after a text."},
    "content_filter": {**_TRUE, "description": "Governance withholds the whole answer."},
    "error": _ERROR,
    "hang": {**_TRUE, "description": "The provider never answers."},
    "finish_reason": {"enum": list(FINISH_REASONS)},
    "role_first": {"type": "boolean", "description": "The role comes in a chunk of its own."},
    "deferred": {"type": "boolean", "description": "Governance holds the answer back until it is whole: one chunk."},
    "piece_delay_s": {**_SECONDS, "description": "Seconds before each further piece."},
    "first_delay_s": {**_SECONDS, "description": "Seconds before the first piece."},
    Break.ABORT: {**_COUNT, "minimum": 1, "description": "The provider breaks after N pieces: no last HTTP chunk."},
    Break.LIFETIME: {**_COUNT, "description": "The stream's lifetime runs out after N pieces: no [DONE]."},
    Break.ERROR_EVENT: {**_COUNT, "description": "An error event after N pieces, and no [DONE]."},
    "usage": {"anyOf": [{"const": False}, _USAGE], "description": "What the provider reports; false where it reports nothing."},
    "done_after_error": {"type": "boolean", "description": "[DONE] all the same, behind an error event."},
    "chunks": {
        "oneOf": [_HABIT, {"type": "array", "items": _HABIT, "minItems": 1, "uniqueItems": True}],
        "description": "What the chunks of other providers have, or lack.",
    },
    "sse_space": {"type": "boolean", "description": "'data: ' with a space, as providers write it."},
}


def _variant(kind: str) -> dict[str, object]:
    """Return the schema of the answers that say *kind*."""
    properties = {str(key): dict(_KEYS[key]) for key in (kind, *BESIDE[kind])}
    return {"type": "object", "properties": properties, "required": [kind], "additionalProperties": False}


ANSWER_SCHEMA: dict[str, object] = {
    "description": "What the gateway says to one request.",
    "anyOf": [{"type": "string"}, *(_variant(kind) for kind in BESIDE)],
}
