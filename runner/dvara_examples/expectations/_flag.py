"""Expectations whose only value is ``true``."""

from typing import TypeVar

from dvara_examples.core.shapes import Shape, constant

T = TypeVar("T")


def flag(expectation: T, otherwise: str, description: str) -> Shape[T]:
    """Return the shape of true; *otherwise* says when to leave the key out, as ``false`` would want nothing."""
    return constant(True, f"remove the key {otherwise}").to(lambda _: expectation, description)
