"""What may be said of an example whose answer passed unread."""

from dataclasses import replace

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Outcome, Verdict, Witness
from dvara_examples.session.certainty import as_far_as_certain
from tests.factories import make_exchange, make_transcript, numbered

PACKED = "cannot tell what was said: it was packed"


def failed(*keys: str, sentence: str = "") -> Verdict:
    """Return a verdict with a finding for each of *keys*."""
    return Verdict.of(Finding(key, Witness.WIRE, False, "", "", sentence) for key in keys)


def unread(*endings: Ending) -> Transcript:
    """Return a run with one exchange for each of *endings*, all of them unread."""
    return make_transcript(exchanges=numbered(*(make_exchange("", ending=ending, unread=PACKED) for ending in endings)))


@pytest.mark.parametrize("key", ["limit", "leaks", "path", "request_headers", "request_json"])
def test_what_says_nothing_of_the_answer_stands(key: str) -> None:
    """What the example sent and left behind is known; what hangs on the answer is taken away, and the reason says why."""
    verdict = as_far_as_certain(failed(key, "requests"), unread(Ending.UNRECOGNISED))
    assert verdict == replace(failed(key), reason=f"request 1: {PACKED}")


@pytest.mark.parametrize("key", ["text", "deltas", "first_token_within_s", "longest_gap_s", "prints_the_stream", "progressive"])
def test_what_reads_the_text_falls_where_some_of_it_is_unknown(key: str) -> None:
    """The ending of the answer is known, and what hangs on that alone stands."""
    assert as_far_as_certain(failed(key, "ends"), unread(Ending.DONE)) == replace(failed("ends"), reason=f"request 1: {PACKED}")
    assert as_far_as_certain(failed(key), unread(Ending.DONE)) == Verdict(Outcome.ERRORED, reason=f"request 1: {PACKED}")


def test_one_answer_of_which_nothing_is_known_is_enough() -> None:
    """Though of another one only some text is unknown, nothing is claimed that hangs on an answer."""
    for endings in ((Ending.UNRECOGNISED, Ending.DONE), (Ending.DONE, Ending.UNRECOGNISED)):
        assert as_far_as_certain(failed("ends"), unread(*endings)).outcome is Outcome.ERRORED


def test_a_finding_that_only_repeats_why_nobody_could_read_is_none() -> None:
    """It may be about any of the exchanges."""
    seen = unread(Ending.DONE, Ending.DONE)
    first, second = seen.exchanges
    seen = replace(seen, exchanges=(replace(first, unread="the body is damaged"), second))
    assert as_far_as_certain(failed("finish_reason", sentence=PACKED), seen).outcome is Outcome.ERRORED
    assert as_far_as_certain(failed("finish_reason", sentence="it has none"), seen).outcome is Outcome.FAILED


def test_where_all_was_read_nothing_is_taken_away() -> None:
    """A verdict on answers that were read, and one without a failure, stay what they are."""
    assert as_far_as_certain(failed("text"), make_transcript(exchanges=[make_exchange()])) == failed("text")
    assert as_far_as_certain(Verdict.of(()), unread(Ending.UNRECOGNISED)) == Verdict.of(())
