"""The embedded gateway."""

from collections.abc import Callable

import pytest
import requests

from dvara_examples.core.values import InvalidValue
from dvara_examples.core.world import World
from dvara_examples.gateways import CAPABILITIES, open_gateway
from dvara_examples.records.model import Endpoint


def ask(endpoint: Endpoint) -> requests.Response:
    """Ask once, without streaming."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]}
    headers = {"Authorization": f"Bearer {endpoint.key}"}
    return requests.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers, timeout=10)


def test_every_endpoint_has_its_own_script(world: Callable[..., World]) -> None:
    """Two runs at once share the address, but neither the key nor the answers; without answers the book answers."""
    with (
        open_gateway("embedded", world()) as gateway,
        gateway.endpoint(["one"]) as first,
        gateway.endpoint([{"error": {"status": 503}}, "two"]) as second,
        gateway.endpoint([]) as third,
    ):
        assert first.base_url == second.base_url
        assert len({first.key, second.key, third.key}) == 3
        assert [ask(endpoint).status_code for endpoint in (second, first, second, third)] == [503, 200, 200, 200]
        assert ask(first).json()["choices"][0]["message"]["content"] == "one"


def test_an_endpoint_ends_with_its_block(world: Callable[..., World]) -> None:
    """Its key is not accepted afterwards."""
    with open_gateway("embedded", world()) as gateway:
        with gateway.endpoint(["one"]) as endpoint:
            pass
        assert ask(endpoint).status_code == 401


def test_it_says_what_it_can(world: Callable[..., World]) -> None:
    """It is scripted, has governance and models, and needs nothing of the environment."""
    with open_gateway("embedded", world()) as gateway:
        assert (gateway.kind, gateway.description) == ("embedded", "embedded")
        assert gateway.capabilities == {"scripted", "governance"}
        assert gateway.capabilities <= set(CAPABILITIES)
        assert "mock/test-model" in gateway.models


def test_a_wrong_answer_is_told(world: Callable[..., World]) -> None:
    """The answers of an endpoint are checked before anything runs."""
    with (
        open_gateway("embedded", world()) as gateway,
        pytest.raises(InvalidValue, match="did you mean 'text'"),
        gateway.endpoint([{"txt": "x"}]),
    ):
        pass
