"""``request_headers: {Accept: application/json, Authorization: {matches: '^Bearer '}, X-Debug: absent}``: of every request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.values import InvalidValue, as_mapping, as_text, below, quoted
from dvara_examples.expectations._text import quote, telling_pattern
from dvara_examples.records.transcript import Request, Transcript
from dvara_examples.records.verdict import Expectation, Finding, Witness

_NAME = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
_WAYS = ("equals", "contains", "matches")
SCHEMA: dict[str, object] = {
    "description": "Headers of every request, in any spelling of their names: a text, `present`, `absent`, or a mapping.",
    "type": "object",
    "propertyNames": {"pattern": _NAME},
    "additionalProperties": {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    "equals": {"type": "string"},
                    "contains": {"type": "string", "minLength": 1},
                    "matches": {"type": "string", "minLength": 1, "description": "A regular expression of Python's re."},
                },
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    },
    "minProperties": 1,
}


@dataclass(frozen=True, slots=True)
class HeaderWanted:
    """One header: *present* or not and, with one of the others, its value (several of that name joined by commas)."""

    name: str
    present: bool = True
    equals: str | None = None
    contains: str | None = None
    matches: re.Pattern[str] | None = None

    def miss(self, request: Request) -> str | None:
        """Return in a few words what *request* has instead, or None where it fits."""
        values = [value for name, value in request.headers if name.lower() == self.name.lower()]
        value = ", ".join(values)
        if not values or not self.present:
            return None if bool(values) is self.present else (f"{self.name}: {quote(value)}" if values else f"no {self.name}")
        fits = (
            self.equals in (None, value)
            and (self.contains is None or self.contains in value)
            and (self.matches is None or self.matches.search(value) is not None)
        )
        return None if fits else f"{self.name}: {quote(value)}"

    def __str__(self) -> str:
        if not self.present:
            return f"no {self.name}"
        if self.matches is not None:
            return f"{self.name} matches {quote(self.matches.pattern)}"
        if self.contains is not None:
            return f"{self.name} contains {quote(self.contains)}"
        return f"{self.name}: {quote(self.equals)}" if self.equals is not None else f"{self.name} present"


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """Every request fulfils all of *wanted*. Credentials are never stored: only the throw-away key is there to be seen."""

    key: ClassVar[str] = "request_headers"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[HeaderWanted, ...]

    def check(self, seen: Transcript) -> Finding:
        """Hold each header of each request against what is wanted; the first that does not fit is told."""
        expected = ", ".join(map(str, self.wanted))
        if not seen.exchanges:
            return Finding(self.key, self.witness, False, expected, "no request", "the example never sent a request")
        for exchange in seen.exchanges:
            for header in self.wanted:
                shown = header.miss(exchange.request)
                if shown is not None:
                    where, sentence = f"request {exchange.number}", "the request was sent with another header than expected"
                    return Finding(self.key, self.witness, False, str(header), shown, sentence, where)
        return Finding(self.key, self.witness, True, expected, f"requests that fit: {len(seen.exchanges)}")


def parse(value: object) -> Expectation:
    """Parse the value of ``request_headers:``."""
    wanted = tuple(_headers(as_mapping(value)))
    if not wanted:
        raise InvalidValue("found an empty mapping", "at least one header with its value is accepted")
    return RequestHeaders(wanted)


def _headers(found: object) -> Iterator[HeaderWanted]:
    spelled: set[str] = set()
    for name, value in as_mapping(found).items():
        if not re.fullmatch(_NAME, name) or name.lower() in spelled:
            accepted = "the name of a header such as Accept is accepted, each once, whatever its case"
            raise InvalidValue(f"found the name {quoted(name)}", accepted, (name,), on_key=True)
        spelled.add(name.lower())
        with below(name):
            yield _header(name, value)


def _header(name: str, value: object) -> HeaderWanted:
    if isinstance(value, dict):
        found = as_mapping(value, _WAYS)
        if len(found) != 1:
            raise InvalidValue(f"found {len(found)} assertions", f"one of {', '.join(_WAYS)} is accepted")
        ((way, text),) = found.items()
        with below(way):
            if way == "matches":
                return HeaderWanted(name, matches=telling_pattern(text))
            return HeaderWanted(name, equals=as_text(text)) if way == "equals" else HeaderWanted(name, contains=_some(text))
    match as_text(value):
        case "present":
            return HeaderWanted(name)
        case "absent":
            return HeaderWanted(name, present=False)
        case text:
            return HeaderWanted(name, equals=text)


def _some(value: object) -> str:
    text = as_text(value)
    if not text:
        raise InvalidValue("found an empty text", "a text with at least one character is accepted, as '' holds everywhere")
    return text
