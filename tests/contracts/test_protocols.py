"""Every protocol fulfils the contract of `protocols/__init__.py`."""

import importlib
import pkgutil

import pytest

from dvara_examples import protocols


def test_every_module_of_a_protocol_is_found() -> None:
    """No protocol is left out of the table, and it says of each which paths it answers."""
    modules = [info.name for info in pkgutil.iter_modules(protocols.__path__) if not info.name.startswith("_")]
    said = {end: name for name in modules for end in importlib.import_module(f"{protocols.__name__}.{name}").ENDPOINTS}
    assert said == protocols.SHIPPED
    assert protocols.endpoints() == said


def test_the_longer_of_two_endpoints_that_end_alike_comes_first() -> None:
    """A request for chat completions is never taken for one for completions."""
    endpoints = list(protocols.endpoints())
    for number, endpoint in enumerate(endpoints):
        assert not any(later.endswith(endpoint) for later in endpoints[number + 1 :])


@pytest.mark.parametrize(("endpoint", "name"), protocols.endpoints().items())
def test_a_module_reads_and_recognises(endpoint: str, name: str) -> None:
    """Each module makes a reader of its own for each response, and no protocol claims an empty object."""
    module = importlib.import_module(f"{protocols.__name__}.{name}")
    assert module.reader() is not module.reader()
    assert not module.speaks({})
    assert endpoint in module.ENDPOINTS
    assert protocols.protocol_of(f"/v1{endpoint}?a=b") == name
