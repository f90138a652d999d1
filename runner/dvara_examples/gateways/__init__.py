"""The contract of a gateway kind: something that answers examples.

A kind is one module in this package, named like the kind, with a function ``open_gateway(world, name, described)`` that
returns a context manager yielding a :class:`Gateway`. Its file name is the word for ``--gateway``. *name* is the part
after the word and a colon (``command:litellm``), and *described* are the gateways that the manifest describes.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.records.model import Endpoint

if TYPE_CHECKING:
    from dvara_examples.gateways._description import GatewayDescription
    from dvara_examples.gateways._started import P, Provide, StartedBetween

USUAL_MODEL = "gpt-4o"
"""What is asked where DVARA_MODEL names no other."""
CAPABILITIES = ("scripted", "governance", "docker", "network")
"""The words that ``needs:`` of an example may hold: the answers can be scripted; governance blocks personal data as the
embedded gateway's does; Docker is there; the network beyond this machine may be used."""


class Gateway(Protocol):
    """A running gateway; safe to use from several threads."""

    @property
    def kind(self) -> str:
        """Its word for ``--gateway``."""
        ...

    @property
    def description(self) -> str:
        """Its name in messages, without secrets: ``embedded``, ``https://gw.example.com/v1``."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """Its :data:`CAPABILITIES`, which are compared with ``needs:`` of an example."""
        ...

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the models that it lists; empty if it lists none."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it runs on another machine, where requests may cost money."""
        ...

    def endpoint(self, answers: Sequence[object]) -> AbstractContextManager[Endpoint]:
        """Yield the address for one run; *answers* are the scripted answers as plain values, in order.

        Only a gateway that is ``scripted`` uses the answers. The endpoint is usable only inside the ``with`` block.
        """
        ...


@runtime_checkable
class LimitedGateway(Protocol):
    """A gateway whose description says what it does not pass on."""

    @property
    def cannot(self) -> Mapping[str, str]:
        """A key of an answer, or an example's id or glob → the reason."""
        ...


@runtime_checkable
class LoggingGateway(Protocol):
    """A gateway that was started here and whose log is stored."""

    def keep_log_in(self, folder: Path) -> None:
        """Move the log into *folder*, where it continues."""
        ...


def kinds() -> tuple[str, ...]:
    """Return the gateway kinds that have a module here, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


NAMED = ("command", "docker")
"""The kinds that start what a description says, and take its name."""


def open_gateway(
    asked: str, world: World, described: "Mapping[str, GatewayDescription]" = MappingProxyType({})
) -> AbstractContextManager[Gateway]:
    """Start, or connect to, the gateway *asked* for: a kind, or a kind and the name of a description. Raises GatewayError.

    *described* are the gateways that the manifest describes.
    """
    kind, colon, name = asked.partition(":")
    if kind not in kinds():
        raise GatewayError(f"expected a kind of gateway, found {kind!r}", f"use one of {', '.join(kinds())}")
    if colon and kind not in NAMED:
        raise GatewayError(f"expected --gateway {kind}, found {asked!r}", f"only {' and '.join(NAMED)} take a name")
    module = importlib.import_module(f"{__name__}.{kind}")
    opened: AbstractContextManager[Gateway] = module.open_gateway(world, name, described)
    return opened


def start_gateway(
    asked: str, world: World, described: "Mapping[str, GatewayDescription]", provide: "Provide[P]"
) -> "AbstractContextManager[StartedBetween[P]]":
    """Start the described gateway *asked* for in front of the provider that *provide* opens. Raises GatewayError."""
    kind, _, name = asked.partition(":")
    if kind not in NAMED:
        named = " or ".join(f"{kind}:NAME" for kind in NAMED)
        raise GatewayError(f"expected a gateway that can be started, found {asked!r}", f"use --gateway {named}")
    module = importlib.import_module(f"{__name__}.{kind}")
    started: AbstractContextManager[StartedBetween[P]] = module.start(world, name, described, provide)
    return started


def limits_of(gateway: Gateway) -> Mapping[str, str]:
    """Return what *gateway* does not pass on unchanged, with the reason; nothing if it does not say."""
    return gateway.cannot if isinstance(gateway, LimitedGateway) else {}
