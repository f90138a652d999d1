"""Whether the gateway can be reached, accepts the key and knows the model, and how a stream from it ends."""

import contextlib
from collections.abc import Callable, Iterator

import requests

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.gateways import USUAL_MODEL, Gateway, open_gateway
from dvara_examples.records.hints import KEY, MODEL, error_field, of_refusal
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap import Tap
from dvara_examples.tap.proxies import proxy_for
from dvara_examples.tap.rewrite import GatewayAddress

_SILENCE_LIMIT_S = 30.0
_STREAM_LIMIT_S = 60.0


def check_gateway(world: World, kind: str, say: Callable[[str], None]) -> Iterator[Check]:
    """Yield the checks up to one streamed answer; the first problem ends them."""
    try:
        with open_gateway(kind, world) as gateway:
            yield Check("gateway", CheckState.OK, f"{gateway.description}: answers{_way(gateway, world)}")
            yield from _spelling(world, gateway)
            yield from _stream(world, gateway, say)
    except GatewayError as error:
        yield from _obstacle(error.diagnosis)


def _obstacle(found: Diagnosis) -> Iterator[Check]:
    if found.subject == KEY:
        yield Check.of("key", CheckState.WRONG, found)
    else:
        yield Check.of("gateway", CheckState.WRONG, found)


def _way(gateway: Gateway, world: World) -> str:
    if gateway.kind == "embedded":
        return " (it starts with each run, and needs no network, key or account; DVARA_URL names another)"
    with gateway.endpoint([]) as endpoint:
        proxy = proxy_for(GatewayAddress.of(endpoint.base_url), world.environ)
    return f" (through {proxy})" if proxy else ""


def _spelling(world: World, gateway: Gateway) -> Iterator[Check]:
    """Warn about an address that this tool understands, but that clients which join strings do not."""
    written = (world.env("DVARA_URL") or "").strip()
    if gateway.kind != "url" or "//" not in written.partition("://")[2]:
        return
    with gateway.endpoint([]) as endpoint:
        hint = f"export DVARA_URL={endpoint.base_url}"
    text = "DVARA_URL has // in its path: this tool reads it as one slash, but your own clients may be refused"
    yield Check("address", CheckState.NOTE, f"{text} (400 invalid_path)", hint)


def _stream(world: World, gateway: Gateway, say: Callable[[str], None]) -> Iterator[Check]:
    model = world.env("DVARA_MODEL") or USUAL_MODEL
    if gateway.remote:
        say(f"sending one short request for {model} to {gateway.description}, which may cost money")
    exchange, base_url = _one_answer(world, gateway, model)
    refusal = of_refusal(exchange, base_url, model, gateway.models)
    if refusal is None and exchange.response is not None and exchange.response.status >= 400:
        refusal = Diagnosis(
            _said(exchange, model), "name another model in DVARA_MODEL, or see what the gateway's log says", MODEL
        )
    if refusal is not None and refusal.subject not in (KEY, MODEL):
        yield Check.of("stream", CheckState.WRONG, refusal)
        return
    if refusal is not None and refusal.subject == KEY:
        yield Check.of("key", CheckState.WRONG, refusal)
        return
    yield Check("key", CheckState.OK, "is accepted" if gateway.kind != "embedded" else "a new one for each run")
    if refusal is not None:
        yield Check.of("model", CheckState.WRONG, refusal)
        return
    yield Check("model", CheckState.OK, f"{model}{'' if world.env('DVARA_MODEL') else ' (DVARA_MODEL names another)'}")
    yield _measured(exchange)


def _one_answer(world: World, gateway: Gateway, model: str) -> tuple[Exchange, str]:
    """Ask for a short stream through the tap, as examples do, and return what the tap saw and the gateway's address."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Say hi."}]}
    timer = start_timer(world.clock)
    with gateway.endpoint([]) as upstream:
        with Tap(upstream, timer, Redactor.of((upstream.key,)), environ=world.environ) as tap, requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"Bearer {tap.endpoint.key}", "Connection": "close"}
            address = f"{tap.endpoint.base_url}/chat/completions"
            with (
                contextlib.suppress(requests.RequestException),  # the tap reports how it ended
                session.post(address, json=body, headers=headers, timeout=_SILENCE_LIMIT_S, stream=True) as response,
            ):
                for _ in response.iter_content(None):
                    if timer() > _STREAM_LIMIT_S:
                        break
        exchanges = tap.exchanges()
        if not exchanges:
            raise GatewayError("the stream's request did not come through the tap", "run again, and report it if that repeats")
        return exchanges[-1], upstream.base_url


def _measured(exchange: Exchange) -> Check:
    """Describe the stream: time to the first text, to the end, and its ending."""
    first = next((event.at_s for event in exchange.events if event.text), None)
    began = f"first token after {first - exchange.started_at_s:.2f} s, " if first is not None else "no text came, "
    whole = f"whole after {exchange.ended_at_s - exchange.started_at_s:.2f} s, ended: {exchange.ending}"
    if exchange.ending is Ending.DONE:
        return Check("stream", CheckState.OK, began + whole)
    hint = "see docs/endings.md for what it means, and watch it with dvara-examples tap"
    if exchange.ending is Ending.DONE_WITHOUT_SENTINEL:
        return Check("stream", CheckState.NOTE, f"{began}{whole} (some gateways send no [DONE]; DVARA does)", hint)
    return Check("stream", CheckState.WRONG, began + whole + (f" ({exchange.error})" if exchange.error else ""), hint)


def _said(exchange: Exchange, model: str) -> str:
    assert exchange.response is not None
    message = error_field(exchange.response.body, "message").rstrip(" .")
    said = f": {message}" if message else ""
    return f"a stream of {model} is refused ({exchange.response.status}{said})"
