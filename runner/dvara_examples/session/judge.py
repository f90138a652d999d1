"""From a transcript to a verdict; pure: judging a stored transcript again gives the same verdict."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from dvara_examples.expectations import expectation_keys, parse_expectation
from dvara_examples.records.transcript import KnownFailure, Transcript
from dvara_examples.records.verdict import KNOWN_FAILURE, Finding, Outcome, Verdict

IMPLIED: Mapping[str, object] = {"limit": "none", "leaks": "none"}
"""What every run is held to unless its example says otherwise: it ends by itself and leaves nothing behind."""

SERVES: Mapping[str, object] = {"serves": "success"}
"""What every server is held to as well: it can be asked, and answers with success."""


def judge(transcript: Transcript) -> Verdict:
    """Check the transcript's own expectations, and the implied ones, against the record.

    Raises InvalidValue if the transcript has expectations that this release does not know.
    """
    end = transcript.process
    if end.interrupted:
        return Verdict(Outcome.ERRORED, reason="interrupted before it ended")
    if end.problem is not None:
        return Verdict(Outcome.ERRORED, reason=str(end.problem))
    wanted = {**IMPLIED, **(SERVES if end.served else {}), **transcript.expect}
    ordered = sorted(wanted, key=expectation_keys().index if wanted.keys() <= set(expectation_keys()) else str)
    verdict = Verdict.of(parse_expectation(key, wanted[key]).check(transcript) for key in ordered)
    known_failure = transcript.known_failure
    verdict = _without_uncertain(verdict, known_failure.findings if known_failure else ())
    if verdict.outcome is Outcome.FAILED and any(exchange.unread for exchange in transcript.exchanges):
        from dvara_examples.session.certainty import as_far_as_certain

        verdict = as_far_as_certain(verdict, transcript)
    if known_failure is not None and verdict.outcome is not Outcome.ERRORED:
        verdict = _with_known(known_failure, verdict)
    if verdict.outcome is not Outcome.FAILED:
        return verdict
    places = transcript.run.expected_at
    findings = (f if f.ok else replace(f, expected_at=places.get(f.key, "")) for f in verdict.findings)
    from dvara_examples.session.one_cause import of_one_cause

    return _explained(of_one_cause(replace(verdict, findings=tuple(findings)), transcript), transcript)


def _without_uncertain(verdict: Verdict, known: Collection[str]) -> Verdict:
    """Return *verdict* without uncertain findings, except *known* failures.

    It is an error if no failed finding remains, or if a late machine explains that a limit ended the run, or that a
    server was not ready in time: everything else may follow from that.
    """
    uncertain = [finding for finding in verdict.failures if finding.uncertain and finding.key not in known]
    if not uncertain:
        return verdict
    reason = f"{uncertain[0].key}: {uncertain[0].uncertain}; run it again while the machine has less to do"
    left = tuple(finding for finding in verdict.findings if finding not in uncertain)
    if any(f.key in ("limit", "serves") for f in uncertain) or all(f.ok or f.key in known for f in left):
        return Verdict(Outcome.ERRORED, reason=reason, uncertain=True)
    return Verdict(Outcome.FAILED, left, reason)


def _explained(verdict: Verdict, transcript: Transcript) -> Verdict:
    """Say so if the cause is not the example but what it ran against, or if its mistake is a well-known one."""
    from dvara_examples.session.external_errors import external_error, known_mistake

    if (obstacle := external_error(transcript)) is not None:
        return Verdict(Outcome.ERRORED, reason=str(obstacle))
    mistake = known_mistake(transcript)
    return verdict if mistake is None else replace(verdict, reason=str(mistake))


def _with_known(known: KnownFailure, verdict: Verdict) -> Verdict:
    """Let a run pass that fails exactly as known, and fail one that no longer does."""
    healed = [finding for finding in verdict.findings if finding.ok and finding.key in known.findings]
    if healed:
        return Verdict.of((*verdict.findings, *_no_longer(healed)))
    if {finding.key for finding in verdict.failures} == set(known.findings):
        return replace(verdict, outcome=Outcome.PASSED, reason=f"known failure: {known.because}")
    return verdict


def _no_longer(healed: Iterable[Finding]) -> Iterable[Finding]:
    sentence = "the known failure is fixed: remove known_failure from the manifest, so that it cannot come back unnoticed"
    for finding in healed:
        yield Finding(KNOWN_FAILURE, finding.witness, False, f"{finding.key} fails", f"{finding.key} holds", sentence)
