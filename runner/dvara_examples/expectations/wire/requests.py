"""``requests: 1`` · ``requests: {min: 1, max: 3}``: how many requests the example sent."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.transcript import Transcript
from dvara_examples.values import InvalidValue, as_int, as_mapping, below
from dvara_examples.verdict import Expectation, Finding, Witness

COUNT: dict[str, object] = {"type": "integer", "minimum": 0}
SCHEMA: dict[str, object] = {
    "description": "How many requests reached the wire.",
    "oneOf": [
        COUNT,
        {"type": "object", "properties": {"min": COUNT, "max": COUNT}, "additionalProperties": False, "minProperties": 1},
    ],
}


@dataclass(frozen=True, slots=True)
class Requests:
    """From *least* to *most* requests were sent (*most* None: no upper bound)."""

    key: ClassVar[str] = "requests"
    witness: ClassVar[Witness] = Witness.WIRE
    least: int
    most: int | None

    def check(self, seen: Transcript) -> Finding:
        """Count the requests that the tap saw."""
        count = len(seen.exchanges)
        ok = count >= self.least and (self.most is None or count <= self.most)
        sentence = ""
        if count < self.least:
            sentence = (
                "fewer requests than expected: a retry or a first request is missing" if count else "no request was sent at all"
            )
        elif not ok:
            sentence = "more requests than expected: something retried that should not, or retries multiply"
        return Finding(self.key, self.witness, ok, self._expected(), _requests(count), sentence)

    def _expected(self) -> str:
        if self.most == self.least:
            return _requests(self.least)
        return f"{self.least} to {self.most} requests" if self.most is not None else f"at least {_requests(self.least)}"


def _requests(count: int) -> str:
    return f"{count} request" if count == 1 else f"{count} requests"


def parse(value: object) -> Expectation:
    """Parse the value of ``requests:``."""
    if not isinstance(value, dict):
        count = as_int(value)
        return Requests(count, count)
    found = as_mapping(value, ("min", "max"))
    bounds: dict[str, int] = {}
    for key in found:
        with below(key):
            bounds[key] = as_int(found[key])
    if not bounds or bounds.get("min", 0) > bounds.get("max", bounds.get("min", 0)):
        raise InvalidValue(f"found the bounds {bounds}", "min, max or both are accepted, and min is not above max")
    return Requests(bounds.get("min", 0), bounds.get("max"))
