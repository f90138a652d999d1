"""Starts a described gateway in front of the provider of a check."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from dvara_examples.core.clock import Timer
from dvara_examples.core.world import World
from dvara_examples.gateway_check.provider import CheckProvider, check_provider
from dvara_examples.gateways import start_gateway
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._provider import ProviderAddress
from dvara_examples.gateways._started import StartedBetween

USUAL_KEY = "dvara-examples"
"""What is sent where nobody names a key; the provider takes any."""


def start_checked(
    asked: str, world: World, described: Mapping[str, GatewayDescription], timer: Timer
) -> AbstractContextManager[StartedBetween[CheckProvider]]:
    """Start the gateway *asked* for, with a provider that plays the cases of a check. Raises GatewayError.

    *described* are the gateways that the manifest describes.
    """

    @contextmanager
    def provide(host: str) -> Iterator[tuple[CheckProvider, ProviderAddress]]:
        with check_provider(timer, host, 0) as (provider, port):
            yield provider, ProviderAddress(f"http://{host}:{port}/v1", USUAL_KEY)

    return start_gateway(asked, world, described, provide)
