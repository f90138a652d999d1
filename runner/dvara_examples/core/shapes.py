"""Shapes of plain values: a parser and the JSON Schema of what it accepts, both made from one declaration.

``mapping({"min": whole(), "max": whole()}, least=1).to(Bounds)`` says once what a manifest may hold. Rules that a JSON Schema
cannot state stand in the function given to :meth:`Shape.to`, which raises :class:`~dvara_examples.core.values.InvalidValue`.
Lists and mappings report all that is wrong in them, not the first problem only.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dvara_examples.core.values import (
    InvalidValue,
    Path,
    as_int,
    as_list,
    as_mapping,
    as_one_of,
    as_seconds,
    as_text,
    describe,
    did_you_mean,
    quoted,
)

Schema = dict[str, object]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": (list, tuple),
    "object": Mapping,
}


@dataclass(frozen=True, slots=True)
class Shape(Generic[T_co]):
    """What a value may be: *schema* for editors; *parse* takes a plain value and raises InvalidValue."""

    schema: Schema
    parse: Callable[[object], T_co]

    def to(self, make: Callable[[T_co], U], description: str = "") -> "Shape[U]":
        """Return the shape whose parsed value is what *make* returns; *description* is shown by editors."""
        made = Shape(self.schema, lambda value: make(self.parse(value)))
        return made.described(description) if description else made

    def described(self, description: str) -> "Shape[T_co]":
        """Return the same shape with a *description* for editors."""
        return Shape({"description": description, **self.schema}, self.parse)

    def like(self, **keywords: object) -> "Shape[T_co]":
        """Return the same shape with more keywords in its schema, which the function that parses heeds already."""
        return Shape({**self.schema, **keywords}, self.parse)


ANYTHING: Shape[object] = Shape({}, lambda value: value)


def constant(wanted: str | bool, accepted: str = "") -> Shape[str | bool]:
    """Return the shape of one value."""

    def parse(value: object) -> str | bool:
        if type(value) is not type(wanted) or value != wanted:
            word = str(wanted).lower() if isinstance(wanted, bool) else wanted
            raise InvalidValue(f"found {describe(value)}", accepted or f"{word} is accepted")
        return wanted

    return Shape({"const": wanted}, parse)


def whole(least: int = 0, most: int | None = None) -> Shape[int]:
    """Return the shape of a whole number within bounds."""
    bounds = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return Shape({"type": "integer", **bounds}, lambda value: as_int(value, least=least, most=most))


def seconds(least: float = 0, most: float = 86_400) -> Shape[float]:
    """Return the shape of a number of seconds within bounds."""
    schema: Schema = {"type": "number", "minimum": least, "maximum": most}
    return Shape(schema, lambda value: as_seconds(value, least=least, most=most))


def one_of(known: Collection[str]) -> Shape[str]:
    """Return the shape of one of the *known* words."""
    return Shape({"enum": list(known)}, lambda value: as_one_of(value, known))


def text(least: int = 0, pattern: str = "", accepted: str | Callable[[str], str] = "", kind: str = "") -> Shape[str]:
    """Return the shape of a text of at least *least* characters that *pattern*, which is anchored, matches as a whole.

    *accepted* says what is, or makes that sentence from what was found; *kind* is what such a text is called.
    """
    limits: Schema = {"minLength": least} if least else {}
    if pattern:
        limits["pattern"] = pattern

    def parse(value: object) -> str:
        found = as_text(value)
        if len(found) < least:
            sentence = accepted if isinstance(accepted, str) else accepted(found)
            at_least = "a text with at least one character is accepted, as '' holds everywhere"
            raise InvalidValue("found an empty text", sentence or at_least)
        if pattern and not re.fullmatch(pattern, found, re.DOTALL):
            sentence = accepted if isinstance(accepted, str) else accepted(found)
            raise InvalidValue(f"found {kind}{quoted(found)}", sentence)
        return found

    return Shape({"type": "string", **limits}, parse)


def items(item: Shape[T], least: int = 1, few: str = "at least one is accepted") -> Shape[tuple[T, ...]]:
    """Return the shape of a list of *item*, *least* of them; *few* is what to say of a shorter one."""

    def parse(value: object) -> tuple[T, ...]:
        found = as_list(value)
        if len(found) < least:
            raise InvalidValue(f"found a list of {len(found)}" if found else "found an empty list", few)
        problems, parsed = _Problems(), []
        for index, one in enumerate(found):
            with problems.below(index):
                parsed.append(item.parse(one))
        problems.stop()
        return tuple(parsed)

    return Shape({"type": "array", "items": item.schema, "minItems": least}, parse)


def mapping(
    keys: Mapping[str, Shape[Any]],
    needed: Collection[str] = (),
    *,
    exactly_one: Collection[str] = (),
    least: int = 0,
    most: int | None = None,
    few: str = "",
) -> Shape[Mapping[str, Any]]:
    """Return the shape of a mapping with these *keys*, from *least* to *most* of them; *few* is what to say of other numbers.

    Those *needed* are there always, and of *exactly_one* just one.
    """
    counts: Schema = {"minProperties": least} if least else {}
    if most is not None:
        counts["maxProperties"] = most
    if needed:
        counts["required"] = list(needed)
    if exactly_one:
        counts["oneOf"] = [{"required": [key]} for key in exactly_one]

    def parse(value: object) -> Mapping[str, Any]:
        found = as_mapping(value)
        problems, parsed = _Problems(), {}
        for key, one in found.items():
            if key not in keys:
                unknown = InvalidValue(f"unknown key {quoted(key)}", did_you_mean(key, keys), (key,), on_key=True)
                problems.add(unknown)
                continue
            with problems.below(key):
                parsed[key] = keys[key].parse(one)
        problems.stop()
        for key in needed:
            if key not in found:
                raise InvalidValue(f"found no {key}", f"it is needed; known: {', '.join(keys)}")
        if len(found) < least or (most is not None and len(found) > most):
            what = f"a mapping with {len(found)} keys" if found else "an empty mapping"
            raise InvalidValue(f"found {what}", few or f"one of {', '.join(keys)} is accepted")
        chosen = [key for key in exactly_one if key in found]
        if exactly_one and len(chosen) != 1:
            raise InvalidValue(
                f"found {' and '.join(chosen) or 'none of these keys'}", f"one of {', '.join(exactly_one)} is accepted"
            )
        return parsed

    schema: Schema = {"type": "object", "properties": {key: keys[key].schema or True for key in keys}}
    return Shape({**schema, "additionalProperties": False, **counts}, parse)


def entries(name: Shape[str], value: Shape[T], few: str) -> Shape[Mapping[str, T]]:
    """Return the shape of a mapping of any keys that are a *name*, one at least; *few* is what to say of an empty one."""

    def parse(given: object) -> Mapping[str, T]:
        found = as_mapping(given)
        if not found:
            raise InvalidValue("found an empty mapping", few)
        problems, parsed = _Problems(), {}
        for key, one in found.items():
            with problems.below(key, on_key=True):
                name.parse(key)
            with problems.below(key):
                parsed[key] = value.parse(one)
        problems.stop()
        return parsed

    names = {key: keyword for key, keyword in name.schema.items() if key != "type"}
    schema: Schema = {"type": "object", "propertyNames": names}
    if value.schema:
        schema["additionalProperties"] = value.schema
    return Shape({**schema, "minProperties": 1}, parse)


def either(*shapes: Shape[T], accepted: str) -> Shape[T]:
    """Return what fits one of *shapes*, which differ in type or are constants; *accepted* is said where no type fits."""

    def parse(value: object) -> T:
        for shape in shapes:
            if "const" in shape.schema:
                if type(value) is type(shape.schema["const"]) and value == shape.schema["const"]:
                    return shape.parse(value)
            elif isinstance(value, _kinds(shape.schema)) and (not isinstance(value, bool) or "boolean" in _types(shape.schema)):
                try:
                    return shape.parse(value)
                except InvalidValue as error:
                    if error.path or not isinstance(value, int | float):
                        raise
        raise InvalidValue(f"found {describe(value)}", accepted)

    return Shape({"oneOf": [shape.schema for shape in shapes]}, parse)


def _types(schema: Schema) -> Sequence[str]:
    named = schema.get("type", "string")  # an enum is one of words
    return named if isinstance(named, list) else [str(named)]


def _kinds(schema: Schema) -> tuple[type, ...]:
    kinds = (_KINDS[name] for name in _types(schema))
    return tuple(one for kind in kinds for one in (kind if isinstance(kind, tuple) else (kind,)))


class _Problems:
    """Collects what is wrong with the parts of one value, and raises it all at once."""

    __slots__ = ("_found", "_on_key", "_path")

    def __init__(self) -> None:
        self._found: list[InvalidValue] = []
        self._path: Path = ()
        self._on_key = False

    def add(self, error: InvalidValue) -> None:
        self._found += error.all()

    def below(self, *path: str | int, on_key: bool = False) -> "_Problems":
        """Return the context in which an InvalidValue of the part at *path* is collected."""
        self._path, self._on_key = path, on_key
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, InvalidValue):
            return False
        self._found += (one.under(*self._path, on_key=self._on_key) for one in error.all())
        return True

    def stop(self) -> None:
        """Raise what was collected, if anything was."""
        if self._found:
            first, *others = self._found
            raise InvalidValue(first.found, first.accepted, first.path, on_key=first.on_key, others=others)
