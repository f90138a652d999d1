"""``finish_reason: stop``: why the model, or the gateway, ended the answer."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import text
from dvara_examples.core.values import InvalidValue, near_words, quoted
from dvara_examples.expectations._exchanges import last_answer
from dvara_examples.protocols import FINISH_REASONS
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_SAYS_WHY = (Ending.EOF_WITHOUT_DONE, Ending.ERROR_EVENT, Ending.MALFORMED_EVENT)
"""Endings where no reason came, even if not all of the text could be read."""


@dataclass(frozen=True, slots=True)
class FinishReason:
    """The last exchange had exactly *want* (None: no finish reason)."""

    key: ClassVar[str] = "finish_reason"
    witness: ClassVar[Witness] = Witness.STREAM
    want: str | None

    def check(self, seen: Transcript) -> Finding:
        """Compare with the reason in the last answer."""
        last = seen.last_exchange
        found = last.finish_reason if last else None
        unread = last.unread if last and found is None and last.ending not in _SAYS_WHY else None
        ok = last is not None and not unread and found == self.want
        sentence = ""
        if last is None or (not ok and found is None):
            answer, why = last_answer(seen)
            sentence = unread or ("the answer came without a finish_reason: it is incomplete" if answer else why)
        elif not ok:
            sentence = "the answer ended for another reason"
        return Finding(self.key, self.witness, ok, self.want or "none", found or "none", sentence)


def _known(word: str) -> FinishReason:
    """Refuse a misspelt word."""
    if not word.strip():
        raise InvalidValue(_EXPECTED, quoted(word))
    known = (*FINISH_REASONS, "none")
    near = "" if word in known else near_words(word, known)
    if near:
        raise InvalidValue(_EXPECTED, quoted(word), near)
    return FinishReason(None if word == "none" else word)


_EXPECTED = "a finish_reason such as stop or content_filter, or none"

VALUE = (
    text(1, expected=_EXPECTED)
    .like(examples=["stop", "length", "content_filter", "tool_calls", "none"])
    .to(_known, "The finish_reason of the last answer; `none` where none may come.")
)
