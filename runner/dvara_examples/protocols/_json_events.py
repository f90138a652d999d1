"""What all protocols share: each event is one JSON object, and nothing after the last word counts."""

import json
from collections.abc import Iterator, Mapping
from typing import NoReturn

from dvara_examples.wire.event_formats import SERVER_SENT_EVENTS, EventFormat
from dvara_examples.wire.sse import ServerSentEvent

SENTINEL = "[DONE]"
"""The data of the event that ends a chat stream; some gateways add it to every stream."""
_SHOWN_CHARS = 80
_COMPLETES_CALLS = frozenset({"stop", "tool_calls", "function_call"})
"""The finish reasons behind which the arguments of a tool call are said to be whole."""
_MOST_ARGUMENTS_CHARS = 1024 * 1024


class _ConstantError(ValueError):
    """``NaN`` or ``Infinity`` came, which Python accepts and other languages refuse."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(f"an event holds {name}, which is not JSON: some clients accept it, others refuse it")


_raw_decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
_OTHER_SHAPE = "no event has the shape that the request's protocol gives it"


class JsonEventReader:
    """Reads one stream; a protocol defines in ``_take`` and ``_error_in`` what an event means.

    *error* and *malformed* are sentences about the first such event. *remarks* are notes about the stream, each once,
    *unclear* says why its text may not be all of the text that a client shows, and *undecided* why its end is unknown.
    """

    format: EventFormat = SERVER_SENT_EVENTS
    needs_last_word = True
    sentinel_ends = False
    """Whether :data:`SENTINEL` is the protocol's last word; elsewhere it says nothing."""

    def __init__(self) -> None:
        self.known = True
        self.first: Mapping[str, object] | None = None
        self.undecided: str | None = None
        self._contested: str | None = None
        self._arguments: CallArguments | None = None
        self._spoken = False
        self._has_text = False
        self._no_content = ""
        self._at_odds = False
        self.finish_reason: str | None = None
        self.sentinel = False
        self.error: str | None = None
        self.malformed: str | None = None
        self.after_sentinel = False
        self.oversized = False
        self.total_tokens: int | None = None
        self.remarks: dict[str, None] = {}
        self.unclear: str | None = None

    def read(self, event: ServerSentEvent) -> str:
        """Process the next event and return the answer's text in it; an event after the last word is only noted."""
        if self.sentinel:
            self.after_sentinel = True
            return ""
        if event.data.startswith(SENTINEL):  # clients look only at the beginning
            self._take_sentinel()
            return ""
        if event.cut:
            self.oversized = True
            return ""
        try:
            data = self._read_json(event.data)
        except (ValueError, RecursionError) as problem:
            return self._unreadable(event, str(problem) or "nested too deeply")
        if not isinstance(data, dict):  # checking for a Mapping takes longer, and happens for every event
            return self._unreadable(event, "no JSON object")
        if self.first is None:
            self.first = data
        if not self._spoken:
            self._take_shape(data)
        error = self._error_in(event, data)
        if error is not None:
            self.error = self.error or error
            return ""
        return self._take(event, data)

    @property
    def contested(self) -> str | None:
        """Why a finish reason does not settle how the answer ended, or None."""
        if self._contested or self._arguments is None or self.finish_reason not in _COMPLETES_CALLS:
            return self._contested
        return self._arguments.cut()

    def _take_arguments(self, key: object, piece: object) -> None:
        """Add the next *piece* of the arguments of the tool call *key*, unless it is not text."""
        if isinstance(piece, str):
            self._arguments = self._arguments or CallArguments()
            self._arguments.add(key, piece)

    def _take_sentinel(self) -> None:
        """Note :data:`SENTINEL`."""
        self.sentinel = self.sentinel_ends

    def _read_json(self, text: str) -> object:
        """Return the value in *text*. Raises ValueError and RecursionError."""
        try:
            return _read_json(text)
        except _ConstantError as error:
            self._contested = self._contested or str(error)
            return json.loads(text)

    def _speaks(self, data: Mapping[str, object]) -> bool:
        """Tell whether *data* belongs to this protocol."""
        raise NotImplementedError

    def _error_in(self, event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        """Return the message of an error event, or None for any other event."""
        raise NotImplementedError

    def _take(self, event: ServerSentEvent, data: Mapping[str, object]) -> str:
        """Process an event that is not an error, and return the answer's text in it."""
        raise NotImplementedError

    def _take_shape(self, data: Mapping[str, object]) -> None:
        """Claim nothing about a stream as long as none of its events belongs to the protocol."""
        if data:
            self._spoken = self._speaks(data)
            self.undecided = None if self._spoken else _OTHER_SHAPE

    def _take_text(self, text: str) -> str:
        """Note that there is text of the answer, and return it."""
        if text and not self._has_text:
            self._has_text = True
            self.unclear = None if self.unclear == self._no_content else self.unclear
        return text

    def _take_in_place_of_text(self, what: str) -> None:
        """Note what a client may show instead of an answer without text: reasoning, a refusal, audio."""
        if not self._has_text and not self.unclear:
            self.unclear = self._no_content = f"cannot tell all of the text: the answer has none where it is expected, but {what}"

    def _cannot_tell_the_text(self, why: str) -> None:
        self.unclear = self.unclear or f"cannot tell all of the text: {why}"

    def _odd(self, remark: str) -> None:
        """Note the first event that contradicts those before it."""
        if not self._at_odds:
            self._at_odds = True
            self.remarks[remark] = None

    def _unreadable(self, event: ServerSentEvent, why: str) -> str:
        if event.name.lower() == "error":
            self.error = self.error or event.data
        else:
            self.malformed = self.malformed or f"an event is not the JSON it must be ({why}): {event.data[:_SHOWN_CHARS]!r}"
        return ""


class NamedEventReader(JsonEventReader):
    """Reads a stream whose events have a ``type``, or else a name; a protocol defines in ``_take_kind`` what each means."""

    def _error_in(self, event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        return said(data) if event.name.lower() == "error" or data.get("type") == "error" else None

    def _take(self, event: ServerSentEvent, data: Mapping[str, object]) -> str:
        kind = data.get("type")
        return self._take_kind(kind if isinstance(kind, str) else event.name, data)

    def _take_kind(self, kind: str, data: Mapping[str, object]) -> str:
        raise NotImplementedError


class CallArguments:
    """The arguments of tool calls, which come in pieces, each under the key of its call."""

    def __init__(self) -> None:
        self._pieces: dict[object, list[str]] = {}
        self._left = _MOST_ARGUMENTS_CHARS

    def add(self, key: object, piece: str) -> None:
        """Add the next *piece* of one call's arguments."""
        self._left -= len(piece)
        if self._left >= 0:
            self._pieces.setdefault(key, []).append(piece)

    def cut(self) -> str | None:
        """Say of the first arguments that they stop midway, or return None; a model may also write what is not JSON at all."""
        if self._left < 0:
            return None
        return next((_CUT_ARGUMENTS for pieces in self._pieces.values() if _stops_midway("".join(pieces).strip())), None)


_CUT_ARGUMENTS = "the arguments of a tool call stop midway, although a finish reason says that the answer is complete"


def _stops_midway(text: str) -> bool:
    """Tell whether *text* could become JSON with more text; empty arguments could not."""
    try:
        json.loads(text or "{}")
    except json.JSONDecodeError as error:
        return error.pos >= len(text) or error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    return False


def _read_json(text: str) -> object:
    """Do the same as ``json.loads``, in two thirds of the time if no space surrounds the value, as in nearly every event."""
    try:
        value, end = _raw_decode(text)
    except _ConstantError:
        raise
    except ValueError:
        return json.loads(text, parse_constant=_refuse_constant)
    return value if end == len(text) else json.loads(text, parse_constant=_refuse_constant)


def said(data: Mapping[str, object]) -> str:
    """Return the message of an error, from an ``error`` object or next to the type, with its code."""
    error = data.get("error")
    holder = error if isinstance(error, Mapping) else data
    message, code = holder.get("message"), holder.get("code") or (holder.get("type") if holder is not data else None)
    if not isinstance(message, str):
        return json.dumps(data, ensure_ascii=False)
    return f"{message} ({code})" if isinstance(code, str) else message


def part(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the object under *key*, an empty one if missing."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def texts_asked(value: object) -> int:
    """Return how many texts a request's ``prompt`` or ``input`` has; a list of numbers is one text in tokens."""
    return len(value) if isinstance(value, list) and not all(isinstance(token, int) for token in value) else 1


def parts_of(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects in a list."""
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def text_at(data: Mapping[str, object], key: str) -> str:
    """Return the text under *key*, empty if missing."""
    value = data.get(key)
    return value if isinstance(value, str) else ""


def index_at(data: Mapping[str, object], key: str, usual: int = 0) -> int:
    """Return the whole number under *key*, the *usual* one if missing."""
    value = data.get(key)
    return value if isinstance(value, int) else usual


def shape_of(value: object) -> str:
    """Say in a few words what a JSON value is."""
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a string" if isinstance(value, str) else f"the value {json.dumps(value)}"


def texts(value: object, kind: str) -> str:
    """Return the joined ``text`` of all blocks of this *kind* in a list of blocks."""
    blocks = value if isinstance(value, list) else []
    return "".join(str(b.get("text") or "") for b in blocks if isinstance(b, Mapping) and b.get("type") == kind)
