"""From a transcript to a verdict; pure: a stored transcript judged again gives the same verdict."""

from collections.abc import Mapping

from dvara_examples.expectations import expectation_keys, parse_expectation
from dvara_examples.transcript import Transcript
from dvara_examples.verdict import Outcome, Verdict

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
    return Verdict.of(parse_expectation(key, wanted[key]).check(transcript) for key in ordered)
