"""What faults share that end a response at a place."""

from dvara_examples.faults import Fault
from dvara_examples.faults._notes import did, never_came
from dvara_examples.faults._place import Place
from dvara_examples.wire.parts import Fin, Items, Rst


def end_at(place: Place, items: Items, fault: Fault, end: type[Fin | Rst]) -> Items:
    """Pass on what is before *place* and *end* the response there; note this, or that the place never came."""
    rest = yield from place.reach(items)
    if rest is None:
        yield never_came(fault)
        return
    yield did(fault)
    yield end(str(fault))
