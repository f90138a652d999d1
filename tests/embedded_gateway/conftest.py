"""Stand-ins on real loopback sockets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.request_context import Timeouts
from dvara_examples.embedded_gateway.server import EmbeddedServer


@pytest.fixture
def log() -> list[str]:
    """The lines that the stand-ins of this test logged."""
    return []


@pytest.fixture
def start(log: list[str]) -> Iterator[Callable[..., EmbeddedServer]]:
    """Return a function that starts a stand-in with the given patience; all are closed after the test."""
    with ExitStack() as running:
        yield lambda **timeouts: running.enter_context(
            EmbeddedServer(clock=SystemClock(), log=log.append, timeouts=Timeouts(**timeouts))
        )


@pytest.fixture
def embedded(start: Callable[..., EmbeddedServer]) -> EmbeddedServer:
    """A running stand-in with the gateway's own patience."""
    return start()


@pytest.fixture
def add_key(embedded: EmbeddedServer) -> Callable[..., str]:
    """Return a function that enrolls answers, given as plain values, and returns their key."""
    return lambda *answers: embedded.add_key([parse_answer(answer) for answer in answers])
