"""A described gateway that was started, with the scripted provider behind it: what ``command`` and ``docker`` yield."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._description import GatewayDescription, MarkKind
from dvara_examples.gateways._provider import USUAL_MODEL, ScriptedProvider, scripted_provider
from dvara_examples.gateways._started import Provide, RunningGateway, StartedBetween
from dvara_examples.records.model import Endpoint

Start = Callable[[Provide[ScriptedProvider]], AbstractContextManager[StartedBetween[ScriptedProvider]]]
"""Starts a gateway in front of the provider that it is handed the way to."""

_FIRST_ANSWER_LIMIT_S = 60.0
_FIRST_WORDS = "Hello, gateway"


@dataclass(frozen=True, slots=True)
class DescribedGateway:
    """A gateway that this tool started; its answers are scripted at the provider behind it."""

    kind: str
    described: GatewayDescription
    started: RunningGateway
    provider: ScriptedProvider
    world: World
    models: tuple[str, ...] = ()
    remote: bool = False

    def __repr__(self) -> str:
        return f"DescribedGateway({self.kind}, {self.described.name})"

    @property
    def description(self) -> str:
        """Kind and title, and a note if runs take turns, or if other machines can reach it."""
        turns = "; runs take turns, as it passes no mark on" if self.described.mark is MarkKind.NONE else ""
        exposed = "; it listens on every interface" if self.started.exposed else ""
        return f"{self.described.title} ({self.kind}{turns}{exposed})"

    @property
    def capabilities(self) -> frozenset[str]:
        """Scripted answers, and what the description offers."""
        return frozenset({"scripted"}) | self.described.offers

    @property
    def cannot(self) -> Mapping[str, str]:
        """What it does not pass on unchanged, with the reason."""
        return self.described.cannot

    @contextmanager
    def endpoint(self, answers: Sequence[object]) -> Iterator[Endpoint]:
        """Yield the gateway's address for one run. Raises GatewayError if it has ended."""
        self._raise_if_dead()
        with self.provider.run(self.started.endpoint, self.described, answers, self.world) as endpoint:
            yield endpoint
        self._raise_if_dead()

    def keep_log_in(self, folder: Path) -> None:
        """Move the log into *folder*, where it continues."""
        self.started.log.move_into(folder)

    def _raise_if_dead(self) -> None:
        if (error := self.started.death()) is not None:
            raise error


@contextmanager
def described_gateway(kind: str, world: World, start: Start) -> Iterator[DescribedGateway]:
    """Yield what *start* starts as a gateway, with a scripted provider behind it. Raises GatewayError.

    First, one request goes through it to the provider. It warms up the gateway (some import half of themselves for it), and
    shows whether the mark of a run arrives.
    """
    with start(lambda host: scripted_provider(world, host)) as started:
        description = started.described
        gateway = DescribedGateway(kind, description, started.running, started.provider, world)
        try:
            with gateway.endpoint([{"text": _FIRST_WORDS, "piece_delay_s": 0}]) as endpoint:
                _ask_once(description, endpoint, started.running)
        except _MarkLost:
            gateway = replace(gateway, described=replace(description, mark=MarkKind.NONE))
        yield gateway


class _MarkLost(Exception):  # noqa: N818 - a finding, not a fault
    """The provider answered, but not with the script of the run."""


def _ask_once(description: GatewayDescription, endpoint: Endpoint, started: RunningGateway) -> None:
    body = {"model": endpoint.model or USUAL_MODEL, "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    headers = {"Authorization": f"Bearer {endpoint.key}", **dict(endpoint.headers)}
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                f"{endpoint.base_url}/chat/completions", json=body, headers=headers, timeout=_FIRST_ANSWER_LIMIT_S
            )
        except requests.RequestException as error:
            raise GatewayError(
                f"{description.title} gave no answer to its first request ({type(error).__name__})", "look at its log"
            ) from None
    if answer.status_code != 200:
        said = " ".join(answer.text.split())[:300].replace(endpoint.key, "***")
        cause = f"{description.title} answered its first request with {answer.status_code}: {said}{started.log.last_lines}"
        raise GatewayError(cause, "check how its description leads to the provider ({provider_url}, {provider_key})")
    if _text(answer.text) != _FIRST_WORDS:
        raise _MarkLost


def _text(stream: str) -> str:
    """Return the text of a streamed answer; ignores what is not a chunk."""
    lines = (line.partition("data:")[2] for line in stream.splitlines() if line.startswith("data:"))
    return "".join(_content(line) for line in lines)


def _content(data: str) -> str:
    try:
        return str(json.loads(data)["choices"][0]["delta"]["content"] or "")
    except (ValueError, TypeError, KeyError, IndexError):
        return ""
