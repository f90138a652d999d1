"""Rules on which keys a mapping may have together: a check, and the JSON Schema that says the same."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from dvara_examples.core.values import InvalidValue


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds among the keys of a mapping: *schema* for editors; *problem* says what is wrong, or None."""

    schema: Mapping[str, object]
    problem: Callable[[Mapping[str, object]], InvalidValue | None]


def exactly(keys: Collection[str]) -> Rule:
    """Return the rule that just one of *keys* is there."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        chosen = [key for key in keys if key in found]
        if len(chosen) == 1:
            return None
        return InvalidValue(f"found {' and '.join(chosen) or 'none of these keys'}", f"one of {', '.join(keys)} is accepted")

    return Rule({"oneOf": [{"required": [key]} for key in keys]}, problem)


def some(keys: Collection[str], accepted: str) -> Rule:
    """Return the rule that at least one of *keys* is there; *accepted* says what they are needed for."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        return None if any(key in found for key in keys) else InvalidValue(f"found neither {' nor '.join(keys)}", accepted)

    return Rule({"anyOf": [{"required": [key]} for key in keys]}, problem)


def apart(one: str, other: str) -> Rule:
    """Return the rule that *one* and *other* are not both there."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        if one not in found or other not in found:
            return None
        return InvalidValue(f"found {other!r} beside {one!r}", "one of them is accepted", (other,), on_key=True)

    return Rule({"not": {"required": [one, other]}}, problem)


def alone(key: str, accepted: str) -> Rule:
    """Return the rule that nothing else is there where *key* is."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        return InvalidValue(f"found another key beside {key}", accepted, (key,)) if key in found and len(found) > 1 else None

    return Rule({"dependentSchemas": {key: {"maxProperties": 1}}}, problem)


def needs(key: str, other: str, found: str, accepted: str) -> Rule:
    """Return the rule that *key* is not there without *other*; *found* and *accepted* are what to say."""

    def problem(given: Mapping[str, object]) -> InvalidValue | None:
        return InvalidValue(found, accepted, (key,), on_key=True) if key in given and other not in given else None

    return Rule({"dependentRequired": {key: [other]}}, problem)


def explains(key: str, others: Collection[str], accepted: str) -> Rule:
    """Return the rule that *key* is there only beside one of *others*."""

    def problem(found: Mapping[str, object]) -> InvalidValue | None:
        if key not in found or any(other in found for other in others):
            return None
        return InvalidValue(f"found {key} without anything that differs", accepted, (key,), on_key=True)

    return Rule({"dependentSchemas": {key: {"anyOf": [{"required": [other]} for other in others]}}}, problem)
