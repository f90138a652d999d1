"""Expectations whose only value is ``true``."""

from dvara_examples.core.values import InvalidValue, describe


def require_true(value: object, otherwise: str) -> None:
    """Raise InvalidValue for anything but true; *otherwise* says when to leave the key out, as ``false`` would want nothing."""
    if value is not True:
        raise InvalidValue(f"found {describe(value)}", f"true is accepted; leave the key out {otherwise}")
