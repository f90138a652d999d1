"""Values that several expectations take: ``true``, and numbers with bounds (``12``, ``{min: 1, max: 3}``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from dvara_examples.core.shapes import Shape, constant, either, mapping, seconds, whole
from dvara_examples.core.values import InvalidValue

T = TypeVar("T")
Number = TypeVar("Number", int, float)

SOONEST_S = 0.001
"""The least time limit: nothing is faster, and 0 would never hold."""
_TRUTH = "min, max or both, with min not above max"


@dataclass(frozen=True, slots=True)
class Range(Generic[Number]):
    """From *least* to *most*, both included (*most* None: no upper bound)."""

    least: Number
    most: Number | None

    def __contains__(self, number: Number) -> bool:
        return number >= self.least and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


def counted(count: str, noun: str) -> str:
    """Return ``1 request``, ``at least 1 request``, ``3 requests``."""
    return f"{count} {noun}" if count.split()[-1] == "1" else f"{count} {noun}s"


def bounds(number: Shape[Number]) -> Shape[Range[Number]]:
    """Return the shape of a mapping with ``min``, ``max`` or both; refuses one that every number fulfils."""
    return mapping({"min": number, "max": number}, least=1, few=_TRUTH).to(_range)


def _range(found: Mapping[str, Number]) -> Range[Number]:
    least, most = found.get("min", 0), found.get("max")
    if most is not None and least > most:
        raise InvalidValue(_TRUTH, f"{dict(found)}")
    if most is None and not least:
        raise InvalidValue("a min above 0, or a max as well", "{'min': 0}, which always holds")
    return Range(least, most)


COUNT: Shape[Range[int]] = either(
    whole().to(lambda count: Range(count, count)),
    bounds(whole()),
    expected="a whole number from 0 up, or bounds such as {min: 1, max: 3}",
)
TIME_LIMIT = seconds(SOONEST_S)
"""An upper bound in seconds."""


def flag(expectation: T, otherwise: str, description: str) -> Shape[T]:
    """Return the shape of true; *otherwise* says when to leave the key out, as ``false`` would want nothing."""
    return constant(True, f"remove the key {otherwise}").to(lambda _: expectation, description)
