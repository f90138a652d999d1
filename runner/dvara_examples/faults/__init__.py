"""The contract of a fault: what the network, not the gateway, does to one response on its way to the client.

A fault is one module in this package. The file's name is its key in the manifest, and the module has

* ``VALUE``, the :class:`~dvara_examples.core.shapes.Shape` of its value: the JSON Schema for editors, and the parser;
* one frozen, slotted dataclass that fulfils :class:`Fault`.

``apply`` is a generator over the parts of one response (see `wire/parts.py`): it yields them, changed or not, and actions
between them. It passes on whatever it does not know, and :class:`NothingYet` at once; it ends when its input does, and
may end before. It is pure: the tap is responsible for time and sockets. Nothing else needs to change; the contract test
finds the module by itself.
"""

import importlib
import pkgutil
from enum import IntEnum
from functools import cache, partial
from types import ModuleType
from typing import ClassVar, Protocol

from dvara_examples.core.rules import alone
from dvara_examples.core.shapes import Shape, constant, deferred, either, mapping
from dvara_examples.wire.parts import Items


class Turn(IntEnum):
    """The turn of a fault among several on one response; within a turn the manifest's order counts."""

    RESPONSE = 0
    """Puts another response in its place."""
    CONTENT = 1
    """Adds, drops or spoils whole events and lines. Sees :class:`~dvara_examples.wire.parts.Event`; framing is rewritten."""
    SPELLING = 2
    """Writes the same events differently. Sees events, as above."""
    CODING = 3
    """Wraps the bytes of the body. Sees events, as above, and keeps their ends."""
    WRAPPING = 4
    """Writes the head, or what frames the body, differently; the body itself stays."""
    PLACE = 5
    """Acts at a place in the response; changes no byte before it."""
    PACE = 6
    """Decides when and in which segments bytes go out; changes none."""


REWRITING = (Turn.CONTENT, Turn.SPELLING, Turn.CODING)
"""The turns that see whole events."""


class Fault(Protocol):
    """A change to one response; ``str()`` describes it in words, beginning with the key."""

    key: ClassVar[str]
    turn: ClassVar[Turn]

    def apply(self, items: Items) -> Items:
        """Yield the changed *items*, the parts of one response; called again for each response."""
        ...


Faults = tuple[Fault, ...]
"""What happens to one request's response, in the manifest's order; empty: nothing."""

NONE = "none"
_EXPECTED = f"{NONE} or a mapping of faults, such as {{cut: {{after_events: 3}}}}"


@cache
def fault_keys() -> tuple[str, ...]:
    """Return every key that an entry of ``faults:`` may have, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")))


@cache
def fault_module(key: str) -> ModuleType:
    """Import the module of one fault."""
    return importlib.import_module(f"{__name__}.{key}")


@cache
def faults_shape() -> Shape[Faults]:
    """Return the shape of one entry of ``faults:``: ``none``, or a mapping of faults to their values."""
    keys = {key: deferred(partial(_value_shape, key)) for key in fault_keys()}
    rules = (alone("refuse"),)
    some = mapping(keys, least=1, few=_EXPECTED, rules=rules, kind="fault")
    return either(constant(NONE).to(lambda _: ()), some.to(lambda found: tuple(found.values())), expected=_EXPECTED)


def _value_shape(key: str) -> Shape[Fault]:
    shape: Shape[Fault] = fault_module(key).VALUE
    return shape


def parse_faults(entry: object) -> Faults:
    """Parse one entry of ``faults:``. Raises InvalidValue."""
    return faults_shape().parse(entry)


def in_words(faults: Faults) -> str:
    """Return an entry in words: ``none``, or ``cut after 3 events, slice into segments of 1 byte``."""
    return ", ".join(map(str, faults)) or NONE
