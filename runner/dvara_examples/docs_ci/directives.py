"""What comments of a page say to this tool; it ignores all others."""

import re
from collections.abc import Callable
from dataclasses import dataclass

PLACEHOLDER_FOR = ("DVARA_URL", "DVARA_API_KEY")
"""What a placeholder may stand for: the variables that every run has."""

_NAME = r"(?P<id>[^\s\[\]]+)(?:\[(?P<language>[^\s\[\]]*)\])?"
_EXAMPLE = re.compile(rf"{_NAME}(?:\s+region:\s*(?P<region>\S+))?")
_RUN_AS = re.compile(_NAME)
_PAIR = re.compile(r"(?:\"(?P<text>[^\"\n]+)\"|env\s+(?P<env>[A-Za-z_]\w*))\s*=\s*(?P<variable>\w+)\s*(?:,\s*|\Z)")


class BadDirective(ValueError):  # noqa: N818 - reads as the sentence it starts
    """A comment is for this tool, but cannot be understood."""


@dataclass(frozen=True, slots=True)
class Shows:
    """The next fence shows a *region* of this example (None: the one of its name); *language* if the fence has none."""

    example_id: str
    language: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class RunsAs:
    """The next fence is the page's own code, which is run with the answers and expectations of this example."""

    example_id: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Untested:
    """The next fence is not tested, for this *reason*."""

    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """The group of the directive before ends here, whatever prose it contains."""


@dataclass(frozen=True, slots=True)
class Table:
    """The table of all examples is between this comment and the next ``/examples``."""


@dataclass(frozen=True, slots=True)
class TableEnd:
    """The table of all examples ends here."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """Texts in the page's strings that stand for variables, and variables that stand for others: pairs."""

    pairs: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...] = ()


Directive = Shows | RunsAs | Untested | Close | Table | TableEnd | Placeholders


def parse_directive(comment: str) -> Directive | None:
    """Return what a comment (without its delimiters) says, or None if it is not for this tool. Raises BadDirective."""
    if comment in ("/example", "/run-as", "/untested"):
        return Close()
    if comment == "/examples":
        return TableEnd()
    word, colon, rest = (part.strip() for part in comment.partition(":"))
    parse = _PARSERS.get(word) if colon else None
    return parse(rest) if parse else None


def _shows(rest: str) -> Directive:
    found = _EXAMPLE.fullmatch(rest)
    if found is None:
        raise BadDirective(f"expected an id after example:, as in example: stream-basic[node] region: name, found {rest!r}")
    return Shows(found["id"], found["language"], found["region"])


def _runs_as(rest: str) -> Directive:
    found = _RUN_AS.fullmatch(rest)
    if found is None:
        raise BadDirective(f"expected an id after run-as:, as in run-as: stream-basic, found {rest!r}")
    return RunsAs(found["id"], found["language"])


def _untested(rest: str) -> Directive:
    if not rest:
        raise BadDirective("expected a reason after untested: (say why nobody needs to run this fence)")
    return Untested(" ".join(rest.split()))


def _table(rest: str) -> Directive:
    if rest != "table":
        raise BadDirective(f"expected table after examples:, found {rest!r} (example: names a single one)")
    return Table()


def _placeholders(rest: str) -> Directive:
    pairs, variables, at = [], [], 0
    while at < len(rest):
        found = _PAIR.match(rest, at)
        if found is None:
            raise BadDirective(
                f'found {rest[at:][:40]!r} in placeholders:; "text" = DVARA_URL, env NAME = DVARA_API_KEY, … is accepted'
            )
        if found["variable"] not in PLACEHOLDER_FOR:
            raise BadDirective(f"found the variable {found['variable']!r}; {', '.join(PLACEHOLDER_FOR)} are accepted")
        if found["env"]:
            variables.append((found["env"], found["variable"]))
        else:
            pairs.append((found["text"], found["variable"]))
        at = found.end()
    if not pairs and not variables:
        raise BadDirective('found placeholders: without any; "text" = DVARA_URL is accepted')
    return Placeholders(tuple(pairs), tuple(variables))


_PARSERS: dict[str, Callable[[str], Directive]] = {
    "example": _shows,
    "run-as": _runs_as,
    "untested": _untested,
    "examples": _table,
    "placeholders": _placeholders,
}
"""The words that a directive begins with; ``docs/docs-ci.md`` explains each."""
DIRECTIVES = tuple(_PARSERS)
