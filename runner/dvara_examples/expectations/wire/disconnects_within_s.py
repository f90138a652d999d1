"""``disconnects_within_s: 2.0``: after the end of the answer the example closes, although the gateway keeps the response open.

Only the last exchange counts. The end of the answer is the protocol's last word, or the last event if there is only a
``finish_reason``. An exchange shows that the example ended it by its ending: ``client_closed``; ``done`` with the
note that the client closed before the end of the response; ``stalled`` unless the run had to be stopped. If the gateway ends
its response, in whatever way, there is nothing to hang up on, and after an error event the wire does not tell who closed. Then
nothing is proved, and the finding fails.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.expectations._exchanges import last_answer, not_kept
from dvara_examples.expectations._values import TIME_LIMIT
from dvara_examples.protocols import reader_for
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness
from dvara_examples.wire.sse import ServerSentEvent

_CLIENT_CLOSED = "client closed after the sentinel, before the end of the response"
_STOPPED = "the run was stopped"


@dataclass(frozen=True, slots=True)
class HangsUpWithin:
    """The example closed the last exchange itself, within *most_s* seconds of the end of the answer."""

    key: ClassVar[str] = "disconnects_within_s"
    witness: ClassVar[Witness] = Witness.WIRE
    most_s: float

    def check(self, seen: Transcript) -> Finding:
        """Measure from the end of the answer to the end of the exchange."""
        answer, why = last_answer(seen)
        if answer is None:
            return self._finding(False, "no answer", why)
        told_s, why = _told_at_s(answer)
        if told_s is None:
            return self._finding(False, f"{answer.ending}", why, answer)
        took_s = answer.ended_at_s - told_s
        shown = f"{answer.ending}, {took_s:.2f} s after the end of the answer"
        if _STOPPED in answer.notes or seen.process.limit is not None:
            return self._finding(False, shown, "the example did not hang up by itself: it had to be stopped", answer)
        if not _hung_up(answer):
            sentence = "as far as the wire shows, the example did not end the exchange, so nothing shows whether it would have"
            return self._finding(False, shown, sentence, answer)
        ok = took_s <= self.most_s
        if ok:
            return self._finding(ok, shown, "", answer)
        finding = self._finding(ok, shown, "the example went on waiting although the answer was complete", answer)
        return replace(finding, uncertain=seen.late_machine(told_s, answer.ended_at_s, took_s - self.most_s))

    def _finding(self, ok: bool, shown: str, sentence: str, answer: Exchange | None = None) -> Finding:
        where = f"request {answer.number}" if answer else ""
        expected = f"hung up within {self.most_s:g} s of the end of the answer"
        return Finding(self.key, self.witness, ok, expected, shown, sentence, where)


def _told_at_s(answer: Exchange) -> tuple[float | None, str]:
    """Return when the end of the answer came over the wire, else None and a sentence."""
    if not answer.sentinel and answer.finish_reason is None:
        return None, "the answer never ended, so there was no time to hang up"
    reader = reader_for(answer.request.target)
    for event in answer.events:
        reader.read(ServerSentEvent(event.data, event.name))
        if reader.sentinel:
            return event.at_s, ""
    if not answer.events or not_kept(answer):
        return None, not_kept(answer) or "the answer did not come as a stream"
    return answer.events[-1].at_s, ""


def _hung_up(answer: Exchange) -> bool:
    return answer.ending in (Ending.CLIENT_CLOSED, Ending.STALLED) or _CLIENT_CLOSED in answer.notes


VALUE = TIME_LIMIT.to(HangsUpWithin, "Seconds from the end of the last answer until the example hung up, at most.")
