"""Checks on plain values (from YAML or JSON), with errors that know their path within the value.

Expectations and answers are parsed from plain values, so a manifest and a stored transcript share one parser.
The manifest maps :attr:`InvalidValue.path` to a line and column.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any

Path = tuple[str | int, ...]

_LONGEST_WORD = 200


class InvalidValue(ValueError):  # noqa: N818 - reads as the sentence it starts
    """A value is not what it should be.

    *path* leads from the parsed value to the wrong part (mapping keys and sequence indices).
    *on_key* is set if the key itself is wrong, not its value. *others* are further problems of the same value, and *parts*
    is what was made of its valid parts.
    """

    def __init__(
        self,
        expected: str,
        found: str,
        hint: str = "",
        path: Path = (),
        *,
        on_key: bool = False,
        others: "Collection[InvalidValue]" = (),
        parts: object = None,
    ) -> None:
        super().__init__(expected, found, hint)
        self.expected = expected
        self.found = found
        self.hint = hint
        self.path = path
        self.on_key = on_key
        self.parts: Any = parts
        self._others = tuple(others)

    def __str__(self) -> str:
        return f"{self.cause}; {self.hint}" if self.hint else self.cause

    @property
    def cause(self) -> str:
        """What is wrong, as ``expected X, found Y``."""
        return f"expected {self.expected}, found {self.found}"

    def all(self) -> "tuple[InvalidValue, ...]":
        """Return each problem separately, this one first."""
        return self._at(self.path, on_key=self.on_key), *self._others

    def under(self, *prefix: str | int, on_key: bool = False) -> "InvalidValue":
        """Return the same error, relative to the value that contains this one at *prefix*; with *on_key* it is about that key."""
        others = [other.under(*prefix) for other in self._others]
        return self._at((*prefix, *self.path), on_key=self.on_key or on_key, others=others)

    def _at(self, path: Path, *, on_key: bool, others: "Collection[InvalidValue]" = ()) -> "InvalidValue":
        return InvalidValue(self.expected, self.found, self.hint, path, on_key=on_key, others=others)


class below:  # noqa: N801 - reads as the word it is in ``with below("key"):``
    """Prefix the path of every InvalidValue from the block with *path*.

    A class, because a generator would cost five times as much, and a manifest of ten thousand cases enters here very often.
    """

    __slots__ = ("_path",)

    def __init__(self, *path: str | int) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, InvalidValue):
            raise error.under(*self._path) from None


_SHORT_LIST = 6
_LONG_LIST = 50
"""More known words than these help nobody who has mistyped one."""
_MOST_NEAR = 3


def _nearest(word: str, known: Collection[str]) -> list[str]:
    """Return the known words nearest to *word*, including ties; none if none is near, or too many are."""
    if len(word) > _LONGEST_WORD:  # comparing costs many times the word's size in memory
        return []
    import difflib

    matcher = difflib.SequenceMatcher()
    matcher.set_seq2(word.lower())
    best, near = 0.6, list[str]()
    for one in dict.fromkeys(known):
        matcher.set_seq1(one.lower())
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best or (ratio := matcher.ratio()) < best:
            continue
        near = [*near, one] if near and ratio == best else [one]
        best = ratio
    return near if len(near) <= _MOST_NEAR else []


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word nearest to *word*, or None if none is near, or several are equally near."""
    near = _nearest(word, known)
    return near[0] if len(near) == 1 else None


def near_words(word: str, known: Collection[str]) -> str:
    """Return ``did you mean 'x'?``, with all words that are equally near; empty if none is."""
    near = " or ".join(map(repr, _nearest(word, known)))
    return f"did you mean {near}?" if near else ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ``did you mean 'x'? known: a, b, x`` (without the question if nothing is near), shortened for long lists."""
    question = near_words(word, known)
    if not known:
        return "none are known"
    if len(known) > _LONG_LIST and question:
        return f"{question} {len(known)} are known"
    shown = sorted(known)[:_LONG_LIST]
    more = f", and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"{question} known: {', '.join(shown)}{more}".lstrip()


def unknown_word(word: str, known: Collection[str], what: str) -> InvalidValue:
    """Return the error for a *word* that is not one of *known*; *what* describes these if there are many."""
    near = near_words(word, known)
    if 0 < len(known) <= _SHORT_LIST:
        return InvalidValue(one_of_words(known), quoted(word), near)
    return InvalidValue(what, quoted(word), near or did_you_mean(word, known))


def one_of_words(known: Collection[str], joint: str = "or") -> str:
    """Return ``a, b or c``."""
    *first, last = known
    return f"{', '.join(first)} {joint} {last}" if first else last


def quoted(text: str, most: int = 60) -> str:
    """Return *text* in quotes with control characters escaped, shortened to *most* characters."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def describe(value: object) -> str:
    """Describe a plain value with its type, short enough for an error message."""
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value, 40)}"
        case Mapping():
            return "a mapping"
        case Sequence():
            return f"a list of {len(value)}"
        case _:
            return f"a {type(value).__name__}"


def as_mapping(value: object, known: Collection[str] | None = None) -> Mapping[str, object]:
    """Return *value* as a mapping whose keys are all in *known* (None: any text)."""
    if not isinstance(value, Mapping):
        raise InvalidValue("a mapping", describe(value))
    for key in value:
        if not isinstance(key, str):
            raise InvalidValue("text as a key", describe(key), "put it in quotes", (key,), on_key=True)
        if known is not None and key not in known:
            raise unknown_word(key, known, "a known key").under(key, on_key=True)
    return value


def as_list(value: object) -> Sequence[object]:
    """Return *value* as a list."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidValue("a list", describe(value), "write [a, b], or one item per line after a dash")
    return value


def as_text(value: object) -> str:
    """Return *value* as text; YAML 1.1 surprises (``no``, ``1:30``, ``1.20``) must be quoted to be text."""
    if not isinstance(value, str):
        scalar = value is None or isinstance(value, bool | int | float)
        raise InvalidValue("text", describe(value), "put it in quotes if text is meant" if scalar else "")
    return value


def as_texts(value: object) -> tuple[str, ...]:
    """Return *value*, one text or a list of texts, as a tuple."""
    if isinstance(value, str):
        return (value,)
    texts = []
    for index, item in enumerate(as_list(value)):
        with below(index):
            texts.append(as_text(item))
    return tuple(texts)


def as_bool(value: object) -> bool:
    """Return *value* as a boolean."""
    if not isinstance(value, bool):
        raise InvalidValue("true or false", describe(value))
    return value


def as_int(value: object, *, least: int = 0, most: int | None = None) -> int:
    """Return *value* as a whole number within the bounds."""
    bounds = f"a whole number from {least}" + (f" to {most}" if most is not None else " up")
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        raise InvalidValue(bounds, describe(value))
    return value


def as_seconds(value: object, *, least: float = 0.0, most: float = 86_400.0) -> float:
    """Return *value* as a number of seconds within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not least <= value <= most:
        raise InvalidValue(f"a number of seconds from {least:g} to {most:g}", describe(value))
    return float(value)


def as_one_of(value: object, known: Collection[str]) -> str:
    """Return *value* as one of the *known* words."""
    text = as_text(value)
    if text not in known:
        raise unknown_word(text, known, "a known value")
    return text


def as_pattern(value: object) -> re.Pattern[str]:
    """Return *value* compiled as a Python regular expression."""
    text = as_text(value)
    try:
        return re.compile(text, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:  # the latter two: nested too deeply, or too many repetitions
        raise InvalidValue("a Python regular expression", quoted(text), f"it does not compile: {error}") from None
