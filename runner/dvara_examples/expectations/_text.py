"""Assertions about a text: ``stdout:`` and ``stderr:`` about a pipe, and ``text:`` about an answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from dvara_examples.core.shapes import Shape, either, items, mapping, text
from dvara_examples.core.values import InvalidValue, as_pattern
from dvara_examples.records.transcript import Output
from dvara_examples.records.verdict import Finding, Witness

T = TypeVar("T")
_CUT = "there was more text than is stored, so nobody can tell"


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A text as far as it was stored: *parts* are contiguous pieces (one, unless something between them was not stored).

    *shown* is the text for people, *size* says how much there was, *nothing* is the message if there was none.
    """

    parts: tuple[str, ...]
    whole: bool
    shown: str
    size: str
    nothing: str

    @classmethod
    def of(cls, output: Output, pipe: str) -> "TextSeen":
        """Return what was written to one pipe."""
        parts = (
            (output.text,) if output.complete else tuple(part.decode("utf-8", "replace") for part in (output.head, output.tail))
        )
        return cls(parts, output.complete, output.text, f"{output.size_bytes} bytes", f"nothing on {pipe}")


@dataclass(frozen=True, slots=True)
class TextWanted:
    """Assertions about one text, all of which must hold; texts are compared exactly, character by character."""

    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matches: tuple[re.Pattern[str], ...] = ()
    equals: str | None = None

    def misses(self, seen: TextSeen) -> Iterator[tuple[str, str]]:
        """Yield an ``(expected, sentence)`` pair for each assertion that is not proved.

        The missing parts could contain anything, so nothing about them is called equal, lacking, or matching from end to end.
        """
        if self.equals is not None and not (seen.whole and seen.parts[0] == self.equals):
            parting = f"the texts part at character {_parting(seen.parts[0], self.equals)}"
            yield f"exactly {quote(self.equals)}", parting if seen.whole else _CUT
        for wanted in self.contains:
            if not any(wanted in part for part in seen.parts):
                yield f"contains {quote(wanted)}", "the text that should be there is missing" if seen.whole else _CUT
        for unwanted in self.lacks:
            if any(unwanted in part for part in seen.parts):
                yield f"lacks {quote(unwanted)}", "a text that must not be there was written"
            elif not seen.whole:
                yield f"lacks {quote(unwanted)}", _CUT
        for pattern in self.matches:
            if not (seen.whole and pattern.search(seen.parts[0])):
                yield f"matches {quote(pattern.pattern)}", "no part of the text matches the pattern" if seen.whole else _CUT

    def __str__(self) -> str:
        words = [f"contains {quote(t)}" for t in self.contains] + [f"lacks {quote(t)}" for t in self.lacks]
        words += [f"matches {quote(p.pattern)}" for p in self.matches]
        return ", ".join(([] if self.equals is None else [f"exactly {quote(self.equals)}"]) + words)


def finding(key: str, witness: Witness, wanted: TextWanted, seen: TextSeen) -> Finding:
    """Return the finding for one text; of several failed assertions, the first is described in full."""
    misses = list(wanted.misses(seen))
    if not misses:
        return Finding(key, witness, ok=True, expected=str(wanted), seen=f"{seen.size} that fit")
    expected, sentence = misses[0]
    more = f" (and {len(misses) - 1} more)" if len(misses) > 1 else ""
    shown = quote(seen.shown, most=400) if seen.shown else seen.nothing
    return Finding(key, witness, ok=False, expected=expected + more, seen=shown, sentence=sentence)


def quote(text: str, most: int = 120) -> str:
    """Return *text* in quotes with control characters escaped, its middle omitted if it is longer than *most*."""
    if len(text) > most:
        keep = most // 2
        text = f"{text[:keep]} [...] {text[-keep:]}"
    return repr(text)


def telling_pattern(value: object) -> re.Pattern[str]:
    """Return *value* compiled; refuses a pattern that matches any text (``x*``, ``^``), because it proves nothing."""
    pattern = as_pattern(value)
    if "(?!" not in pattern.pattern and all(pattern.search(text) for text in ("", "\0", "\ufffe\n\0")):
        raise InvalidValue(
            "a pattern that needs at least one certain character",
            f"{quote(pattern.pattern)}, which matches any text at all",
        )
    return pattern


def _parting(seen: str, wanted: str) -> int:
    for index, (a, b) in enumerate(zip(seen, wanted, strict=False)):
        if a != b:
            return index + 1
    return min(len(seen), len(wanted)) + 1


def _one_or_more(shape: Shape[T]) -> Shape[tuple[T, ...]]:
    """Return what is one *shape*, or a list of them."""
    few = "at least one text"
    expected = "text or a list of texts"
    return either(shape.to(lambda one: (one,)), items(shape, few=few), expected=expected)


_TEXTS = _one_or_more(text(1))
_PATTERNS = _one_or_more(text(1).to(telling_pattern)).like(
    description="Regular expressions of Python's re, in multi-line mode, found anywhere."
)
TEXT = mapping(
    {"contains": _TEXTS, "lacks": _TEXTS, "matches": _PATTERNS, "equals": text()},
    least=1,
    few="at least one of contains, lacks, matches, equals",
).to(lambda found: TextWanted(**found))
"""The mapping below ``stdout:``, ``stderr:`` or ``text:``."""
