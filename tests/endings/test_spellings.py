"""Legal spellings in random combinations: every verdict is right, or says that it cannot tell; see ``bench/spellings.py``."""

from collections import Counter

import pytest

from dvara_examples.records.verdict import Outcome
from tests.endings.spelling import draw, false_claim, verdict_on

SEED = 20_261_127
BATCHES = 4
BATCH = 150


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_verdict_on_a_legal_spelling_is_false(batch: int) -> None:
    """Content type, coding, framing, events, finish reason, content and cuts, all at once."""
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    assert {number: claim for number in numbers if (claim := false_claim(draw(SEED, number)))} == {}


def test_the_combinations_hold_every_outcome() -> None:
    """Among them are answers that pass, fail and cannot be judged, each in fair number."""
    outcomes = Counter(verdict_on(draw(SEED, number))[1].outcome for number in range(BATCH))
    assert min(outcomes[outcome] for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED)) > BATCH // 10
