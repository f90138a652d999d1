"""Limits what a verdict may claim if an answer passed unread: only what does not depend on that answer."""

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Outcome, Verdict

_READ_THE_TEXT = frozenset({"text", "deltas", "first_token_within_s", "longest_gap_s", "prints_the_stream", "progressive"})
_SAY_NOTHING_OF_THE_ANSWER = frozenset({"limit", "leaks", "path", "request_headers", "request_json"})


def as_far_as_certain(verdict: Verdict, transcript: Transcript) -> Verdict:
    """Return *verdict* without findings that depend on an unread answer; an error if no failed finding remains."""
    unread = [exchange for exchange in transcript.exchanges if exchange.unread]
    if verdict.outcome is not Outcome.FAILED or not unread:
        return verdict
    certain = tuple(finding for finding in verdict.findings if finding.ok or _is_certain(finding, unread))
    if len(certain) == len(verdict.findings):
        return verdict
    first = unread[0]
    reason = f"request {first.number}: {first.unread}"
    if all(finding.ok for finding in certain):
        return Verdict(Outcome.ERRORED, reason=reason)
    return Verdict(Outcome.FAILED, certain, reason)


def _is_certain(finding: Finding, unread: list[Exchange]) -> bool:
    """Tell whether a *finding* holds although something is *unread*: all of an answer, or only some of its text."""
    if finding.key in _SAY_NOTHING_OF_THE_ANSWER:
        return True
    if any(exchange.ending is Ending.UNRECOGNISED for exchange in unread):
        return False
    return finding.key not in _READ_THE_TEXT and not any(finding.sentence == exchange.unread for exchange in unread)
