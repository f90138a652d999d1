"""A gateway in a container: started from the image of its description, with a scripted provider behind it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from dvara_examples.core.world import World
from dvara_examples.gateways._container import host_for_containers, own_network, run_container
from dvara_examples.gateways._described import DescribedGateway, described_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._engine import engine
from dvara_examples.gateways._find import find_description
from dvara_examples.gateways._started import P, Provide, StartedBetween


def open_gateway(
    world: World, name: str, described: Mapping[str, GatewayDescription]
) -> AbstractContextManager[DescribedGateway]:
    """Start the image that is described under *name*, wait until it is ready, and remove it at the end. Raises GatewayError."""
    return described_gateway("docker", world, lambda provide: start(world, name, described, provide))


@contextmanager
def start(
    world: World, name: str, described: Mapping[str, GatewayDescription], provide: Provide[P]
) -> Iterator[StartedBetween[P]]:
    """Start the image described under *name* in front of the provider that *provide* opens. Raises GatewayError."""
    description = find_description(name, "docker", world, described)
    with engine(world) as client, own_network(client) as network:
        host, reached_as = host_for_containers(client, network)
        with (
            provide(host) as (provider, upstream),
            run_container(client, description, upstream.reached_as(reached_as), network, world) as running,
        ):
            yield StartedBetween(description, provider, running)
