"""``request_headers: {Accept: application/json, Authorization: {matches: '^Bearer '}, X-Debug: absent}``: of every request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dvara_examples.core.shapes import Shape, either, entries, mapping, text
from dvara_examples.core.values import InvalidValue, quoted
from dvara_examples.expectations._text import quote, telling_pattern
from dvara_examples.records.transcript import Request, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class HeaderWanted:
    """One header: *present* or not and, with one of the others, its value (several of that name joined by commas)."""

    name: str
    present: bool = True
    equals: str | None = None
    contains: str | None = None
    matches: re.Pattern[str] | None = None

    def miss(self, request: Request) -> str | None:
        """Return in a few words what *request* has instead, or None if it matches."""
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
    """Every request matches all of *wanted*. Credentials are never stored: only the throw-away key is visible here."""

    key: ClassVar[str] = "request_headers"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: tuple[HeaderWanted, ...]

    def check(self, seen: Transcript) -> Finding:
        """Check each header of each request; report the first that does not match."""
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


_EXPECTED = "the name of a header such as Accept, each once in any case"
_PATTERN = text(1).to(telling_pattern)
_WAYS = mapping(
    {
        "equals": text(),
        "contains": text(1),
        "matches": _PATTERN.described("A regular expression of Python's re."),
    },
    least=1,
    most=1,
    few="one of equals, contains, matches",
)
_HEADER: Shape[str | Mapping[str, object]] = either(text(), _WAYS, expected="text, or one of equals, contains, matches")


def _headers(found: Mapping[str, str | Mapping[str, Any]]) -> RequestHeaders:
    spelled: set[str] = set()
    for name in found:
        if name.lower() in spelled:
            raise InvalidValue(_EXPECTED, f"{quoted(name)} again", "", (name,), on_key=True)
        spelled.add(name.lower())
    return RequestHeaders(tuple(_header(name, wanted) for name, wanted in found.items()))


def _header(name: str, wanted: str | Mapping[str, Any]) -> HeaderWanted:
    if not isinstance(wanted, str):
        return HeaderWanted(name, **wanted)
    match wanted:
        case "present":
            return HeaderWanted(name)
        case "absent":
            return HeaderWanted(name, present=False)
        case text_wanted:
            return HeaderWanted(name, equals=text_wanted)


VALUE = entries(
    text(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", expected=_EXPECTED),
    _HEADER,
    "at least one header with its value",
).to(_headers, "Headers of every request, in any spelling of their names: a text, `present`, `absent`, or a mapping.")
