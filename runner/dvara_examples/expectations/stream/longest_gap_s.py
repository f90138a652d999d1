"""``longest_gap_s: 1.5``: the longest silence between two pieces of text of the last answer.

``first_token_within_s`` covers the time before the first piece, and ``ends`` the time after the last one.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_answer, not_kept, text_events
from dvara_examples.expectations._values import TIME_LIMIT, counted
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class LongestGap:
    """No two consecutive pieces of text of the last answer were more than *most_s* seconds apart."""

    key: ClassVar[str] = "longest_gap_s"
    witness: ClassVar[Witness] = Witness.STREAM
    most_s: float

    def check(self, seen: Transcript) -> Finding:
        """Measure between consecutive events with text."""
        answer, why = last_answer(seen)
        if answer is None:
            return self._finding(False, "no answer", why)
        times = [event.at_s for event in text_events(answer)]
        if len(times) < 2:
            sentence = not_kept(answer) or "a gap needs at least two pieces of text"
            return self._finding(False, counted(f"{len(times)}", "event") + " with text", sentence, answer)
        gap_s, since_s = max((after - before, before) for before, after in pairwise(times))
        shown = f"{gap_s:.2f} s of silence from {since_s:.2f} s on"
        if gap_s > self.most_s:
            finding = self._finding(False, shown, "the answer fell silent for longer than that while it was written", answer)
            return replace(finding, uncertain=seen.late_machine(since_s, since_s + gap_s, gap_s - self.most_s))
        lost = not_kept(answer)
        return self._finding(not lost, shown, lost, answer)

    def _finding(self, ok: bool, shown: str, sentence: str, answer: Exchange | None = None) -> Finding:
        where = f"request {answer.number}" if answer else ""
        return Finding(self.key, self.witness, ok, f"at most {self.most_s:g} s between two pieces", shown, sentence, where)


VALUE = TIME_LIMIT.to(LongestGap, "Seconds of silence between two pieces of text of the last answer, at most.")
