"""The contract of an expectation: one assertion about a transcript.

An expectation is one module in the sub-package of its witness (``process``, ``output``, ``stream``, ``wire``). The file's name
is its key in the manifest, and the module has

* ``VALUE``, the :class:`~dvara_examples.core.shapes.Shape` of its value: the JSON Schema for editors, and the parser;
* one frozen, slotted dataclass that fulfils :class:`~dvara_examples.records.verdict.Expectation`.

Nothing else needs to change; the contract test finds the module by itself.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache, partial
from types import ModuleType

from dvara_examples.core.renamed import EXPECTATIONS
from dvara_examples.core.shapes import Shape, deferred, mapping
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
    """Import the module of one expectation."""
    return importlib.import_module(_homes()[key])


@cache
def expect_shape() -> Shape[Mapping[str, Expectation]]:
    """Return the shape of ``expect:``, a mapping of keys to their values."""
    keys = {key: deferred(partial(_value_shape, key)) for key in expectation_keys()}
    few = "at least one expectation, such as {exit: 0}"
    return mapping(keys, least=1, few=few, renamed=EXPECTATIONS, kind="expectation")


def _value_shape(key: str) -> Shape[Expectation]:
    shape: Shape[Expectation] = expectation_module(key).VALUE
    return shape


def parse_expectation(key: str, value: object) -> Expectation:
    """Parse one entry of ``expect:``; *key* may be an old name. Raises InvalidValue with a path that starts with *key*."""
    return expect_shape().parse({key: value})[EXPECTATIONS.get(key, key)]
