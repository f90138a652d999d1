"""The contract of an expectation: one assertion about a transcript.

An expectation is one module in the sub-package of its witness (``process``, ``output``, ``stream``, ``wire``). The file's name
is its key in the manifest, and the module holds

* ``VALUE``, the :class:`~dvara_examples.core.shapes.Shape` of its value: the JSON Schema for editors, and the parser;
* one frozen, slotted dataclass that fulfils :class:`~dvara_examples.records.verdict.Expectation`.

Nothing else needs to change; the contract test finds the module by itself.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

from dvara_examples.core.renamed import EXPECTATIONS
from dvara_examples.core.values import InvalidValue, below, did_you_mean, quoted
from dvara_examples.records.verdict import Expectation

WITNESSES = ("process", "output", "stream", "wire")


@cache
def _homes() -> Mapping[str, str]:
    found = {}
    for witness in WITNESSES:
        package = importlib.import_module(f"{__name__}.{witness}")
        for info in pkgutil.iter_modules(package.__path__):
            if not info.name.startswith("_"):
                found[info.name] = f"{package.__name__}.{info.name}"
    return found


def expectation_keys() -> tuple[str, ...]:
    """Return every key that a manifest may use under ``expect:``, in the order of the witnesses."""
    return tuple(_homes())


@cache
def expectation_module(key: str) -> ModuleType:
    """Import the module of one expectation. Raises InvalidValue where no such expectation exists."""
    if key not in _homes():
        raise InvalidValue(f"unknown expectation {quoted(key)}", did_you_mean(key, expectation_keys()), (key,), on_key=True)
    return importlib.import_module(_homes()[key])


def parse_expectation(key: str, value: object) -> Expectation:
    """Parse one entry of ``expect:``; *key* may be an old name. Raises InvalidValue with a path that starts with *key*."""
    module = expectation_module(EXPECTATIONS.get(key, key))
    with below(key):
        parsed: Expectation = module.VALUE.parse(value)
    return parsed
