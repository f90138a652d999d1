"""``responses: [503, 503, 200]``: the status of each response in order, ``none`` if no response came."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import Shape, constant, either, items, whole
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Responses:
    """The requests were answered with exactly these statuses, in order (None: no response)."""

    key: ClassVar[str] = "responses"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[int | None, ...]

    def check(self, seen: Transcript) -> Finding:
        """Compare with the statuses that came over the wire."""
        found = tuple(exchange.response.status if exchange.response else None for exchange in seen.exchanges)
        if found == self.wanted:
            return Finding(self.key, self.witness, True, _shown(self.wanted), _shown(found))
        place = next((i for i, (a, b) in enumerate(zip(found, self.wanted, strict=False)) if a != b), None)
        where = f"request {seen.exchanges[place].number}" if place is not None else ""
        return Finding(self.key, self.witness, False, _shown(self.wanted), _shown(found), self._sentence(found, place), where)

    def _sentence(self, found: tuple[int | None, ...], place: int | None) -> str:
        if not found:
            return "the example never sent a request"
        if place is not None:
            return "the gateway answered in another way than expected"
        less = len(found) < len(self.wanted)
        return "the example stopped asking too early" if less else "the example went on asking after the last of these"


def _shown(statuses: tuple[int | None, ...]) -> str:
    return ", ".join("none" if status is None else str(status) for status in statuses) or "no request"


_STATUS: Shape[int | None] = either(
    whole(200, 599),
    constant("none").to(lambda _: None),
    expected="a status from 200 to 599, or none",
)

VALUE = items(_STATUS, few="at least one status (for none, say requests: 0)").to(
    Responses, "The status of the response to each request, in order; `none` where none came."
)
