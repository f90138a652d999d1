"""From a transcript to a verdict; pure: a stored transcript judged again gives the same verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dvara_examples.expectations import expectation_keys, parse_expectation
from dvara_examples.records.transcript import KnownFailure, Transcript
from dvara_examples.records.verdict import KNOWN_FAILURE, Finding, Outcome, Verdict
from dvara_examples.session.external_errors import external_error, known_mistake

IMPLIED: Mapping[str, object] = {"limit": "none", "leaks": "none"}
"""What every run is held to unless its example says otherwise: it ends by itself and leaves nothing behind."""


def judge(transcript: Transcript) -> Verdict:
    """Hold the transcript's own expectations, and the implied ones, against all that was seen.

    Raises InvalidValue where the transcript holds expectations that this release does not know.
    """
    end = transcript.process
    if end.interrupted:
        return Verdict(Outcome.ERRORED, reason="interrupted before it ended")
    if end.error is not None:
        return Verdict(Outcome.ERRORED, reason=end.error)
    wanted = {**IMPLIED, **transcript.expect}
    ordered = sorted(wanted, key=expectation_keys().index if wanted.keys() <= set(expectation_keys()) else str)
    verdict = Verdict.of(parse_expectation(key, wanted[key]).check(transcript) for key in ordered)
    if transcript.known_failure is not None:
        verdict = _with_known(transcript.known_failure, verdict)
    return verdict if verdict.outcome is not Outcome.FAILED else _explained(verdict, transcript)


def _explained(verdict: Verdict, transcript: Transcript) -> Verdict:
    """Say so where not the example failed but what it was run against, or where its mistake is one that can be named."""
    if (obstacle := external_error(transcript)) is not None:
        return Verdict(Outcome.ERRORED, reason=str(obstacle))
    mistake = known_mistake(transcript)
    return verdict if mistake is None else replace(verdict, reason=str(mistake))


def _with_known(known: KnownFailure, verdict: Verdict) -> Verdict:
    """Let a run pass that fails in the known way and no other, and fail one that does not fail so any more."""
    healed = [finding for finding in verdict.findings if finding.ok and finding.key in known.findings]
    if healed:
        return Verdict.of((*verdict.findings, *_no_longer(healed)))
    if {finding.key for finding in verdict.failures} == set(known.findings):
        return replace(verdict, outcome=Outcome.PASSED, reason=f"known failure: {known.because}")
    return verdict


def _no_longer(healed: Iterable[Finding]) -> Iterable[Finding]:
    sentence = "the known failure has healed: remove known_failure from the manifest, so that it cannot come back unseen"
    for finding in healed:
        yield Finding(KNOWN_FAILURE, finding.witness, False, f"{finding.key} fails", f"{finding.key} holds", sentence)
