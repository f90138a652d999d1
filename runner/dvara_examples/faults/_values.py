"""Values that several faults take."""

from dvara_examples.core.values import InvalidValue, describe

LONGEST_S = 3600.0
SECONDS: dict[str, object] = {"type": "number", "minimum": 0, "maximum": LONGEST_S}
TRUE: dict[str, object] = {"const": True}


def as_true(value: object) -> None:
    """Take the one value of a fault that needs no number."""
    if value is not True:
        raise InvalidValue(f"found {describe(value)}", "true is accepted")
