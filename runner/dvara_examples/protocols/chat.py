"""What a chat completion says, read tolerantly from its events or from its one JSON document.

Gateways differ in what they leave out: ``choices`` may be missing or empty, ``delta`` and ``content`` may be null or absent.
Only what clients cannot work with either is called malformed.
"""

import json
from collections.abc import Mapping

from dvara_examples.protocols._documents import error_message
from dvara_examples.protocols._json_events import JsonEventReader
from dvara_examples.wire.sse import ServerSentEvent

ENDPOINT = "/chat/completions"
MOST_CHOICES = 128
"""How many answers OpenAI's API gives to one request at most; an index beyond is no other choice."""

PARTS_OF_TEXT = "a list of parts"
"""The shape of content whose text is known all the same."""
_TEXT_PARTS = ("text", "output_text")


class ChatReader(JsonEventReader):
    """Gathers what the events of one chat stream say.

    The choice that comes first is the answer. As each one finishes for itself, *finish_reason* is the answer's, but None while
    any choice that was seen has none. *total_tokens* is the last count that an event gave, or None.
    """

    needs_last_word = False  # clients take the finish reason for the end; a missing [DONE] is named by an ending of its own
    sentinel_ends = True

    def __init__(self) -> None:
        super().__init__()
        self._reasons: dict[int, str | None] = {}

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take a whole completion that was not streamed, and return the answer's text."""
        self.finish_reason, self.total_tokens = finish_reason(document), total_tokens(document)
        return self._text(_first_choice(document), "message")

    def _error_in(self, event: ServerSentEvent, data: Mapping[str, object]) -> str | None:
        return error_message(data) if data.get("error") or event.name == "error" else None

    def _take(self, _event: ServerSentEvent, data: Mapping[str, object]) -> str:
        if data.get("usage"):
            self.total_tokens = total_tokens(data)
        choices = data.get("choices")
        return self._take_choices(choices) if isinstance(choices, list) else ""

    def _take_choices(self, choices: list[object]) -> str:
        """Take note which choices have finished, and return the answer's text; a missing or odd index is that of the first."""
        text, reasons = "", self._reasons
        for choice in choices:
            if not isinstance(choice, dict):
                continue
            index = choice.get("index")
            index = index if isinstance(index, int) and 0 <= index < MOST_CHOICES else 0
            reason = _reason(choice)
            if reason or index not in reasons:
                reasons[index] = reason
                self.finish_reason = None if None in reasons.values() else next(iter(reasons.values()))
            if len(reasons) == 1 or index == next(iter(reasons)):  # in the order in which they came
                text += self._text(choice, "delta")
        return text

    def _text(self, choice: Mapping[str, object], part: str) -> str:
        """Return the text in a choice; what is no plain string is noted, and what cannot be read of it too."""
        text, shape = read_content(_raw_content(choice, part))
        if shape:
            self.remarks[f"content that is not a plain string: {shape}"] = None
        if shape and shape != PARTS_OF_TEXT:
            self.unclear = self.unclear or f"cannot tell all of the text: expected content as text, found {shape}"
        return text


def reader() -> ChatReader:
    """Return a new reader for one response."""
    return ChatReader()


def speaks(data: Mapping[str, object]) -> bool:
    """Tell whether *data* is a chunk of a chat completion, or of an older completion."""
    return "choices" in data or "error" in data


def text_of(document: Mapping[str, object], part: str) -> str:
    """Return the text of the first choice's *part* (``delta`` or ``message``), empty where there is none."""
    return read_content(_raw_content(_first_choice(document), part))[0]


def finish_reason(document: Mapping[str, object]) -> str | None:
    """Return the first choice's ``finish_reason``, or None where it is absent, null or empty."""
    return _reason(_first_choice(document))


def total_tokens(document: Mapping[str, object]) -> int | None:
    """Return how many tokens ``usage`` counts, prompt and answer together, or None where it does not say."""
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
    """Return the text in *content*, and in a few words its shape where it is no plain string."""
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list):
        return "", "an object" if isinstance(content, dict) else f"the value {json.dumps(content)}"
    texts, others = [], set()
    for part in content:
        kind, text = (part.get("type"), part.get("text")) if isinstance(part, dict) else (None, None)
        if kind in _TEXT_PARTS and isinstance(text, str):
            texts.append(text)
        else:
            others.add(kind if isinstance(kind, str) else "no type")
    shape = f"parts of another kind ({', '.join(sorted(others))})" if others else PARTS_OF_TEXT
    return "".join(texts), shape


def _raw_content(choice: Mapping[str, object], part: str) -> object:
    holder = choice.get(part)
    return holder.get("content") if isinstance(holder, dict) else choice.get("text")


def _reason(choice: Mapping[str, object]) -> str | None:
    reason = choice.get("finish_reason")
    return reason if isinstance(reason, str) and reason else None
