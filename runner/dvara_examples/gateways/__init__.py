"""The contract of a gateway kind: something that answers examples.

A kind is one module in this package, named like the kind, with a function ``open_gateway(world)`` that
returns a context manager yielding a :class:`Gateway`. Its file name is the word that ``--gateway`` uses.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from dvara_examples.core.world import World
from dvara_examples.records.model import Endpoint

CAPABILITIES = ("scripted", "governance", "docker", "network")
"""The words that ``needs:`` of an example may hold: the answers can be scripted; governance blocks personal data as the
embedded gateway's does; Docker is there; the network beyond this machine may be used."""


class Gateway(Protocol):
    """A gateway that is up; safe to use from several threads."""

    @property
    def kind(self) -> str:
        """The word that ``--gateway`` uses."""
        ...

    @property
    def description(self) -> str:
        """For people, without secrets: ``embedded``, ``https://gw.example.com/v1``."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """Those of :data:`CAPABILITIES` that it has; ``needs:`` of an example is held against them."""
        ...

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the models that it says it serves; empty where it does not say."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it runs on another machine, where requests may cost money."""
        ...

    def endpoint(self, answers: Sequence[object]) -> AbstractContextManager[Endpoint]:
        """Yield the address for one run; *answers* are the scripted answers as plain values, in order.

        Only a gateway that is ``scripted`` heeds the answers. The endpoint is usable inside the ``with`` block alone.
        """
        ...


def kinds() -> tuple[str, ...]:
    """Return the gateway kinds that have a module here, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def open_gateway(kind: str, world: World) -> AbstractContextManager[Gateway]:
    """Start, or connect to, a gateway of *kind* as *world* configures it. Raises GatewayError."""
    module = importlib.import_module(f"{__name__}.{kind}")
    opened: AbstractContextManager[Gateway] = module.open_gateway(world)
    return opened
