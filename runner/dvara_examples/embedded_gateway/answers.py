"""The YAML of answers: what a correct gateway *says*, in order, one answer per request.

A text alone is short for ``{text: …}``. Otherwise an answer is a mapping. It says one of these:

* ``text``: an answer, streamed word by word (the first word, then a space and a word each, as the gateway's Mock provider does);
* ``pieces``: the same with the deltas spelled out, for exact whitespace or cut-off JSON;
* ``json``: a mapping or list, streamed as JSON text in small pieces that can only be parsed when all have come;
* ``refusal``: the model declines, in a field of its own, word by word;
* ``tool_calls``: a list of ``{name, arguments[, id]}``, alone or after ``text`` or ``pieces``; *arguments* is a mapping or
  exact text;
* ``content_filter: true``: governance withholds the whole answer: one ``content_filter`` chunk without content, then ``[DONE]``;
  a request that is not streamed gets 400 ``pii_detected``;
* ``error``: ``{status, code[, message][, retry_after_s]}``, a row of the gateway's error table, before any stream; one of
  *status* and *code* is enough;
* ``hang: true``: the provider never answers. Nothing is sent until the client goes or the gateway's own limit has run out.

and may add, to the first five:

* ``repeat``: ``text`` or ``pieces`` so many times over, for answers of thousands of pieces, or of megabytes;
* ``finish_reason``: ``stop`` (``tool_calls`` if there are some), ``length``, ``tool_calls``, ``content_filter``;
* ``role_first: true``: the role comes in a chunk of its own, as many providers send it;
* ``deferred: true``: governance holds the answer back until it is whole: one chunk with everything;
* ``piece_delay_s``, ``first_delay_s``: seconds before each further piece (default 0.02), and before the first (default 0);
* ``abort_after: N``: the provider breaks after N pieces. The connection ends without the last HTTP chunk, as at the gateway;
* ``lifetime_after: N``: the stream's lifetime runs out after N pieces. The response ends properly, but without ``[DONE]``;
* ``error_event_after: N``: after N pieces an error event, then the response ends properly without ``[DONE]``;
  a request that is not streamed gets 502 ``provider_error`` for any of the three;
* ``done_after_error: true``: behind that event ``[DONE]`` all the same, as some gateways send it;
* ``chunks``: one or more habits of other providers: ``empty_first`` (a chunk without choices comes first), ``usage_last``
  (the usage comes unasked), ``nulls`` (what is absent is spelled as null), ``unknown_fields``, ``bare`` (choices alone);
* ``usage``: the token counts that the provider reports (default: characters / 4), or ``false`` where it reports none;
* ``sse_space: true``: ``data: `` with a space, as providers (not DVARA) write it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from dvara_examples.core.renamed import ANSWER_KEYS as RENAMED
from dvara_examples.core.renamed import SPELLINGS
from dvara_examples.core.rules import shown_keys
from dvara_examples.core.shapes import ANYTHING, Shape, boolean, constant, either, mapping, one_of, seconds, some_of, text, whole
from dvara_examples.core.values import InvalidValue, as_int, as_mapping, below, did_you_mean
from dvara_examples.embedded_gateway.answer import (
    FINISH_REASONS,
    Answer,
    Break,
    ChunkHabit,
    json_answer,
    piece_count,
    text_answer,
    words,
)
from dvara_examples.embedded_gateway.answer_parts import ERROR, JSON, PIECES, TOOL_CALLS, USAGE

_TRUE = constant(True, "remove the key if it does not apply")
_SECONDS = seconds(0, 3600)
_WAYS: Mapping[str, Shape[Any]] = {
    "finish_reason": one_of(FINISH_REASONS),
    "role_first": boolean().described("The role comes in a chunk of its own."),
    "deferred": boolean().described("Governance holds the answer back until it is whole: one chunk."),
    "piece_delay_s": _SECONDS.described("Seconds before each further piece."),
    "first_delay_s": _SECONDS.described("Seconds before the first piece."),
    "usage": USAGE,
    "sse_space": boolean().described("'data: ' with a space, as providers write it."),
    "chunks": some_of(tuple(map(str, ChunkHabit))).to(
        lambda found: frozenset(map(ChunkHabit, found)), "What the chunks of other providers have, or lack."
    ),
    "done_after_error": boolean().described("[DONE] all the same, behind an error event."),
    Break.ABORT: whole(1).described("The provider breaks after N pieces: no last HTTP chunk."),
    Break.LIFETIME: whole().described("The stream's lifetime runs out after N pieces: no [DONE]."),
    Break.ERROR_EVENT: whole().described("An error event after N pieces, and no [DONE]."),
}
_KEYS: Mapping[str, Shape[Any]] = {
    "error": ERROR,
    "hang": _TRUE.described("The provider never answers."),
    "content_filter": _TRUE.described("Governance withholds the whole answer."),
    "json": JSON.described("An answer in JSON, in pieces that parse only when all have come."),
    "text": text().described("An answer, streamed word by word."),
    "pieces": PIECES.described("An answer in exactly these pieces."),
    "refusal": text().described("The model declines, in a field of its own."),
    "tool_calls": TOOL_CALLS.described("Calls of tools, alone or after a text."),
    "repeat": whole(1, 10_000_000).described("Repeat all of it N times."),
    **_WAYS,
}
ANSWER_KEYS = tuple(_KEYS)
BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "error": ("first_delay_s",),
        "hang": (),
        "content_filter": ("first_delay_s", "role_first", "usage", "sse_space"),
        "json": tuple(_WAYS),
        "text": ("tool_calls", "repeat", *_WAYS),
        "pieces": ("tool_calls", "repeat", *_WAYS),
        "refusal": tuple(_WAYS),
        "tool_calls": tuple(_WAYS),
    }
)
"""What an answer can say, in order of precedence, and the keys that may stand next to it."""


def parse_answer(value: object) -> Answer:
    """Parse one answer from plain values. Raises InvalidValue with the path to what is wrong."""
    return ANSWER.parse(value)


def _parse(value: object) -> Answer:
    given = {RENAMED.get(key, key): key for key in as_mapping(value)}
    kind = next((key for key in BESIDE if key in given), None)
    if kind is None:
        mapping(dict.fromkeys(_KEYS, ANYTHING), renamed=RENAMED).parse(value)
        raise InvalidValue(f"one of {', '.join(BESIDE)}", shown_keys([*given.values()]) or "an empty mapping")
    found = _KINDS[kind].parse(value)
    try:
        return _breaks(_answer(kind, found), found)
    except InvalidValue as error:
        written, *rest = error.path
        place = (given[str(written)], *rest)
        raise InvalidValue(error.expected, error.found, error.hint, place, on_key=error.on_key) from None


def _instead(kind: str, key: str, _known: Collection[str]) -> tuple[str, str] | None:
    if key not in _KEYS:
        return "a known key", did_you_mean(key, ANSWER_KEYS)
    beside = ", ".join(BESIDE[kind])
    return (f"a key that goes with {kind!r}", f"these do: {beside}") if beside else (f"{kind!r} as the only key", "")


def _kind(kind: str) -> Shape[Mapping[str, Any]]:
    """Return the shape of the answers of *kind*."""
    keys = {str(key): _KEYS[key] for key in (kind, *BESIDE[kind])}
    respelled = {"spelling": one_of(tuple(SPELLINGS)).to(lambda word: SPELLINGS[word])}
    return mapping(keys, (kind,), renamed=RENAMED, respelled=respelled, instead=partial(_instead, kind))


_KINDS = {kind: _kind(kind) for kind in BESIDE}
ANSWER: Shape[Answer] = either(
    text().to(text_answer),
    Shape(lambda: {"anyOf": [shape.schema for shape in _KINDS.values()]}, _parse, lambda value: isinstance(value, Mapping)),
    expected="text or a mapping",
).described("What the gateway says to one request.")


def _answer(kind: str, found: Mapping[str, Any]) -> Answer:
    """Return the answer without the keys that cut it off."""
    match kind:
        case "json":
            answer = json_answer(found["json"])
        case "text":
            answer = text_answer(found["text"])
        case "pieces":
            answer = Answer(kind=kind, text="".join(found["pieces"]), pieces=found["pieces"])
        case "refusal":
            answer = Answer(kind=kind, text=found["refusal"], pieces=words(found["refusal"]))
        case _:
            answer = Answer(kind=kind, error=found.get("error"))
    times = found.get("repeat", 1)
    usage = found.get("usage")
    ways = {key: found[key] for key in _SAME if key in found}
    if "tool_calls" in found:
        ways = {"finish_reason": "tool_calls", **ways}
    return replace(
        answer,
        text=answer.text * times,
        pieces=answer.pieces * times,
        usage=usage,
        reports_usage="usage" not in found or usage is not None,
        spaced=found.get("sse_space", False),
        habits=found.get("chunks", frozenset()),
        **ways,
    )


_SAME = ("tool_calls", "finish_reason", "role_first", "deferred", "piece_delay_s", "first_delay_s", "done_after_error")
"""Keys of an answer that are called as its fields are."""


def _breaks(answer: Answer, found: Mapping[str, Any]) -> Answer:
    """Check where the stream breaks, if it does."""
    named = [kind for kind in Break if kind in found]
    if "done_after_error" in found and named != [Break.ERROR_EVENT]:
        raise InvalidValue(
            f"{Break.ERROR_EVENT.value!r} next to 'done_after_error'", "none", "", ("done_after_error",), on_key=True
        )
    if not named:
        return answer
    if len(named) > 1 or "finish_reason" in found:
        other = named[1] if len(named) > 1 else "finish_reason"
        hint = "a stream ends in one way; keep one of them"
        raise InvalidValue(f"{str(named[0])!r} or {str(other)!r}", "both", hint, (other,), on_key=True)
    with below(named[0]):
        # An abort before the first piece would be an HTTP error: the gateway has sent nothing yet.
        after = as_int(found[named[0]], least=1 if named[0] is Break.ABORT else 0, most=piece_count(answer))
    return replace(answer, breaks=named[0], breaks_after=after)


def answer_words(answers: Sequence[object]) -> frozenset[str]:
    """Return the keys and ``chunks`` habits of *answers*, which a gateway in between may not pass on."""
    words: set[str] = set()
    for answer in answers:
        if isinstance(answer, Mapping):
            words.update(str(key) for key in answer)
            habits = answer.get("chunks", ())
            words.update([habits] if isinstance(habits, str) else habits)
    return frozenset(words)
