"""A gateway that is a local program: started from its description, with a scripted provider behind it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from dvara_examples.core.world import World
from dvara_examples.gateways._described import DescribedGateway, described_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._find import find_description
from dvara_examples.gateways._program import run_program
from dvara_examples.gateways._started import P, Provide, StartedBetween

_HOST = "127.0.0.1"


def open_gateway(
    world: World, name: str, described: Mapping[str, GatewayDescription]
) -> AbstractContextManager[DescribedGateway]:
    """Start the program that is described under *name*, wait until it is ready, and stop it at the end. Raises GatewayError."""
    return described_gateway("command", world, lambda provide: start(world, name, described, provide))


@contextmanager
def start(
    world: World, name: str, described: Mapping[str, GatewayDescription], provide: Provide[P]
) -> Iterator[StartedBetween[P]]:
    """Start the program described under *name* in front of the provider that *provide* opens. Raises GatewayError."""
    description = find_description(name, "command", world, described)
    with provide(_HOST) as (provider, upstream), run_program(description, upstream, world) as running:
        yield StartedBetween(description, provider, running)
