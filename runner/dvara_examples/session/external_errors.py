"""What, other than the example, made a run fail: a gateway that is gone, a model that it does not know, an account's limit."""

import json
from collections.abc import Mapping

from dvara_examples.core.errors import Diagnosis
from dvara_examples.protocols import protocol_of
from dvara_examples.records.hints import not_canonical, of_refusal
from dvara_examples.records.transcript import Exchange, Transcript

_CODE_OF_PATH = b'"invalid_path"'


def external_error(seen: Transcript) -> Diagnosis | None:
    """Return what stood in the way of the example's last request to a model, or None where nothing but the example is to blame.

    Where answers are scripted, or the network is spoilt on purpose, refusals are part of what is tried.
    """
    if seen.last_exchange is None or seen.scripted or seen.faults:
        return None
    target = seen.last_exchange.request.target
    # where several models are asked, one that is refused does not show in what the last one answers
    last_of_models = {_model(exchange): exchange for exchange in seen.exchanges if exchange.request.target == target}
    for model, exchange in last_of_models.items():
        if not _own_doing(exchange) and (found := of_refusal(exchange, seen.run.gateway_url or seen.run.gateway, model)):
            return found
    return None


def known_mistake(seen: Transcript) -> Diagnosis | None:
    """Return what the example itself did to be refused, where that is a mistake that many make."""
    exchange = seen.last_exchange
    if exchange is None or exchange.response is None or exchange.response.status != 400:
        return None
    return not_canonical(exchange.request.target) if _CODE_OF_PATH in exchange.response.body else None


def _own_doing(exchange: Exchange) -> bool:
    """Tell whether the example asked for a path that no known protocol has, or with another key than it was given."""
    key = (exchange.request.header("Authorization") or exchange.request.header("x-api-key") or "").rpartition(" ")[2]
    has_its_key = bool(key.strip("*"))
    path = exchange.request.target.partition("?")[0]
    return not has_its_key or protocol_of(path) is None or "//" in path


def _model(exchange: Exchange) -> str:
    try:
        body = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        body = None
    model = body.get("model") if isinstance(body, Mapping) else None
    return model if isinstance(model, str) else "that was asked for"
