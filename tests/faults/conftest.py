"""Taps that spoil what a raw gateway says, opened for one test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dvara_examples.faults import parse_faults
from dvara_examples.records.transcript import Exchange
from tests.tap.scripted import Line, open_line

Spoilt = Callable[..., Line]


def noted(exchange: Exchange) -> tuple[str, ...]:
    """Return the notes next to *exchange*, and behind them what faults say that they did."""
    return (*exchange.notes, *map(str, exchange.faults))


@pytest.fixture
def spoilt() -> Iterator[Spoilt]:
    """Return a function that opens a tap with these entries of ``faults:``."""
    with ExitStack() as stack:

        def open_spoilt(*entries: object, stall_after_s: float = 10.0) -> Line:
            faults = [parse_faults(entry) for entry in entries]
            return stack.enter_context(open_line(faults=faults, stall_after_s=stall_after_s))

        yield open_spoilt
