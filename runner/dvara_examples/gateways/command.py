"""A gateway that is a local program: started as its description says, with the scripted provider behind it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dvara_examples.core.world import World
from dvara_examples.gateways._described import DescribedGateway, described_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._find import find_description
from dvara_examples.gateways._program import run_program
from dvara_examples.gateways._provider import scripted_provider


@contextmanager
def open_gateway(world: World, name: str, described: Mapping[str, GatewayDescription]) -> Iterator[DescribedGateway]:
    """Start the program that is described under *name*, wait until it is ready, and stop it at the end. Raises GatewayError."""
    description = find_description(name, "command", world, described)
    with (
        scripted_provider(world) as provider,
        run_program(description, provider.upstream, world) as started,
        described_gateway("command", description, started, provider, world) as gateway,
    ):
        yield gateway
