"""``first_token_within_s: 2.0``: the longest time from the last request's arrival to the first text of its answer."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_answer, not_kept, text_events
from dvara_examples.expectations._values import TIME_LIMIT
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class FirstTokenWithin:
    """The first text of the last answer was on the wire within *most_s* seconds."""

    key: ClassVar[str] = "first_token_within_s"
    witness: ClassVar[Witness] = Witness.STREAM
    most_s: float

    def check(self, seen: Transcript) -> Finding:
        """Measure from the request's arrival at the relay to the first event with text."""
        expected = f"first text within {self.most_s:g} s"
        answer, why = last_answer(seen)
        if answer is None:
            return Finding(self.key, self.witness, False, expected, "no answer", why)
        where, texts = f"request {answer.number}", text_events(answer)
        if not texts:
            return Finding(self.key, self.witness, False, expected, "no text in any event", _no_text(answer), where)
        took_s = texts[0].at_s - answer.started_at_s
        ok = took_s <= self.most_s
        sentence = "" if ok else "the user sees nothing for longer than that"
        finding = Finding(self.key, self.witness, ok, expected, f"first text after {took_s:.2f} s", sentence, where)
        if ok:
            return finding
        return replace(finding, uncertain=seen.late_machine(answer.started_at_s, texts[0].at_s, took_s - self.most_s))


def _no_text(answer: Exchange) -> str:
    if not answer.event_count:
        return "the answer did not come as a stream"
    return not_kept(answer) or "the stream carried no text at all"


VALUE = TIME_LIMIT.to(
    FirstTokenWithin, "Seconds from the arrival of the last request to the first text of its streamed answer, at most."
)
