"""Shapes of plain values: one declaration gives both a parser and the JSON Schema of what it accepts.

``mapping({"min": whole(), "max": whole()}, least=1).to(Bounds)`` declares what a manifest may contain. Rules that JSON Schema
cannot express are in the function given to :meth:`Shape.to`, which raises :class:`~dvara_examples.core.values.InvalidValue`.
Lists and mappings report all their problems, not only the first.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, NoReturn, TypeVar

from dvara_examples.core.rules import Rule, exactly, shown_keys
from dvara_examples.core.values import (
    InvalidValue,
    as_bool,
    as_int,
    as_list,
    as_mapping,
    as_one_of,
    as_seconds,
    as_text,
    describe,
    nearest,
    one_of_words,
    quoted,
    unknown_word,
)

Schema = dict[str, object]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
_LONG_LIST = 8
"""More keys than these are not listed where one value is wrong."""


def _any(_value: object) -> bool:
    return True


def _no_hint(_found: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Shape(Generic[T_co]):
    """What a value may be: *parse* takes a plain value and raises InvalidValue.

    *schema* is for editors, and built on demand. *fits* tells whether a value has the type, valid or not.
    """

    make_schema: Callable[[], Schema]
    parse: Callable[[object], T_co]
    fits: Callable[[object], bool] = _any

    @property
    def schema(self) -> Schema:
        """The JSON Schema of the value."""
        return self.make_schema()

    def to(self, make: Callable[[T_co], U], description: str = "") -> "Shape[U]":
        """Return the shape whose parsed value is the result of *make*; editors show *description*."""

        def parse(value: object) -> U:
            try:
                parsed = self.parse(value)
            except InvalidValue as error:
                error.parts = None
                raise
            return make(parsed)

        made = Shape(self.make_schema, parse, self.fits)
        return made.described(description) if description else made

    def described(self, description: str) -> "Shape[T_co]":
        """Return the same shape with a *description* for editors."""
        return Shape(lambda: {"description": description, **self.schema}, self.parse, self.fits)

    def like(self, **keywords: object) -> "Shape[T_co]":
        """Return the same shape with more keywords in its schema, which the parsing function already enforces."""
        return Shape(lambda: {**self.schema, **keywords}, self.parse, self.fits)

    def plain(self) -> "Shape[Any]":
        """Return the same shape with the plain value as its result; equal values are checked once and shared."""
        known: dict[str, object] = {}

        def parse(value: object) -> object:
            text = repr(value)  # tells 1 from true from '1', much faster than parsing
            if text not in known:
                try:
                    self.parse(value)
                except InvalidValue as error:
                    error.parts = value
                    raise
                known[text] = value
            return known[text]

        return Shape(self.make_schema, parse, self.fits)


ANYTHING: Shape[Any] = Shape(dict, lambda value: value)


def deferred(load: Callable[[], Shape[T]]) -> Shape[T]:
    """Return the shape that *load* returns, loaded on first use."""
    return Shape(lambda: load().schema, lambda value: load().parse(value), lambda value: load().fits(value))


class Definitions(dict[str, Shape[Any]]):
    """Shapes that a schema defines once, under ``$defs``, however often they occur."""

    def add(self, name: str, shape: Shape[T]) -> Shape[T]:
        """Return *shape* with a reference to *name* as its schema."""
        self[name] = shape
        return Shape(lambda: {"$ref": f"#/$defs/{name}"}, shape.parse, shape.fits)


def constant(wanted: str | int, hint: str = "") -> Shape[str | int]:
    """Return the shape of one value."""

    def fits(value: object) -> bool:
        return type(value) is type(wanted) and value == wanted

    def parse(value: object) -> str | int:
        if not fits(value):
            word = str(wanted).lower() if isinstance(wanted, bool) else wanted
            raise InvalidValue(f"{word}", describe(value), hint)
        return wanted

    return Shape(lambda: {"const": wanted}, parse, fits)


def boolean() -> Shape[bool]:
    """Return the shape of true and false."""
    return Shape(lambda: {"type": "boolean"}, as_bool, lambda value: isinstance(value, bool))


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(least: int = 0, most: int | None = None) -> Shape[int]:
    """Return the shape of a whole number within bounds."""
    schema: Schema = {"type": "integer", "minimum": least, **({} if most is None else {"maximum": most})}
    return Shape(lambda: schema, lambda value: as_int(value, least=least, most=most), _number)


def seconds(least: float = 0, most: float = 86_400) -> Shape[float]:
    """Return the shape of a number of seconds within bounds."""
    schema: Schema = {"type": "number", "minimum": least, "maximum": most}
    return Shape(lambda: schema, lambda value: as_seconds(value, least=least, most=most), _number)


def one_of(known: Collection[str]) -> Shape[str]:
    """Return the shape of one of the *known* words."""
    return Shape(lambda: {"enum": list(known)}, lambda value: as_one_of(value, known), _text)


def _text(value: object) -> bool:
    return isinstance(value, str)


def text(least: int = 0, pattern: str = "", expected: str = "", hint: Callable[[str], str] = _no_hint) -> Shape[str]:
    """Return the shape of a text of at least *least* characters that *pattern* matches (as a whole if anchored).

    *expected* describes such a text, and *hint* makes one from what was found.
    """
    limits: Schema = {"minLength": least} if least else {}
    if pattern:
        limits["pattern"] = pattern
    match = re.fullmatch if pattern.startswith("^") and pattern.endswith("$") else re.search

    def parse(value: object) -> str:
        found = as_text(value)
        if len(found) < least:
            raise InvalidValue(expected or f"a text of at least {least} character{'s' if least > 1 else ''}", quoted(found))
        if pattern and not match(pattern, found, re.DOTALL):
            raise InvalidValue(expected, quoted(found), hint(found))
        return found

    return Shape(lambda: {"type": "string", **limits}, parse, _text)


def unlike(shape: Shape[str], pattern: str, expected: str, hint: str = "") -> Shape[str]:
    """Return the same shape without the texts that contain *pattern*; *expected* describes the others."""

    def check(found: str) -> str:
        if re.search(pattern, found):
            raise InvalidValue(expected, quoted(found), hint)
        return found

    return shape.to(check).like(**{"not": {"pattern": pattern}})


def items(item: Shape[T], least: int = 1, few: str = "at least one item") -> Shape[tuple[T, ...]]:
    """Return the shape of a list of at least *least* *item*; *few* is the message for a shorter one."""

    def parse(value: object) -> tuple[T, ...]:
        found = as_list(value)
        if len(found) < least:
            raise InvalidValue(few, f"a list of {len(found)}" if found else "an empty list")
        problems: list[InvalidValue] = []
        parsed = []
        for index, one in enumerate(found):
            try:
                parsed.append(item.parse(one))
            except InvalidValue as error:
                problems.append(error.under(index))
        if problems:
            _stop(problems)
        return tuple(parsed)

    length: Schema = {"minItems": least} if least else {}
    return Shape(lambda: {"type": "array", "items": item.schema, **length}, parse, lambda value: isinstance(value, list | tuple))


def _mapping(value: object) -> bool:
    return isinstance(value, Mapping)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The arguments of :func:`mapping`, under the same names."""

    keys: Mapping[str, Shape[Any]]
    needed: Collection[str]
    least: int
    most: int | None
    few: str
    rules: Sequence[Rule]
    renamed: Mapping[str, str]
    respelled: Mapping[str, Shape[Any]]
    kind: str
    instead: Callable[[str, Collection[str]], tuple[str, str] | None]

    def parse(self, value: object) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            shown = self.needed or (self.keys if len(self.keys) <= _LONG_LIST else ())
            raise InvalidValue(
                f"a mapping with {one_of_words(shown, 'and' if self.needed else 'or')}" if shown else "a mapping", describe(value)
            )
        problems: list[InvalidValue] = []
        parsed: dict[str, Any] = {}
        unknown: list[str] = []
        for key, one in value.items():
            shape = self.keys.get(key)
            name = key
            if shape is None:
                name = self.renamed.get(key, key)
                shape = self.respelled.get(key) or self.keys.get(name)
                if name is not key and name in value:
                    either_name, keep = f"{name!r} or {key!r}, its old name", f"keep {name!r}"
                    problems.append(InvalidValue(either_name, "both", keep, (key,), on_key=True))
            if shape is None:
                unknown.append(str(key))
                problems.append(self._unknown(key))
                continue
            try:
                parsed[name] = shape.parse(one)
            except InvalidValue as error:
                problems.append(error.under(key))
                if error.parts is not None:
                    parsed[name] = error.parts
        present = {self.renamed.get(key, key): one for key, one in value.items()} if self.renamed else value
        problems += self._together(present, unknown)
        if problems:
            _stop(problems, parsed)
        return parsed

    def _unknown(self, key: object) -> InvalidValue:
        if not isinstance(key, str):
            return InvalidValue("text as a key", describe(key), "put it in quotes", (str(key),), on_key=True)
        error = unknown_word(key, self.keys, f"a known {self.kind}")
        expected = f"the key {error.expected!r}" if len(self.keys) == 1 else error.expected
        expected, hint = self.instead(key, self.keys) or (expected, error.hint)
        return InvalidValue(expected, error.found, hint, (key,), on_key=True)

    def _together(self, found: Mapping[str, object], unknown: Collection[str]) -> Iterator[InvalidValue]:
        """Yield what is wrong with the keys *found* together, unless one of *unknown* can be the cause."""
        for key in self.needed:
            if key not in found and not any(nearest(word, (key,)) for word in unknown):
                yield InvalidValue(f"the key {key!r}", f"only {shown_keys(found)}" if found else "an empty mapping")
        if unknown:
            return
        if len(found) < self.least or (self.most is not None and len(found) > self.most):
            few = self.few or f"one of {', '.join(self.keys)}"
            yield InvalidValue(few, shown_keys(found) if found else "an empty mapping")
        for rule in self.rules:
            problem = rule.problem(found)
            if problem is not None:
                yield problem

    def schema(self) -> Schema:
        schema: Schema = {
            "type": "object",
            "properties": {key: self.keys[key].schema or True for key in self.keys},
            "additionalProperties": False,
        }
        if self.least:
            schema["minProperties"] = self.least
        if self.most is not None:
            schema["maxProperties"] = self.most
        if self.needed:
            schema["required"] = list(self.needed)
        for keyword, value in (pair for rule in self.rules for pair in rule.schema.items()):
            before = schema.get(keyword)
            schema[keyword] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        return schema


def mapping(
    keys: Mapping[str, Shape[Any]],
    needed: Collection[str] = (),
    *,
    exactly_one: Collection[str] = (),
    least: int = 0,
    most: int | None = None,
    few: str = "",
    rules: Sequence[Rule] = (),
    renamed: Mapping[str, str] = MappingProxyType({}),
    respelled: Mapping[str, Shape[Any]] = MappingProxyType({}),
    kind: str = "key",
    instead: Callable[[str, Collection[str]], tuple[str, str] | None] = lambda _, __: None,
) -> Shape[Mapping[str, Any]]:
    """Return the shape of a mapping with these *keys*, from *least* to *most* of them; *few* is what to say of other numbers.

    Those *needed* are there always, and of *exactly_one* just one; *rules* say what else holds among them. The old names of
    *renamed* keys are parsed, some as the shapes *respelled* say, but are not part of the schema. *kind* is what a key is
    called, and *instead* knows what to expect, and a hint, for some that are unknown, given the keys that are known.
    What is right is handed on in the error's *parts*.
    """
    every = (*rules, exactly(exactly_one)) if exactly_one else rules
    made = _Keys(keys, needed, least, most, few, every, renamed, respelled, kind, instead)
    return Shape(made.schema, made.parse, _mapping)


def entries(
    name: Shape[str], value: Shape[T], few: str = "", judge: Callable[[str, object], None] | None = None
) -> Shape[Mapping[str, T]]:
    """Return the shape of a mapping of any keys that are a *name*; *few* is what to say of an empty one, which else is good.

    *judge* raises InvalidValue for a name that is not good with its value.
    """

    def parse(given: object) -> Mapping[str, T]:
        found = as_mapping(given)
        if not found and few:
            raise InvalidValue(few, "an empty mapping")
        problems: list[InvalidValue] = []
        parsed = {}
        for key, one in found.items():
            try:
                name.parse(key)
                if judge is not None:
                    judge(key, one)
            except InvalidValue as error:
                problems.append(error.under(key, on_key=True))
            try:
                parsed[key] = value.parse(one)
            except InvalidValue as error:
                problems.append(error.under(key))
        if problems:
            _stop(problems)
        return parsed

    def schema() -> Schema:
        names = {key: keyword for key, keyword in name.schema.items() if key != "type"}
        inner: Schema = {"additionalProperties": value.schema} if value.schema else {}
        return {"type": "object", **({"propertyNames": names} if names else {}), **inner, **({"minProperties": 1} if few else {})}

    return Shape(schema, parse, _mapping)


def either(*shapes: Shape[T], expected: str) -> Shape[T]:
    """Return what fits one of *shapes*, which differ in type or are constants; *expected* is said where no type fits."""

    def parse(value: object) -> T:
        for shape in shapes:
            if shape.fits(value):
                try:
                    return shape.parse(value)
                except InvalidValue as error:
                    if error.path or not _number(value):
                        raise
        raise InvalidValue(expected, describe(value))

    return Shape(
        lambda: {"oneOf": [shape.schema for shape in shapes]}, parse, lambda value: any(shape.fits(value) for shape in shapes)
    )


def some_of(known: Collection[str]) -> Shape[tuple[str, ...]]:
    """Return the shape of one of the *known* words, or a list of them, each once."""
    expected = f"one or more of {', '.join(known)}, each once"

    def check(words: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(words)) < len(words):
            raise InvalidValue(expected, f"{list(words)}")
        return words

    word = one_of(known)
    several = items(word, few=expected).like(uniqueItems=True).to(check)
    return either(word.to(lambda one: (one,)), several, expected=expected)


def _stop(problems: Sequence[InvalidValue], parts: object = None) -> NoReturn:
    """Raise all *problems* as one."""
    every = [one for problem in problems for one in problem.all()]
    first, *others = every
    raise InvalidValue(first.expected, first.found, first.hint, first.path, on_key=first.on_key, others=others, parts=parts)
