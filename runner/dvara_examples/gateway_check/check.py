"""Runs the cases through a gateway: the timed ones alone, the others a few at a time."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.gateway_check.cases import GatewayCase
from dvara_examples.gateway_check.client import CheckedGateway, Patience, ask
from dvara_examples.gateway_check.judge import SeenExchange, describe, judge
from dvara_examples.gateway_check.provider import CheckProvider
from dvara_examples.gateway_check.reading import SideReading, read_side
from dvara_examples.gateway_check.recording import SEVERITY, EffectKind, GatewayEffect, SideRecording
from dvara_examples.gateway_check.script import stream
from dvara_examples.gateway_check.spelling import CHAT, SPELLINGS, Spelling
from dvara_examples.records.model import Ending

SIDE_BY_SIDE = 6
_PROVIDER_LIMIT_S = 6.0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How the gateway handled one case: *effects*, the worst first, and what both sides saw last."""

    case: GatewayCase
    effects: tuple[GatewayEffect, ...]
    client: SideReading | None = None
    attempts: tuple[SideReading, ...] = ()

    @property
    def worst(self) -> EffectKind:
        """The worst of the effects."""
        return self.effects[0].kind


@dataclass(frozen=True, slots=True)
class Checked:
    """All results, the worst first, and what was *left_out*, with the reason."""

    results: tuple[CaseResult, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check_gateway(
    gateway: CheckedGateway,
    provider: CheckProvider,
    cases: Sequence[GatewayCase],
    timer: Timer,
    progress: Callable[[str], None] = lambda _line: None,
) -> Checked:
    """Run *cases* and return the results. Raises GatewayError if the gateway cannot be checked at all."""
    notes = _first_request(gateway, provider, timer)
    left_out = tuple(_not_offered(gateway, provider, cases, timer))
    offered = [case for case in cases if case.spelling.name not in {name for name, _ in left_out}]
    results = []
    for case in [case for case in offered if case.timed]:
        progress(case.id)
        results.append(_run(gateway, provider, case, timer))
    with ThreadPoolExecutor(SIDE_BY_SIDE, "check-case") as pool:
        try:
            for result in pool.map(lambda case: _run(gateway, provider, case, timer), [c for c in offered if not c.timed]):
                progress(result.case.id)
                results.append(result)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    ranked = sorted(results, key=lambda result: SEVERITY.index(result.worst))
    return Checked(tuple(ranked), tuple(f"{name}: {reason}" for name, reason in left_out), notes)


def _run(gateway: CheckedGateway, provider: CheckProvider, case: GatewayCase, timer: Timer) -> CaseResult:
    with ThreadPoolExecutor(case.clients, "check-client") as pool:
        found = list(pool.map(lambda _: _one(gateway, provider, case, timer), range(case.clients)))
    return min(found, key=lambda result: SEVERITY.index(result.worst))


def _one(gateway: CheckedGateway, provider: CheckProvider, case: GatewayCase, timer: Timer) -> CaseResult:
    mark = secrets.token_hex(6)
    provider.expect(mark, case)
    patience = Patience(case.limit_s, case.leaves_after_events)
    recording = ask(gateway, case.spelling, f"check-{mark}: say five words", patience, timer)
    sent = provider.attempts(mark, _PROVIDER_LIMIT_S)
    target = case.spelling.target
    client = read_side(recording, target, case.limit_s)
    attempts = tuple(read_side(each, target, case.limit_s) for each in sent)
    hung_up = case.leaves_after_events is not None and len(client.events) >= case.leaves_after_events
    left_at_s = recording.ended_at_s if hung_up else None
    seen = SeenExchange(client, attempts, provider.asked(mark), left_at_s, case.timed)
    return CaseResult(case, judge(seen), client, attempts)


def _probe(
    gateway: CheckedGateway, provider: CheckProvider, spelling: Spelling, timer: Timer
) -> tuple[SideReading, int, SideRecording | None]:
    """Ask for one whole answer; return it, the number of requests at the provider, and the provider's side of the first."""
    mark = secrets.token_hex(6)
    case = GatewayCase("probe", "a whole answer", (lambda m: stream(spelling.whole(m), gap_s=0),), spelling)
    provider.expect(mark, case)
    recording = ask(gateway, spelling, f"check-{mark}: say five words", Patience(20.0), timer)
    sent = provider.attempts(mark, _PROVIDER_LIMIT_S)
    return read_side(recording, spelling.target, 20.0), provider.asked(mark), sent[0] if sent else None


def _first_request(gateway: CheckedGateway, provider: CheckProvider, timer: Timer) -> tuple[str, ...]:
    client, asked, first = _probe(gateway, provider, CHAT, timer)
    if not asked:
        cause = f"expected a request at the scripted provider, found none; the gateway answered with {describe(client)}"
        if provider.unmarked:
            cause = "expected the prompt of the check at the scripted provider, found another prompt"
        hint = "point the gateway's provider at the printed address, and check DVARA_API_KEY, --model and --header"
        raise GatewayError(cause, hint)
    if first is not None and (model := first.asked_model) is not None and model != gateway.model:
        return (f"the gateway asks its provider for the model {model!r} where the client asked for {gateway.model!r}",)
    return ()


def _not_offered(
    gateway: CheckedGateway, provider: CheckProvider, cases: Sequence[GatewayCase], timer: Timer
) -> Iterator[tuple[str, str]]:
    """Yield the protocols that the gateway does not pass on to the same endpoint of its provider, with its answer."""
    for name in dict.fromkeys(case.spelling.name for case in cases if case.spelling is not CHAT):
        client, asked, first = _probe(gateway, provider, SPELLINGS[name], timer)
        target = (first.asked_target or "") if first else ""
        if asked and not target.partition("?")[0].endswith(SPELLINGS[name].target):
            yield name, f"the gateway asks its provider at {target!r} instead"
            continue
        if not asked or client.ending in (Ending.HTTP_ERROR, Ending.NO_RESPONSE):
            yield name, f"not passed on to the same endpoint of the provider ({describe(client)})"
