"""A described gateway that is up, and the provider that was opened behind it."""

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
    """A gateway that is up, whatever runs it."""

    @property
    def endpoint(self) -> Endpoint:
        """Where it answers."""
        ...

    @property
    def log(self) -> GatewayLog:
        """What it writes."""
        ...

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach it."""
        ...

    def death(self) -> GatewayError | None:
        """Return what to say where it has ended by itself."""
        ...


@dataclass(frozen=True, slots=True)
class StartedBetween(Generic[P]):
    """A gateway that is up as *described*, in front of the *provider* that was opened for it."""

    described: GatewayDescription
    provider: P
    running: RunningGateway
