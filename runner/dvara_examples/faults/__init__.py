"""The contract of a fault: what the network, not the gateway, does to one response on its way to the client.

A fault is one module in this package. The file's name is its key in the manifest, and the module holds

* ``VALUE``, the :class:`~dvara_examples.core.shapes.Shape` of its value: the JSON Schema for editors, and the parser;
* one frozen, slotted dataclass that fulfils :class:`Fault`.

``spoil`` is a generator over the parts of one response (see `wire/parts.py`): it yields them, changed or not, and between them
what is to be done. It passes on whatever it does not know, and :class:`NothingYet` at once; it ends when its input does, and
may end before. It is pure: time and sockets are the business of the tap. Nothing else needs to change; the contract test
finds the module by itself.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from types import ModuleType
from typing import ClassVar, Protocol

from dvara_examples.core.values import InvalidValue, as_mapping, below, describe, did_you_mean, quoted
from dvara_examples.wire.parts import Items


class Turn(IntEnum):
    """When a fault has its turn among several on one response; within a turn the manifest's order counts."""

    RESPONSE = 0
    """Puts another response in its place."""
    CONTENT = 1
    """Adds, drops or spoils whole events and lines. Sees :class:`~dvara_examples.wire.parts.Event`; framing is made anew."""
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
    """What happens to one response; ``str()`` says it in words, beginning with the key."""

    key: ClassVar[str]
    turn: ClassVar[Turn]

    def apply(self, items: Items) -> Items:
        """Yield what becomes of *items*, the parts of one response; begun anew for each response."""
        ...


Faults = tuple[Fault, ...]
"""What happens to one request's response, in the manifest's order; empty: nothing."""

NONE = "none"


@cache
def fault_keys() -> tuple[str, ...]:
    """Return every key that an entry of ``faults:`` may hold, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")))


@cache
def fault_module(key: str) -> ModuleType:
    """Import the module of one fault. Raises InvalidValue where no such fault exists."""
    if key not in fault_keys():
        raise InvalidValue(f"unknown fault {quoted(key)}", did_you_mean(key, fault_keys()), (key,), on_key=True)
    return importlib.import_module(f"{__name__}.{key}")


def parse_fault(key: str, value: object) -> Fault:
    """Parse one fault of an entry. Raises InvalidValue with a path that starts with *key*."""
    module = fault_module(key)
    with below(key):
        parsed: Fault = module.VALUE.parse(value)
    return parsed


def parse_faults(entry: object) -> Faults:
    """Parse one entry of ``faults:``: ``none``, or a mapping of faults to their values. Raises InvalidValue."""
    if entry == NONE:
        return ()
    if not isinstance(entry, Mapping) or not entry:
        found = "an empty mapping" if entry == {} else describe(entry)
        raise InvalidValue(f"found {found}", f"{NONE} or a mapping of faults is accepted, such as {{cut: {{after_events: 3}}}}")
    faults = tuple(parse_fault(key, value) for key, value in as_mapping(entry).items())
    alone = next((fault.key for fault in faults if fault.key == "refuse"), None)
    if alone and len(faults) > 1:
        raise InvalidValue("found another fault beside refuse", "refuse must be the only fault of a request", (alone,))
    return faults


def in_words(faults: Faults) -> str:
    """Return an entry in words: ``none``, or ``cut after 3 events, slice into segments of 1 byte``."""
    return ", ".join(map(str, faults)) or NONE
