"""The place of network faults: what the network, not the gateway, does to the bytes between the two.

A fault will be one module in this package, named in the words of the field. The tap hands every response through
:class:`Fault` in front of any gateway; without a fault not one byte is changed.
"""

from typing import Protocol


class Fault(Protocol):
    """Spoils one response on its way to the example."""

    key: str
