"""``headers: {set: {Content-Type: text/plain}, drop: [X-Trace-ID]}``: what proxies write into a head, and take out of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar

from dvara_examples.core.values import InvalidValue, as_list, as_mapping, as_text, below
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.heads import with_header, without_header
from dvara_examples.wire.parts import Head, Items

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = r"[\t\x20-\x7e]*"
_FRAMING = ("content-length", "transfer-encoding")
_WORD: dict[str, object] = {"type": "string", "pattern": f"^{_NAME}$"}
SCHEMA: dict[str, object] = {
    "description": "Set and drop headers of the response; what frames the body is left to `framing`.",
    "type": "object",
    "properties": {
        "set": {
            "type": "object",
            "propertyNames": {"pattern": f"^{_NAME}$"},
            "additionalProperties": {"type": "string", "pattern": f"^{_VALUE}$"},
            "minProperties": 1,
        },
        "drop": {"type": "array", "items": _WORD, "minItems": 1},
    },
    "additionalProperties": False,
    "minProperties": 1,
}


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers that are dropped, then headers that are *set*, in place of what there was under their names."""

    key: ClassVar[str] = "headers"
    turn: ClassVar[Turn] = Turn.WRAPPING
    set: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    drop: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{name} set to {value!r}" for name, value in self.set.items()] + [f"{name} dropped" for name in self.drop]
        return f"{self.key} {', '.join(said)}"

    def apply(self, items: Items) -> Items:
        """Write the head anew."""
        for item in items:
            if not isinstance(item, Head):
                yield item
                continue
            raw = item.data
            for name in self.drop:
                raw = without_header(raw, name)
            for name, value in self.set.items():
                raw = with_header(raw, name, value)
            yield replace(item, data=raw)
            yield did(self)


def parse(value: object) -> Headers:
    """Parse the value of ``headers:``."""
    found = as_mapping(value, ("set", "drop"))
    if not found:
        raise InvalidValue("found no headers", "set, drop or both are accepted")
    return Headers(_set(found["set"]) if "set" in found else {}, _drop(found["drop"]) if "drop" in found else ())


def _set(value: object) -> dict[str, str]:
    headers = {}
    with below("set"):
        for name, text in as_mapping(value).items():
            with below(name):
                _check_name(name)
                if not re.fullmatch(_VALUE, as_text(text)):
                    raise InvalidValue("found characters that no header holds", "printable ASCII in one line is accepted")
                headers[name] = as_text(text)
        if not headers:
            raise InvalidValue("found no header", "a mapping of names to texts is accepted")
    return headers


def _drop(value: object) -> tuple[str, ...]:
    names = []
    with below("drop"):
        for index, name in enumerate(as_list(value)):
            with below(index):
                _check_name(as_text(name))
                names.append(as_text(name))
        if not names:
            raise InvalidValue("found an empty list", "names of headers are accepted")
    return tuple(names)


def _check_name(name: str) -> None:
    if not re.fullmatch(_NAME, name):
        raise InvalidValue(f"found {name!r} as the name of a header", "letters, digits and hyphens are accepted")
    if name.lower() in _FRAMING:
        raise InvalidValue(f"found {name!r}, which frames the body", "the fault framing writes that")
