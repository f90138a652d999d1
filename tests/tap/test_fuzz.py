"""Random streams, cut and damaged anywhere; `make fuzz` tries many more of them."""

from collections import Counter
from random import Random

import pytest

from dvara_examples.records.model import Ending
from tests.tap.cutting import check_cut, draw_cut
from tests.tap.fuzzing import Closing, Tried, check, check_events, done_streams, draw, observe, sources, tried_over_sockets
from tests.tap.scripted import open_line

SEED = 20_261_122
BATCHES = 8
BATCH = 400
OVER_SOCKETS = 60


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_streams(batch: int) -> None:
    """Nothing raises, nothing depends on the pieces, and `done` is what the oracle calls done."""
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        tried = draw(SEED, number)
        check(tried)
        check_events(tried)


@pytest.mark.parametrize("source", range(len(done_streams())))
@pytest.mark.parametrize("closing", Closing)
def test_a_done_stream_cut_anywhere(source: int, closing: Closing) -> None:
    """A stream that is done is done in full; every beginning of it is what the oracle says, and never done too early."""
    raw = done_streams()[source]
    random = Random(source)  # noqa: S311 - nothing secret is drawn
    for size in range(0, len(raw), 3):
        check(Tried("cut", raw[:size], (random.randint(1, 200),), closing))
    needs_fin = b"Content-Length" not in raw and b"chunked" not in raw
    done = observe(raw, (50,), closing).ending is Ending.DONE
    assert done == (not needs_fin or closing in (Closing.FIN, Closing.CLIENT))


def test_recordings_cut_anywhere() -> None:
    """No beginning of a recorded connection is done: the recorded server never said why an answer ended."""
    recorded = [raw for raw in sources() if raw not in done_streams()]
    assert len(recorded) > 40
    for number, raw in enumerate(recorded):
        for size in range(number % 29, len(raw) + 1, 29):
            assert check(Tried("cut", raw[:size], (100,), Closing.FIN)) is not Ending.DONE


def test_over_real_sockets() -> None:
    """The same holds over connections, and the client gets every byte of whatever came, to the FIN."""
    with open_line() as line:
        for number in range(OVER_SOCKETS):
            tried_over_sockets(line, draw(SEED, number))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_protocol_is_whole_before_its_last_word(batch: int) -> None:
    """A stream of any protocol, cut at any byte and ended in any way, is never called whole too early."""
    endings = Counter(check_cut(draw_cut(SEED, number)) for number in range(batch * BATCH, (batch + 1) * BATCH))
    assert len(endings) > 4
    assert endings[Ending.DONE] > 0
