"""That a tap's memory has bounds, relative to outside: the peak of a process that holds nothing but a tap."""

import pytest

from bench._ends import in_a_process, serve, tap
from bench.tap import receive

MOST_MB = 8.0
"""Allowed between two sizes that are both beyond all bounds; what lies between them is four times as much at least."""


@pytest.mark.parametrize(("kind", "size"), [("burst", 30_000), ("body", 16 * 1024 * 1024)])
def test_memory_does_not_grow_with_what_passes(kind: str, size: int) -> None:
    """Five times as many events, or as much of a body, take no more memory."""
    peaks = []
    with in_a_process(serve) as server:
        for times in (1, 5):
            with in_a_process(tap, server.port) as relay:
                receive(relay.port, kind, times * size)
                peaks.append(relay.used()[0])
    assert peaks[1] - peaks[0] < MOST_MB
