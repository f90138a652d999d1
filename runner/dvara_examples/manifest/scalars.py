"""Reads one plain (unquoted) word of YAML, and refuses it if the two versions of YAML read it differently.

PyYAML follows YAML 1.1 (where ``no`` is a boolean, ``010`` is 8 and ``1:30`` is 90); editors and most other tools follow the core
schema of YAML 1.2 (section 10.3 of its specification). A word that both read alike is accepted; any other must be quoted or
written plainly, so that nobody needs to know which version applies.
"""

import re
from dataclasses import dataclass

import yaml

from dvara_examples.core.values import describe

MOST_DIGITS = 18
"""Whole numbers of more digits are refused: they fit no machine word, and Python itself refuses to read very long ones."""
_LONGEST_SHOWN = 60
_ALIKE = "a value that all versions of YAML read alike"

_CORE_1_2 = re.compile(
    r"(?P<null>null|Null|NULL|~|)"
    r"|(?P<bool>true|True|TRUE|false|False|FALSE)"
    r"|(?P<int>[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_TAG_PREFIX = "tag:yaml.org,2002:"
_SPELLED = {"null": None, "true": True, "false": False, "": None}


@dataclass(frozen=True, slots=True)
class RefusedScalar:
    """A refused word: the message, and the *value* to continue with."""

    expected: str
    found: str
    hint: str
    value: object


def read_plain(word: str) -> object:
    """Return what a plain *word* means: None, a boolean, a number, or the word itself; or why it is :class:`Refused`."""
    kind_1_1 = _kind_1_1(word)
    matched = _CORE_1_2.fullmatch(word)
    kind_1_2 = (matched and matched.lastgroup) or "str"
    if kind_1_1 == kind_1_2 == "str":
        return word
    if kind_1_1 != kind_1_2 or (kind_1_1 == "int" and re.match(r"[-+]?0[0-9]", word)):
        return _read_two_ways(word, kind_1_1, kind_1_2)
    if kind_1_1 in ("null", "bool"):
        return _read_spelled(word)
    return _read_number(word, kind_1_1)


def _kind_1_1(word: str) -> str:
    """Return the last part of the tag that YAML 1.1, as PyYAML implements it, gives to a plain *word*."""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    for tag, pattern in resolvers.get(word[:1], ()):
        if pattern.match(word):
            return str(tag).removeprefix(_TAG_PREFIX)
    return "str"


def _read_spelled(word: str) -> object:
    if word in _SPELLED:
        return _SPELLED[word]
    value = _SPELLED.get(word.lower())
    meant = "null" if value is None else str(value).lower()
    return RefusedScalar(
        f"{meant} or quoted text",
        f"the unquoted {word}",
        f"write {meant}, or put it in quotes if text is meant",
        value,
    )


def _read_number(word: str, kind: str) -> object:
    if kind == "int":
        if sum(c.isalnum() for c in word) > MOST_DIGITS:
            return RefusedScalar(f"a number of at most {MOST_DIGITS} digits", f"one of {len(word)} digits", "", 0)
        return int(word, 0)
    if word.lower().endswith(("inf", "nan")):
        what = "infinity" if word.lower().endswith("inf") else "no number (NaN)"
        return RefusedScalar("a finite number", f"{word}, which YAML reads as {what}", "put it in quotes if text is meant", 0.0)
    value = float(word)
    if value in (float("inf"), float("-inf")):
        return RefusedScalar("a finite number", "one too large to hold", "", 0.0)
    return value


def _read_two_ways(word: str, kind_1_1: str, kind_1_2: str) -> RefusedScalar:
    """Say how the two versions of YAML read *word*; the value to continue with is that of YAML 1.1."""
    if len(word) > _LONGEST_SHOWN:
        return RefusedScalar(_ALIKE, "a very long number", "put it in quotes", word)
    value = yaml.safe_load(word) if kind_1_1 in ("bool", "int", "float") else word
    as_1_1 = _NAMES_1_1.get(kind_1_1) or describe(value)
    as_1_2 = "text" if kind_1_2 == "str" else f"the number {_decimal(word) if kind_1_2 == 'int' else word}"
    if isinstance(value, bool):
        instead = f" if text is meant, or write {str(value).lower()}"
    elif "the number" in as_1_1 + as_1_2:
        instead = " if text is meant, or write the number in plain decimal digits"
    else:
        instead = ""
    return RefusedScalar(
        _ALIKE,
        f"the unquoted {word} (YAML 1.1: {as_1_1}, YAML 1.2: {as_1_2})",
        f"put it in quotes{instead}",
        value,
    )


_NAMES_1_1 = {"str": "text", "timestamp": "a date", "merge": "a merge key", "value": "the mark of a default value"}


def _decimal(word: str) -> int:
    """Return what YAML 1.2 reads: digits are decimal there, despite leading zeros, and octal begins with 0o."""
    return int(word, 0 if word.startswith(("0o", "0x")) else 10)
