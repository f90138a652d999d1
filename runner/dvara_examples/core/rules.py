"""Rules for the combination of keys in a mapping: a check, and the equivalent JSON Schema."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from dvara_examples.core.values import InvalidValue, one_of_words

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the keys of a mapping: *schema* for editors; *problem* returns what is wrong, or None."""

    schema: Mapping[str, object]
    problem: Callable[[Mapping[str, object]], InvalidValue | None]


def shown_keys(keys: Collection[str]) -> str:
    """Return ``a, b, c``, shortened if there are many."""
    return ", ".join([*keys][:_MOST_SHOWN]) + (", ..." if len(keys) > _MOST_SHOWN else "")


def exactly(keys: Collection[str]) -> Rule:
    """Return the rule that exactly one of *keys* is present."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        chosen = [key for key in keys if key in found]
        if len(chosen) == 1:
            return None
        return InvalidValue(f"one of {', '.join(keys)}", shown_keys(chosen) or shown_keys(found) or "an empty mapping")

    return Rule({"oneOf": [{"required": [key]} for key in keys]}, problem)


def some(keys: Collection[str], hint: str) -> Rule:
    """Return the rule that at least one of *keys* is present."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        return None if any(key in found for key in keys) else InvalidValue(" or ".join(keys), "neither", hint)

    return Rule({"anyOf": [{"required": [key]} for key in keys]}, problem)


def apart(one: str, other: str) -> Rule:
    """Return the rule that *one* and *other* are not both present."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        if one not in found or other not in found:
            return None
        return InvalidValue(f"{one!r} or {other!r}", "both", "remove one of them", (other,), on_key=True)

    return Rule({"not": {"required": [one, other]}}, problem)


def alone(key: str) -> Rule:
    """Return the rule that *key* cannot be combined with anything."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        if key not in found or len(found) == 1:
            return None
        return InvalidValue(f"{key!r} as the only key", shown_keys(found), "", (key,), on_key=True)

    return Rule({"dependentSchemas": {key: {"maxProperties": 1}}}, problem)


def needs(key: str, other: str, hint: str) -> Rule:
    """Return the rule that *key* needs *other*; *hint* describes that."""

    def problem(given: Mapping[str, object]) -> InvalidValue | None:
        if key not in given or other in given:
            return None
        return InvalidValue(f"{other!r} next to {key!r}", "none", hint, (key,), on_key=True)

    return Rule({"dependentRequired": {key: [other]}}, problem)


def explains(key: str, others: Collection[str]) -> Rule:
    """Return the rule that *key* needs one of *others*."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        if key not in found or any(other in found for other in others):
            return None
        hint = f"add what {key!r} explains, or remove it"
        return InvalidValue(f"{one_of_words(others)} next to {key!r}", "none", hint, (key,), on_key=True)

    return Rule({"dependentSchemas": {key: {"anyOf": [{"required": [other]} for other in others]}}}, problem)
