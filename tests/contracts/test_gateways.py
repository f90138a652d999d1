"""Every gateway kind that is found fulfils the contract of its package."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dvara_examples.core.clock import SystemClock
from dvara_examples.core.world import World
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.gateways import CAPABILITIES, NAMED, kinds, open_gateway

READY = [kind for kind in kinds() if kind not in NAMED]
"""The kinds that start nothing; those that do are tried in tests/gateways."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which every kind can be opened: a gateway runs at DVARA_URL."""
    out = tmp_path / "out"
    with EmbeddedServer(clock=SystemClock()) as embedded, out.open("w") as stream:
        environ = {"DVARA_URL": embedded.base_url, "DVARA_API_KEY": embedded.default_key}
        yield World(environ, tmp_path, tmp_path, tmp_path / "manifest.yaml", tmp_path, tmp_path, stream, stream)


@pytest.mark.parametrize("kind", READY)
def test_an_endpoint_answers(world: World, kind: str) -> None:
    """Within its block, an endpoint's base URL ends in its prefix and lists models to its key, and nothing shows the key."""
    with open_gateway(kind, world) as gateway, gateway.endpoint([]) as endpoint:
        assert gateway.kind == kind
        assert gateway.capabilities <= set(CAPABILITIES)
        assert not endpoint.base_url.endswith("/")
        reply = requests.get(f"{endpoint.base_url}/models", headers={"Authorization": f"Bearer {endpoint.key}"}, timeout=10)
        assert [model["id"] for model in reply.json()["data"]] == list(gateway.models)
        assert endpoint.key not in gateway.description + repr(gateway)


def test_the_kinds_that_take_a_name_are_kinds() -> None:
    """Every kind that starts what is described has a module of its own."""
    assert set(NAMED) <= set(kinds())
