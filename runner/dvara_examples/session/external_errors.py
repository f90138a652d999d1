"""Causes of a failure other than the example: a gateway that is down, a model that it does not know, an account's limit."""

import json
from collections.abc import Mapping

from dvara_examples.core.errors import Diagnosis
from dvara_examples.protocols import protocol_of
from dvara_examples.records.hints import not_canonical, of_refusal
from dvara_examples.records.transcript import Exchange, Transcript

_CODE_OF_PATH = b'"invalid_path"'


def external_error(seen: Transcript) -> Diagnosis | None:
    """Return what prevented the example's last request to a model, or None if only the example can be the cause.

    With scripted answers, or faults of the network, refusals are part of the test.
    """
    if seen.last_exchange is None or seen.scripted or seen.faults:
        return None
    target = seen.last_exchange.request.target
    # if several models are asked, the last answer does not show that one was refused
    last_of_models = {_model(exchange): exchange for exchange in seen.exchanges if exchange.request.target == target}
    for model, exchange in last_of_models.items():
        if not _own_doing(exchange) and (found := of_refusal(exchange, seen.run.gateway_url or seen.run.gateway, model)):
            return found
    return None


def known_mistake(seen: Transcript) -> Diagnosis | None:
    """Return the example's own mistake that caused a refusal, if it is a common one."""
    exchange = seen.last_exchange
    if exchange is None or exchange.response is None or exchange.response.status != 400:
        return None
    return not_canonical(exchange.request.target) if _CODE_OF_PATH in exchange.response.body else None


def _own_doing(exchange: Exchange) -> bool:
    """Tell whether the example used a path that no known protocol has, or a key that it was not given."""
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
