"""An answer as a value: what a correct gateway says to one request, and the pieces in which it streams it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.embedded_gateway.errors_table import Refusal

FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter")
JSON_PIECE_CHARS = 5


class Break(StrEnum):
    """How a stream ends before its answer is complete; the value is the key in YAML."""

    ABORT = "abort_after"
    LIFETIME = "lifetime_after"
    ERROR_EVENT = "error_event_after"


class ChunkHabit(StrEnum):
    """What the chunks of other providers add or lack; the gateway passes it on, or writes it differently."""

    EMPTY_FIRST = "empty_first"
    USAGE_LAST = "usage_last"
    NULLS = "nulls"
    UNKNOWN_FIELDS = "unknown_fields"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool; *arguments* is JSON text, *id* None for a new one per request."""

    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer; *kind* is the key that says what it is. The module ``answers`` describes every field."""

    kind: str = "text"
    text: str = ""
    pieces: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    error: Refusal | None = None
    role_first: bool = False
    deferred: bool = False
    first_delay_s: float = 0.0
    piece_delay_s: float = 0.02
    breaks: Break | None = None
    breaks_after: int = 0
    usage: Mapping[str, object] | None = None
    reports_usage: bool = True
    spaced: bool = False
    done_after_error: bool = False
    habits: frozenset[ChunkHabit] = frozenset()

    @property
    def field(self) -> str:
        """The field of a delta, or of a message, with the text."""
        return "refusal" if self.kind == "refusal" else "content"

    @property
    def refused(self) -> bool:
        """Governance withholds this answer."""
        return self.kind == "content_filter"

    @property
    def silent(self) -> bool:
        """The provider never answers."""
        return self.kind == "hang"


def text_answer(text: str, *, piece_delay_s: float = 0.02) -> Answer:
    """Return the answer that says *text*, word by word."""
    return Answer(text=text, pieces=words(text), piece_delay_s=piece_delay_s)


def json_answer(value: object, *, piece_delay_s: float = 0.02) -> Answer:
    """Return the answer that says *value* as JSON, in pieces that can only be parsed together."""
    text = json.dumps(value, ensure_ascii=False)
    pieces = tuple(text[at : at + JSON_PIECE_CHARS] for at in range(0, len(text), JSON_PIECE_CHARS))
    return Answer(kind="json", text=text, pieces=pieces, piece_delay_s=piece_delay_s)


def words(text: str) -> tuple[str, ...]:
    """Split *text* as the Mock provider streams it: the first word, then a space and a word each; runs of whitespace are lost."""
    found = text.split()
    return (found[0], *(f" {word}" for word in found[1:])) if found else ("",)


def argument_slices(arguments: str) -> tuple[str, ...]:
    """Split the arguments of a tool call into the slices that a stream carries."""
    return tuple(re.findall(r"(?s).{1,8}", arguments))


def piece_count(answer: Answer) -> int:
    """Return the number of pieces in which the answer is streamed: deltas of text, and openers and slices of tool calls."""
    return len(answer.pieces) + sum(1 + len(argument_slices(call.arguments)) for call in answer.tool_calls)
