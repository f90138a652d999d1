"""Frozen dataclasses as plain values (for JSON) and back, exactly, by their type hints.

A dataclass becomes a mapping of all its fields, a tuple a list, an enum its word. A field of bytes stays readable: it is text
if it is valid UTF-8, and otherwise base64 under the field's name with the suffix ``_base64``.
"""

import base64
import binascii
import math
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from dvara_examples.core.values import InvalidValue, as_bool, as_list, as_mapping, as_one_of, as_text, describe

T = TypeVar("T")
Reader = Callable[[object], object]

BASE64 = "_base64"
ADDED_LATER = {"added_later": True}
"""The metadata of a field that what older releases stored may lack."""


def to_plain(value: object, *, leave_out: frozenset[str] = frozenset()) -> object:
    """Return *value* as a plain value; *leave_out* names fields of the outermost dataclass to omit.

    Raises TypeError for a type that has no plain form.
    """
    if value is None or isinstance(value, str | int | float):
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _object_to_plain(value, leave_out)
    raise TypeError(f"a {type(value).__name__} has no plain form")


def _object_to_plain(value: object, leave_out: frozenset[str]) -> dict[str, object]:
    kind: type = type(value)
    plain: dict[str, object] = {}
    for name in _hints(kind):
        if name not in leave_out:
            item = getattr(value, name)
            if isinstance(item, bytes):
                plain.update([_bytes_entry(name, item)])
            else:
                plain[name] = to_plain(item)
    return plain


def _bytes_entry(name: str, data: bytes) -> tuple[str, str]:
    try:
        return name, data.decode()
    except UnicodeDecodeError:
        return name + BASE64, base64.b64encode(data).decode()


def from_plain(kind: type[T], value: object, *, given: Mapping[str, object] | None = None) -> T:
    """Return the dataclass *kind* for its plain *value*; *given* has fields that are already parsed.

    Raises InvalidValue, with the path to what is missing, unknown or of a wrong type.
    """
    return cast("T", _read_object(kind, value, given or {}))


def _read_object(kind: type, value: object, given: Mapping[str, object]) -> object:
    hints = _hints(kind)
    known = {*hints, *(name + BASE64 for name, hint in hints.items() if hint is bytes)} - set(given)
    plain = as_mapping(value, known)
    added = _added_later(kind)
    read = {name: hint for name, hint in hints.items() if name not in given and (name in plain or name not in added)}
    return kind(**given, **{name: _read_field(plain, name, hint) for name, hint in read.items()})


def _read_field(plain: Mapping[str, object], name: str, hint: Hashable) -> object:
    key = name + BASE64 if hint is bytes and name not in plain else name
    if key not in plain:
        raise InvalidValue("a value", "none", path=(name,))
    try:
        return _from_base64(plain[key]) if key != name else _reader(hint)(plain[key])
    except InvalidValue as error:
        raise error.under(key) from None


@cache
def _hints(kind: type) -> dict[str, Hashable]:
    """Return the type of each field of the dataclass *kind*, in order."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def _added_later(kind: type) -> frozenset[str]:
    """Return the fields that stored data of older releases lacks; they get the default of the dataclass."""
    return frozenset(field.name for field in fields(kind) if ADDED_LATER.items() <= field.metadata.items())


@cache
def _reader(hint: Hashable) -> Reader:
    """Return the function that reads a plain value of the type *hint*."""
    arguments = get_args(hint)
    match get_origin(hint):
        case None:
            return _simple_reader(hint)
        case origin if origin in (Union, types.UnionType):
            (inner,) = (_reader(argument) for argument in arguments if argument is not types.NoneType)
            return lambda value: None if value is None else inner(value)
        case origin if origin is Literal:
            return lambda value: as_one_of(value, arguments)
        case origin if origin is tuple and arguments[1:] == (...,):
            each = _reader(arguments[0])
            return lambda value: tuple(_under(i, each, item) for i, item in enumerate(as_list(value)))
        case origin if origin is tuple:
            return _fixed_tuple_reader(tuple(_reader(argument) for argument in arguments))
        case origin if origin is Mapping:
            each_value = _reader(arguments[1])
            return lambda value: {key: _under(key, each_value, item) for key, item in as_mapping(value).items()}
        case _:
            raise TypeError(f"{hint} has no plain form")


def _simple_reader(hint: Hashable) -> Reader:
    readers: dict[object, Reader] = {
        bool: as_bool,
        str: as_text,
        bytes: lambda value: as_text(value).encode(),
        int: _as_int,
        float: _as_float,
        object: lambda value: value,
    }
    if hint in readers:
        return readers[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return lambda value: hint(as_one_of(value, tuple(hint)))
    if is_dataclass(hint):
        return lambda value: _read_object(cast("type", hint), value, {})
    raise TypeError(f"{hint} has no plain form")


def _fixed_tuple_reader(readers: tuple[Reader, ...]) -> Reader:
    def read(value: object) -> object:
        items = as_list(value)
        if len(items) != len(readers):
            raise InvalidValue(f"a list of {len(readers)}", describe(value))
        return tuple(_under(i, reader, item) for i, (reader, item) in enumerate(zip(readers, items, strict=True)))

    return read


def _under(key: str | int, reader: Reader, value: object) -> object:
    try:
        return reader(value)
    except InvalidValue as error:
        raise error.under(key) from None


def _as_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue("a whole number", describe(value))
    return value


def _as_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue("a number", describe(value))
    return float(value)


def _from_base64(value: object) -> bytes:
    try:
        return base64.b64decode(as_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue("base64", describe(value)) from None
