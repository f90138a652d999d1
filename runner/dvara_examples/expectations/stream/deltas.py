"""``deltas: 12`` · ``deltas: {min: 2}``: how many events of the last answer carried text."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_answer, not_kept, text_events
from dvara_examples.expectations._values import COUNT, Range, counted
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Deltas:
    """The text of the last answer came in this many pieces; an answer without a stream has none."""

    key: ClassVar[str] = "deltas"
    witness: ClassVar[Witness] = Witness.STREAM
    wanted: Range[int]

    def check(self, seen: Transcript) -> Finding:
        """Count the stored events with text."""
        answer, why = last_answer(seen)
        if answer is None:
            return Finding(self.key, self.witness, False, self._expected(), "no answer", why)
        count, lost = len(text_events(answer)), not_kept(answer)
        shown = counted(f"{'at least ' if lost else ''}{count}", "event") + " with text"
        ok = count in self.wanted if not lost else self.wanted.most is None and count >= self.wanted.least
        sentence = "" if ok else self._sentence(answer, count, lost)
        return Finding(self.key, self.witness, ok, self._expected(), shown, sentence, f"request {answer.number}")

    def _sentence(self, answer: Exchange, count: int, lost: str) -> str:
        if self.wanted.most is not None and count > self.wanted.most:
            return "the answer came in more pieces than expected"
        if lost:
            return lost
        return "the answer came in fewer pieces than expected" if answer.event_count else "the answer did not come as a stream"

    def _expected(self) -> str:
        return counted(f"{self.wanted}", "event") + " with text"


VALUE = COUNT.to(Deltas, "How many events of the last answer carried text.")
