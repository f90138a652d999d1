"""Reads a chat completion tolerantly, from its events or from its one JSON document.

Gateways differ in what they omit: ``choices`` may be missing or empty, ``delta`` and ``content`` may be null or absent.
Only what clients cannot handle either is called malformed.
"""

import json
from collections.abc import Iterator, Mapping

from dvara_examples.protocols._documents import FINISH_REASONS, ToolCallPart, error_message
from dvara_examples.protocols._json_events import JsonEventReader, index_at, part, parts_of, said, shape_of, text_at, texts_asked
from dvara_examples.wire.sse import ServerSentEvent

ENDPOINTS = ("/chat/completions",)

MOST_CHOICES = 128
"""How many answers OpenAI's API gives to one request at most; an index beyond is no other choice."""

PARTS_OF_TEXT = "a list of parts"
"""The shape of content whose text is known all the same."""
_TEXT_PARTS = ("text", "output_text")
_USUAL_KEYS = frozenset({"index", "delta", "message", "text", "finish_reason", "logprobs"})
_REASON_ELSEWHERE = ("finishReason", "stop_reason", "done_reason", "native_finish_reason")
"""Where other APIs say why an answer ended."""
_OTHER_PART = {"delta": "message", "message": "delta"}
_WENT_ON = "text or a tool call came after the finish_reason"
_NO_TEXT = frozenset({"role", "content", "tool_calls", "function_call", "name", "id", "annotations"})
"""The keys of a delta that hold no text of the answer next to its content."""


class ChatReader(JsonEventReader):
    """Collects what the events of one chat stream say.

    The choice that comes first is the answer. As each one finishes for itself, *finish_reason* is the answer's, but None while
    any choice that was seen has none, and that of any choice whose reason is not known. A choice that goes on after its reason
    had none: it may get another one, and only the sentinel tells that this was the last. *total_tokens* is the last count that
    an event gave, or None.
    """

    needs_last_word = False  # clients take the finish reason for the end; a missing [DONE] has its own ending
    sentinel_ends = True

    def __init__(self) -> None:
        super().__init__()
        self._reasons: dict[int, str | None] = {}

    def read_document(self, document: Mapping[str, object]) -> str:
        """Process a whole completion without a stream, and return the answer's text."""
        self.total_tokens, choices = total_tokens(document), document.get("choices")
        if isinstance(choices, list) and choices:
            self.finish_reason = _of_all([_reason(choice) for choice in choices if isinstance(choice, dict)] or [None])
        else:
            self._cannot_tell_the_text("expected choices, found none")
        if self.finish_reason is None:
            self._cannot_tell_the_end("expected a finish_reason, found none")
        for index, choice in enumerate(parts_of(choices)):
            self._reasons[index] = _reason(choice)
            self._take_calls(index, part(choice, "message"))
            self._take_error(choice)
        return self._text(_first_choice(document), "message")

    @property
    def answers(self) -> int:
        """How many choices have come."""
        return len(self._reasons)

    def _take_sentinel(self) -> None:
        super()._take_sentinel()
        if self._contested == _WENT_ON and self.finish_reason:
            self._contested = None  # this reason was that of the last word

    def _speaks(self, data: Mapping[str, object]) -> bool:
        return speaks(data)

    def _error_in(self, event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        if data.get("error") or event.name.lower() == "error":
            return error_message(data)
        return said(data) if data.get("object") == "error" or data.get("type") == "error" else None

    def _take(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str:
        if data.get("usage"):
            self.total_tokens = total_tokens(data)
        choices = data.get("choices")
        if choices is not None and not isinstance(choices, list):
            self._cannot_tell_the_end(f"expected choices as a list, found {shape_of(choices)}")
            return ""
        return self._take_choices(choices) if choices else ""

    def _take_choices(self, choices: list[object]) -> str:
        """Note which choices have finished, and return the answer's text; a missing or odd index counts as the first."""
        text, reasons = "", self._reasons
        for choice in choices:
            if not isinstance(choice, dict):
                self._cannot_tell_the_text(f"expected each choice as an object, found {shape_of(choice)}")
                continue
            index = choice.get("index")
            index = index if isinstance(index, int) and 0 <= index < MOST_CHOICES else 0
            reason = _reason(choice) if choice.get("finish_reason") is not None else None
            delta = choice.get("delta")
            if reasons.get(index) and (choice.get("text") or (isinstance(delta, dict) and _says_something(delta))):
                self._contested = self._contested or _WENT_ON
                self._cannot_tell_the_end(_WENT_ON)
                reasons[index] = self.finish_reason = None
            if reason or index not in reasons:
                reasons[index] = reason
                self.finish_reason = _of_all(list(reasons.values()))
            if reason is None:
                self._look_for_a_reason_elsewhere(choice)
            if isinstance(delta, dict) and ("tool_calls" in delta or "function_call" in delta):
                self._take_calls(index, delta)
            self._take_error(choice)
            if len(reasons) == 1 or index == next(iter(reasons)):  # in the order of arrival
                text += self._text(choice, "delta")
        return text

    def _take_error(self, choice: Mapping[str, object]) -> None:
        """Note an error inside a choice, which outweighs the finish reason next to it."""
        if choice.get("error"):
            self._contested = f"a choice holds an error: {error_message(choice)}"

    def _take_calls(self, index: int, holder: Mapping[str, object]) -> None:
        for position, call in enumerate(parts_of(holder.get("tool_calls"))):
            self._take_arguments((index, index_at(call, "index", position)), part(call, "function").get("arguments"))
        if holder.get("function_call"):
            self._take_arguments(index, part(holder, "function_call").get("arguments"))

    def _text(self, choice: Mapping[str, object], part: str) -> str:
        """Return the text in a choice; note what is not a plain string, and what of it cannot be read."""
        holder = choice.get(part)
        text, shape = read_content(_raw_content(choice, part))
        if shape:
            self.remarks[f"content that is not a plain string: {shape}"] = None
        if shape and shape != PARTS_OF_TEXT:
            self._cannot_tell_the_text(f"expected content as text, found {shape}")
        if isinstance(holder, dict):
            if not text and not self._has_text:
                self._look_beside_the_content(holder)
        elif holder is not None:
            self._cannot_tell_the_text(f"expected {part} as an object, found {shape_of(holder)}")
        elif (other := _OTHER_PART[part]) in choice and read_content(_raw_content(choice, other))[0]:
            self._cannot_tell_the_text(f"expected the text under {part!r}, found it under {other!r}")
        return self._take_text(text)

    def _look_beside_the_content(self, holder: Mapping[str, object]) -> None:
        """Note what may be shown instead of an answer without content: reasoning, a refusal, audio."""
        beside = sorted(key for key, value in holder.items() if value and key not in _NO_TEXT)
        if beside:
            self._take_in_place_of_text(", ".join(map(repr, beside)))

    def _look_for_a_reason_elsewhere(self, choice: Mapping[str, object]) -> None:
        """Note a finish reason in the place of another API."""
        delta = choice.get("delta")
        if isinstance(delta, dict) and delta.get("finish_reason"):
            self._cannot_tell_the_end("expected finish_reason beside the delta, found it inside")
        if "finish_reason" not in choice and not _USUAL_KEYS.issuperset(choice):
            for key in _REASON_ELSEWHERE:
                if choice.get(key):
                    self._cannot_tell_the_end(f"expected finish_reason, found {key}: {json.dumps(choice[key])}")

    def _cannot_tell_the_end(self, why: str) -> None:
        self.undecided = self.undecided or why


def reader() -> ChatReader:
    """Return a new reader for one response."""
    return ChatReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is a chunk of a chat completion, or of an older completion."""
    return "choices" in data or "error" in data


def tool_call_parts(data: Mapping[str, object]) -> Iterator[ToolCallPart]:
    """Yield what a chunk says about the tool calls of the first choice."""
    delta = part(_first_choice(data), "delta")
    for position, call in enumerate(parts_of(delta.get("tool_calls"))):
        said_of, place = part(call, "function"), index_at(call, "index", position)
        yield ToolCallPart(place, text_at(call, "id"), text_at(said_of, "name"), text_at(said_of, "arguments"))


def tool_results(request: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the messages of tools."""
    for message in parts_of(request.get("messages")):
        if message.get("role") == "tool":
            yield text_at(message, "tool_call_id"), message.get("content")


def lacks(request: Mapping[str, object], came: ChatReader) -> str | None:
    """Say so if fewer choices came than *request* asks for, or return None."""
    number = request.get("n")
    asked = texts_asked(request.get("prompt")) * (number if isinstance(number, int) else 1)
    if came.finish_reason is None or came.answers >= min(asked, MOST_CHOICES):
        return None
    return f"expected {asked} choices, as the request asks, found {came.answers}"


def text_of(document: Mapping[str, object], part: str) -> str:
    """Return the text of the first choice's *part* (``delta`` or ``message``), empty if missing."""
    return read_content(_raw_content(_first_choice(document), part))[0]


def finish_reason(document: Mapping[str, object]) -> str | None:
    """Return the first choice's ``finish_reason``, or None if it is absent, null or empty."""
    return _reason(_first_choice(document))


def total_tokens(document: Mapping[str, object]) -> int | None:
    """Return how many tokens ``usage`` counts, prompt and answer together, or None if it does not say."""
    usage = document.get("usage")
    if not isinstance(usage, Mapping):
        return None
    total, parts = usage.get("total_tokens"), [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    if isinstance(total, int):
        return total
    counted = [part for part in parts if isinstance(part, int)]
    return sum(counted) if counted else None


def _first_choice(document: Mapping[str, object]) -> Mapping[str, object]:
    choices = document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def read_content(content: object) -> tuple[str, str]:
    """Return the text in *content*, and a short description of its shape if it is not a plain string."""
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list):
        return "", shape_of(content)
    texts, others = [], set()
    for item in content:
        kind, text = (item.get("type"), item.get("text")) if isinstance(item, dict) else (None, None)
        if kind in _TEXT_PARTS and isinstance(text, str):
            texts.append(text)
        else:
            others.add(kind if isinstance(kind, str) else "no type")
    shape = f"parts of another kind ({', '.join(sorted(others))})" if others else PARTS_OF_TEXT
    return "".join(texts), shape


def _says_something(delta: Mapping[str, object]) -> bool:
    return bool(delta.get("content") or delta.get("tool_calls") or delta.get("function_call"))


def _of_all(reasons: list[str | None]) -> str | None:
    """Return the reason of all choices together: none while one is missing, and the first unknown one before a known one."""
    if None in reasons:
        return None
    return next((reason for reason in reasons if reason not in FINISH_REASONS), reasons[0])


def _raw_content(choice: Mapping[str, object], part: str) -> object:
    holder = choice.get(part)
    return holder.get("content") if isinstance(holder, dict) else choice.get("text")


def _reason(choice: Mapping[str, object]) -> str | None:
    """Return the reason as a word; what is not text is an unknown reason, not a missing one."""
    reason = choice.get("finish_reason")
    if reason is None or isinstance(reason, str):
        return reason or None
    return json.dumps(reason)
