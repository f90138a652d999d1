"""What may be said of an example whose answer passed unread: only what does not hang on that answer."""

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Outcome, Verdict

_SAY_NOTHING_OF_THE_ANSWER = frozenset({"limit", "leaks", "path", "request_headers", "request_json"})


def as_far_as_certain(verdict: Verdict, transcript: Transcript) -> Verdict:
    """Return *verdict* without findings that hang on an answer nobody read; an error where that leaves none that failed."""
    unread = _unread(transcript) if verdict.outcome is Outcome.FAILED else ""
    if not unread:
        return verdict
    certain = tuple(f for f in verdict.findings if f.ok or f.key in _SAY_NOTHING_OF_THE_ANSWER)
    if all(finding.ok for finding in certain):
        return Verdict(Outcome.ERRORED, reason=unread)
    return Verdict(Outcome.FAILED, certain, unread)


def _unread(transcript: Transcript) -> str:
    """Return why an answer that would have decided passed unread; empty where there is none."""
    undecided = (e for e in transcript.exchanges if e.unread and e.ending is Ending.UNRECOGNISED)
    first = next(undecided, None)
    return f"request {first.number}: {first.unread}" if first else ""
