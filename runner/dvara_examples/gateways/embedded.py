"""The embedded gateway as a gateway: runs in this process, needs no network, key or account, and can be scripted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from dvara_examples.core.world import World
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.models import LISTED
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.records.model import Endpoint


@dataclass(frozen=True, slots=True)
class EmbeddedGateway:
    """A running embedded gateway; every endpoint has its own key, and with it its own script."""

    embedded: EmbeddedServer
    kind: str = "embedded"
    description: str = "embedded"
    capabilities: frozenset[str] = frozenset({"scripted", "governance"})
    models: tuple[str, ...] = LISTED
    remote: bool = False

    @contextmanager
    def endpoint(self, answers: Sequence[object]) -> Iterator[Endpoint]:
        """Yield an address whose request k gets answer k, the last one repeating. Raises InvalidValue for a wrong answer.

        Without answers, requests get the embedded gateway's default answers.
        """
        key = self.embedded.add_key([parse_answer(answer) for answer in answers])
        try:
            yield Endpoint(self.embedded.base_url, key)
        finally:
            self.embedded.withdraw(key)


@contextmanager
def open_gateway(world: World, _name: str, _described: object) -> Iterator[EmbeddedGateway]:
    """Start an embedded gateway on a free loopback port, and close it at the end of the block."""
    with EmbeddedServer(clock=world.clock) as embedded:
        yield EmbeddedGateway(embedded)
