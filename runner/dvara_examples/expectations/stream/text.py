"""``text: {contains: ..., lacks: ..., matches: ..., equals: ...}``: the text of the last answer, as it came over the wire."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.expectations import _text
from dvara_examples.expectations._exchanges import last_answer
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Text:
    """The text of the last answer matches *wanted*, whatever the example printed of it."""

    key: ClassVar[str] = "text"
    witness: ClassVar[Witness] = Witness.STREAM
    wanted: _text.TextWanted

    def check(self, seen: Transcript) -> Finding:
        """Check every assertion against all deltas joined, or the message of an answer without a stream."""
        answer, why = last_answer(seen)
        if answer is None:
            return Finding(self.key, self.witness, False, str(self.wanted), "no answer", why)
        if answer.unread and not answer.text:
            where = f"request {answer.number}"
            return Finding(self.key, self.witness, False, str(self.wanted), "an answer that was not read", answer.unread, where)
        text = _text.TextSeen(
            (answer.text,), answer.text_complete, answer.text, f"{len(answer.text)} characters", "an answer without text"
        )
        return replace(_text.finding(self.key, self.witness, self.wanted, text), where=f"request {answer.number}")


VALUE = _text.TEXT.to(Text, "What the text of the last answer holds, on the wire.")
