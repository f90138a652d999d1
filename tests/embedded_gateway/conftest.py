"""Stand-ins on real loopback sockets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.request_context import Patience
from dvara_examples.embedded_gateway.server import StandIn


@pytest.fixture
def log() -> list[str]:
    """The lines that the stand-ins of this test logged."""
    return []


@pytest.fixture
def start(log: list[str]) -> Iterator[Callable[..., StandIn]]:
    """Return a function that starts a stand-in with the given patience; all are closed after the test."""
    with ExitStack() as running:
        yield lambda **patience: running.enter_context(
            StandIn(clock=SystemClock(), log=log.append, patience=Patience(**patience))
        )


@pytest.fixture
def standin(start: Callable[..., StandIn]) -> StandIn:
    """A running stand-in with the gateway's own patience."""
    return start()


@pytest.fixture
def enroll(standin: StandIn) -> Callable[..., str]:
    """Return a function that enrolls answers, given as plain values, and returns their key."""
    return lambda *answers: standin.enroll([parse_answer(answer) for answer in answers])
