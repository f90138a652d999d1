"""The scripted provider behind a started gateway: the embedded gateway, with answers in OpenAI's notation."""

import hashlib
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.gateways._description import GatewayDescription, MarkKind, fill
from dvara_examples.records.model import Endpoint

USUAL_MODEL = "gpt-4o"
"""The model that examples ask for where none is named."""


@dataclass(frozen=True, slots=True)
class ProviderAddress:
    """Where a gateway finds its provider: *url* with ``/v1``, and the *key* that it accepts."""

    url: str
    key: str

    def reached_as(self, host: str) -> "ProviderAddress":
        """Return the same provider under the name by which containers reach this machine."""
        parts = urlsplit(self.url)
        return replace(self, url=urlunsplit(parts._replace(netloc=f"{host}:{parts.port}")))

    def __repr__(self) -> str:
        return f"ProviderAddress(url={self.url!r}, key=<hidden>)"


@dataclass(frozen=True, slots=True)
class Setting:
    """The values of the placeholders for one start of a gateway; *key* is what its clients send."""

    upstream: ProviderAddress
    host: str
    port: int
    folder: str
    key: str = field(default_factory=lambda: f"sk-{secrets.token_hex(24)}", repr=False)

    @property
    def values(self) -> Mapping[str, str]:
        """Placeholder → value."""
        return {
            "provider_url": self.upstream.url,
            "provider_host": urlsplit(self.upstream.url).hostname or "",
            "provider_port": str(urlsplit(self.upstream.url).port),
            "provider_key": self.upstream.key,
            "host": self.host,
            "port": str(self.port),
            "key": self.key,
            "key_sha256": hashlib.sha256(self.key.encode()).hexdigest(),
            "folder": self.folder,
        }


class ScriptedProvider:
    """Answers a gateway's requests on behalf of the runs; safe to use from several threads.

    Runs are identified by what the gateway passes on. If it passes on nothing, :meth:`run` lets them take turns.
    """

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._turn = threading.Lock()
        self.upstream = ProviderAddress(server.base_url, server.default_key)

    @contextmanager
    def run(self, at: Endpoint, description: GatewayDescription, answers: Sequence[object], world: World) -> Iterator[Endpoint]:
        """Yield the gateway *at* its address with the mark of one run, whose requests get *answers* in order.

        Raises GatewayError at the end if requests came without any mark, and none with this one.
        """
        spelled = [parse_answer(answer) for answer in answers]
        if description.mark is MarkKind.NONE:
            with self._its_turn(world), self._marked(self.upstream.key, spelled):
                yield at
            return
        mark = secrets.token_hex(8)
        marked = _with_mark(at, description, mark, world.env("DVARA_MODEL"))
        if description.mark is MarkKind.KEY:
            key = self._server.add_key(spelled)
            try:
                yield replace(marked, key=key)
            finally:
                self._server.withdraw(key)
            return
        with self._marked(mark, spelled):
            yield marked

    @contextmanager
    def _marked(self, mark: str, answers: Sequence[Answer]) -> Iterator[None]:
        self._server.add_mark(mark, answers)
        try:
            yield
        finally:
            taken, unmarked = self._server.remove_mark(mark)
        if unmarked and not taken:
            cause = f"{unmarked} requests reached the provider without the mark of a run, and none with the mark of this one"
            hint = "set `mark: none` in the gateway's description, so that runs take turns"
            raise GatewayError(cause, hint)

    @contextmanager
    def _its_turn(self, world: World) -> Iterator[None]:
        while not self._turn.acquire(timeout=0.1):
            if world.stop.is_set():
                raise GatewayError("interrupted while the run waited for its turn at the gateway")
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def scripted_provider(world: World, host: str = "127.0.0.1") -> Iterator[tuple[ScriptedProvider, ProviderAddress]]:
    """Serve a scripted provider on a free port of *host* within the block; yield it and its address."""
    with EmbeddedServer(clock=world.clock, host=host, spell=as_provider) as server:
        provider = ScriptedProvider(server)
        yield provider, provider.upstream


def as_provider(answer: Answer) -> Answer:
    """Return *answer* in a provider's notation: with a space after ``data:``, without which DVARA reads nothing."""
    return replace(answer, spaced=True)


def _with_mark(at: Endpoint, description: GatewayDescription, mark: str, model: str | None) -> Endpoint:
    match description.mark:
        case MarkKind.MODEL:
            return replace(at, model=f"{model or USUAL_MODEL}-{mark}")
        case MarkKind.HEADER:
            return replace(at, headers=(*at.headers, (description.mark_header, mark)))
        case MarkKind.KEY | MarkKind.NONE:
            return at


def headers_of(description: GatewayDescription, setting: Setting) -> tuple[tuple[str, str], ...]:
    """Return the headers that every request to the gateway needs."""
    return tuple((name, fill(value, setting.values)) for name, value in description.headers.items())
