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
* ``finish_reason``: ``stop`` (``tool_calls`` where there are some), ``length``, ``tool_calls``, ``content_filter``;
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

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dvara_examples.core.renamed import ANSWER_KEYS as RENAMED
from dvara_examples.core.renamed import as_written, current_answer
from dvara_examples.core.values import InvalidValue, as_bool, as_int, as_mapping, as_one_of, as_seconds, as_text, as_texts, below
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
from dvara_examples.embedded_gateway.answer_parts import as_error, as_json, as_pieces, as_tool_calls, as_usage

MOST_TIMES = 10_000_000
_WAYS = (
    "finish_reason",
    "role_first",
    "deferred",
    "piece_delay_s",
    "first_delay_s",
    "usage",
    "sse_space",
    "chunks",
    "done_after_error",
    *Break,
)
BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "error": ("first_delay_s",),
        "hang": (),
        "content_filter": ("first_delay_s", "role_first", "usage", "sse_space"),
        "json": _WAYS,
        "text": ("tool_calls", "repeat", *_WAYS),
        "pieces": ("tool_calls", "repeat", *_WAYS),
        "refusal": _WAYS,
        "tool_calls": _WAYS,
    }
)
"""What an answer can say, in order of precedence, and the keys that may stand beside it."""

ANSWER_KEYS = (*BESIDE, "repeat", *_WAYS)


def parse_answer(value: object) -> Answer:
    """Parse one answer from plain values. Raises InvalidValue with the path to what is wrong."""
    if isinstance(value, str):
        return text_answer(value)
    if not isinstance(value, dict) or RENAMED.keys().isdisjoint(value):
        return _parse(value)
    try:
        return _parse(current_answer(value))
    except InvalidValue as error:
        raise as_written(error, value) from None


def _parse(value: object) -> Answer:
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
    return f"beside {kind!r} {accepted} are accepted" if accepted else f"{kind!r} must be the only key"


def _content(kind: str, given: Mapping[str, object]) -> Answer:
    """Parse what the answer says, without the way it says it."""
    with below(kind):
        match kind:
            case "error":
                return Answer(kind=kind, error=as_error(given["error"]))
            case "hang" | "content_filter":
                if not as_bool(given[kind]):
                    raise InvalidValue("found the boolean false", "true is accepted; leave the key out otherwise")
                return Answer(kind=kind)
            case "json":
                return json_answer(as_json(given["json"]))
            case "text":
                answer = text_answer(as_text(given["text"]))
            case "pieces":
                pieces = as_pieces(given["pieces"])
                answer = Answer(kind=kind, text="".join(pieces), pieces=pieces)
            case "refusal":
                refusal = as_text(given["refusal"])
                answer = Answer(kind=kind, text=refusal, pieces=words(refusal))
            case _:
                answer = Answer(kind=kind)
    with below("repeat"):
        times = as_int(given.get("repeat", 1), least=1, most=MOST_TIMES)
        answer = replace(answer, text=answer.text * times, pieces=answer.pieces * times)
    if "tool_calls" not in given:
        return answer
    with below("tool_calls"):
        return replace(answer, tool_calls=as_tool_calls(given["tool_calls"]), finish_reason="tool_calls")


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
                case "sse_space":
                    answer = replace(answer, spaced=as_bool(value))
                case "chunks":
                    answer = replace(answer, habits=_habits(value))
                case "usage":
                    usage = None if value is False else as_usage(value)
                    answer = replace(answer, usage=usage, reports_usage=usage is not None)
    return answer


def _habits(value: object) -> frozenset[ChunkHabit]:
    found = as_texts(value)
    for index, word in enumerate(found):
        with below(*([] if isinstance(value, str) else [index])):
            as_one_of(word, [*map(str, ChunkHabit)])
    if not found or len(set(found)) < len(found):
        raise InvalidValue(f"found {list(found)}", f"one or more of {', '.join(ChunkHabit)} are accepted, each once")
    return frozenset(map(ChunkHabit, found))


def _breaks(answer: Answer, given: Mapping[str, object]) -> Answer:
    """Parse where the stream breaks, if it does."""
    named = [kind for kind in Break if kind in given]
    if "done_after_error" in given:
        if named != [Break.ERROR_EVENT]:
            raise InvalidValue(
                "found 'done_after_error' without an error event",
                f"{Break.ERROR_EVENT} goes before it",
                ("done_after_error",),
                on_key=True,
            )
        with below("done_after_error"):
            answer = replace(answer, done_after_error=as_bool(given["done_after_error"]))
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


def answer_words(answers: Sequence[object]) -> frozenset[str]:
    """Return the keys that *answers* use, and the habits under ``chunks``: what a gateway in between may not pass on."""
    words: set[str] = set()
    for answer in answers:
        if isinstance(answer, Mapping):
            words.update(str(key) for key in answer)
            habits = answer.get("chunks", ())
            words.update([habits] if isinstance(habits, str) else habits)
    return frozenset(words)
