"""Where a script says which address it asks and which variables it reads; found in its text, without running it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.toolchains import languages, load_toolchain

_ADDRESS = re.compile(r"""\b(?:https?|wss?)://[^\s"'`<>(){}\\,;]+""")
_PLACEHOLDER = re.compile(r"your[-_.]|example\.(?:com|org|net)|…|\.\.\.", re.IGNORECASE)
_OPEN = re.compile(r"://[^/]*[:$]$")
"""An address whose host or port is in a variable: `http://localhost:${PORT}`."""
_ASKS = re.compile(
    r"base_?url|endpoint|api_?base|baseURL|baseUrl|url\s*[:=(]|URL\s*=|URI\.create|fetch\(|\.(?:get|post|request)\("
)
_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*)")
_LITERAL = re.compile(r"^[ \t]*(?:[rRuU]?)(\"\"\"|''')(?:.|\n)*?\1|/\*(?:.|\n)*?\*/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """The script reads the variable *name* on *line*; *needed* where it cannot do without."""

    line: int
    name: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Address:
    """The script holds the address *url* on *line*."""

    line: int
    url: str


def code_of(text: str) -> str:
    """Return *text* with comments and docstrings blanked out; every line stays where it is."""
    blanked = _LITERAL.sub(lambda found: "\n" * found[0].count("\n"), text)
    return "\n".join("" if _COMMENT.match(line) else line for line in blanked.split("\n"))


def variables_read(code: str, language: str | None = None) -> tuple[Read, ...]:
    """Return which variables *code* reads, each once, in the order of its lines; without a *language* it may be in any."""
    found: dict[str, Read] = {}
    matches = (match for pattern in _patterns(language) for match in pattern.finditer(code))
    for match in sorted(matches, key=lambda match: match.start()):
        name = next(group for group in match.groups() if group)
        line = code.count("\n", 0, match.start()) + 1
        needed = match.lastgroup == "needed"
        if name not in found or (needed and not found[name].needed):
            found[name] = Read(line, name, needed)
    return tuple(found.values())


def _patterns(language: str | None) -> Iterator[re.Pattern[str]]:
    for name in languages() if language is None else (language,):
        pattern = load_toolchain(name).spelling.reading.variables
        if pattern is not None:
            yield pattern


def addresses(code: str) -> tuple[Address, ...]:
    """Return the addresses in *code* that requests may go to: those on lines that set or call one, else all of them."""
    all_of_them = [
        Address(number, match[0].rstrip("."))
        for number, line in enumerate(code.split("\n"), 1)
        for match in _ADDRESS.finditer(line)
    ]
    real = [each for each in all_of_them if not _PLACEHOLDER.search(each.url) and not _OPEN.search(each.url)]
    lines = code.split("\n")
    asked = [each for each in real if _ASKS.search(lines[each.line - 1])]
    return tuple(asked or real)


def why_no_request(text: str, given: Sequence[str], language: str | None = None) -> Iterator[str]:
    """Yield, as ``LINE: sentence``, what in the script *text* may have kept its requests from the gateway.

    *given* are the variables that were set for it.
    """
    code = code_of(text)
    reads = variables_read(code, language)
    for address in addresses(code):
        replaced = any(read.line == address.line and read.name in given for read in reads)
        if not replaced:
            yield f"{address.line}: holds the address {address.url}"
    for read in reads:
        if read.name not in given:
            yield f"{read.line}: reads {read.name}, which is not set"
