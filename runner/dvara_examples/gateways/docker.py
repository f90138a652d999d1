"""A gateway in a container: started from the image that its description names, with the scripted provider behind it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dvara_examples.core.world import World
from dvara_examples.gateways._container import host_for_containers, own_network, run_container
from dvara_examples.gateways._described import DescribedGateway, described_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._engine import engine
from dvara_examples.gateways._find import find_description
from dvara_examples.gateways._provider import scripted_provider


@contextmanager
def open_gateway(world: World, name: str, described: Mapping[str, GatewayDescription]) -> Iterator[DescribedGateway]:
    """Start the image that is described under *name*, wait until it is ready, and remove it at the end. Raises GatewayError."""
    description = find_description(name, "docker", world, described)
    with engine(world) as client, own_network(client) as network:
        host, reached_as = host_for_containers(client, network)
        with (
            scripted_provider(world, host) as provider,
            run_container(client, description, provider.upstream.reached_as(reached_as), network, world) as started,
            described_gateway("docker", description, started, provider, world) as gateway,
        ):
            yield gateway
