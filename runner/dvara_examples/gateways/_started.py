"""A running described gateway, and the provider behind it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from dvara_examples.core.errors import GatewayError
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._log import GatewayLog
from dvara_examples.gateways._provider import ProviderAddress
from dvara_examples.records.model import Endpoint

P = TypeVar("P")
Provide = Callable[[str], AbstractContextManager[tuple[P, ProviderAddress]]]
"""Opens a provider that listens on the given address of this machine; yields it, and where gateways find it."""


class RunningGateway(Protocol):
    """A running gateway, whatever runs it."""

    @property
    def endpoint(self) -> Endpoint:
        """Its address."""
        ...

    @property
    def log(self) -> GatewayLog:
        """Its log."""
        ...

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach it."""
        ...

    def death(self) -> GatewayError | None:
        """Return an error message if it has ended by itself."""
        ...


@dataclass(frozen=True, slots=True)
class StartedBetween(Generic[P]):
    """A running gateway as *described*, in front of the *provider* that was opened for it."""

    described: GatewayDescription
    provider: P
    running: RunningGateway
