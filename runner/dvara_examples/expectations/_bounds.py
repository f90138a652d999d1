"""Numbers with bounds: ``12``, ``{min: 1, max: 3}``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from dvara_examples.core.values import InvalidValue, as_int, as_mapping, as_seconds, below

Number = TypeVar("Number", int, float)

SOONEST_S = 0.001
"""The least time limit: nothing is faster, and 0 would never hold."""
SECONDS: dict[str, object] = {"type": "number", "minimum": SOONEST_S, "maximum": 86_400}


def bounds_schema(number: Mapping[str, object]) -> dict[str, object]:
    """Return the JSON Schema of a mapping of bounds, each one a *number*."""
    return {
        "type": "object",
        "properties": {"min": dict(number), "max": dict(number)},
        "additionalProperties": False,
        "minProperties": 1,
    }


_COUNT: dict[str, object] = {"type": "integer", "minimum": 0}
COUNT_SCHEMA: dict[str, object] = {"oneOf": [_COUNT, bounds_schema(_COUNT)]}


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


def parse_count(value: object) -> Range[int]:
    """Parse a whole number, or a mapping of bounds."""
    if isinstance(value, dict):
        return parse_bounds(value, as_int)
    count = as_int(value)
    return Range(count, count)


def parse_bounds(value: object, read: Callable[[object], Number]) -> Range[Number]:
    """Parse a mapping with ``min``, ``max`` or both, each read by *read*; one that every number fulfils is refused."""
    found = as_mapping(value, ("min", "max"))
    bounds: dict[str, Number] = {}
    for key in found:
        with below(key):
            bounds[key] = read(found[key])
    least, most = bounds.get("min", 0), bounds.get("max")
    if not bounds or (most is not None and least > most):
        raise InvalidValue(f"found the bounds {dict(bounds)}", "min, max or both are accepted, and min is not above max")
    if most is None and not least:
        raise InvalidValue("found the bounds {'min': 0}, which hold always", "a min above 0, or a max as well, is accepted")
    return Range(least, most)


def parse_time_limit(value: object) -> float:
    """Parse an upper bound in seconds."""
    return as_seconds(value, least=SOONEST_S)
