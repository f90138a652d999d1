"""``serves: success`` · ``serves: [200, 404]``: what a script that is a server answered. ``success`` is implied for servers."""

from dataclasses import dataclass, replace
from typing import ClassVar

from dvara_examples.core.shapes import constant, either, items, whole
from dvara_examples.records.transcript import Reply, Transcript
from dvara_examples.records.verdict import Finding, Witness

SUCCESS = "success"
_SUCCESSES = range(200, 400)
_SHARE = 0.5
"""Which part of its time a machine must have been late to explain that a server was not ready."""


@dataclass(frozen=True, slots=True)
class Serves:
    """The server became ready, and gave whole answers with success, or with these *statuses*, in order."""

    key: ClassVar[str] = "serves"
    witness: ClassVar[Witness] = Witness.PROCESS
    statuses: tuple[int, ...] = ()

    def check(self, seen: Transcript) -> Finding:
        """Check each answer of the server."""
        served = seen.process.served
        expected = f"the statuses {', '.join(map(str, self.statuses))}" if self.statuses else "success for each request"
        if served is None:
            return self._finding(False, expected, "no server", "the manifest does not say how this script is asked: see ready")
        if served.ready_at_s is None:
            finding = self._finding(False, expected, "no server that could be asked", f"the server {served.why}")
            return finding if seen.process.stopped_by is None else replace(finding, uncertain=_late_start(seen))
        shown = ", ".join(map(_shown, served.replies)) or "no answer"
        broken = next((reply for reply in served.replies if reply.status is None), None)
        if broken is not None:
            return self._finding(False, expected, shown, f"{broken.request} got no whole answer: {broken.error}")
        if self.statuses:
            ok = tuple(reply.status for reply in served.replies) == self.statuses
            return self._finding(ok, expected, shown, "" if ok else "the server answered differently")
        bad = next((reply for reply in served.replies if reply.status not in _SUCCESSES), None)
        ok = bad is None and bool(served.replies)
        sentence = f"the server answered {bad.request} with {bad.status}" if bad else "" if ok else "the server was never asked"
        return self._finding(ok, expected, shown, sentence)

    def _finding(self, ok: bool, expected: str, seen: str, sentence: str) -> Finding:
        return Finding(self.key, self.witness, ok, expected, seen, sentence)


def _late_start(seen: Transcript) -> str:
    """Say so if a server was still loading at its time limit on a machine that was late."""
    end_s = seen.process.ended_at_s or 0.0
    return seen.late_machine(0.0, end_s, end_s * _SHARE)


def _shown(reply: Reply) -> str:
    return f"{reply.request}: {reply.status or reply.error}"


VALUE = either(
    constant(SUCCESS).to(lambda _: Serves()),
    items(whole(100, 599), few="at least one status").to(Serves),
    expected=f"{SUCCESS}, or a list of statuses such as [200, 404]",
).described("What the server answered to the requests of `send`: success for each, or these statuses.")
