"""What ``stdout:`` and ``stderr:`` share: assertions about one pipe's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dvara_examples.transcript import Output
from dvara_examples.values import InvalidValue, as_mapping, as_pattern, as_text, as_texts, below, describe
from dvara_examples.verdict import Finding, Witness

TEXTS: dict[str, object] = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "contains": TEXTS,
        "lacks": TEXTS,
        "matches": {**TEXTS, "description": "Regular expressions of Python's re, in multi-line mode, found anywhere."},
        "equals": {"type": "string"},
    },
    "additionalProperties": False,
    "minProperties": 1,
}


@dataclass(frozen=True, slots=True)
class TextWanted:
    """Assertions about one pipe, all of which must hold; texts are compared exactly, character by character."""

    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matches: tuple[re.Pattern[str], ...] = ()
    equals: str | None = None

    def misses(self, output: Output) -> Iterator[tuple[str, str]]:
        """Yield an ``(expected, sentence)`` pair for each assertion that *output* does not fulfil."""
        text = output.text
        if self.equals is not None and text != self.equals:
            yield f"exactly {quote(self.equals)}", f"the texts part at character {_parting(text, self.equals)}"
        for wanted in self.contains:
            if wanted not in text:
                yield f"contains {quote(wanted)}", "the text that should be there is missing"
        for unwanted in self.lacks:
            if unwanted in text:
                yield f"lacks {quote(unwanted)}", "a text that must not be there was written"
        for pattern in self.matches:
            if not pattern.search(text):
                yield f"matches {quote(pattern.pattern)}", "no part of the output matches the pattern"

    def __str__(self) -> str:
        words = [f"contains {quote(t)}" for t in self.contains] + [f"lacks {quote(t)}" for t in self.lacks]
        words += [f"matches {quote(p.pattern)}" for p in self.matches]
        return ", ".join(([] if self.equals is None else [f"exactly {quote(self.equals)}"]) + words)


def finding(key: str, witness: Witness, wanted: TextWanted, output: Output) -> Finding:
    """Return the finding for one pipe; of several assertions that do not hold, the first is told in full."""
    misses = list(wanted.misses(output))
    if not misses:
        return Finding(key, witness, ok=True, expected=str(wanted), seen=f"{output.size_bytes} bytes that fit")
    expected, sentence = misses[0]
    more = f" (and {len(misses) - 1} more)" if len(misses) > 1 else ""
    seen = quote(output.text, most=400) if output.size_bytes else f"nothing on {key}"
    return Finding(key, witness, ok=False, expected=expected + more, seen=seen, sentence=sentence)


def quote(text: str, most: int = 120) -> str:
    """Return *text* in quotes with control characters escaped, its middle left out where it is longer than *most*."""
    if len(text) > most:
        keep = most // 2
        text = f"{text[:keep]} [...] {text[-keep:]}"
    return repr(text)


def parse_texts(value: object) -> TextWanted:
    """Parse the mapping below ``stdout:`` or ``stderr:``."""
    if isinstance(value, str):
        raise InvalidValue(f"found {describe(value)}", "a mapping is accepted, such as {contains: ...} or {equals: ...}")
    found = as_mapping(value, ("contains", "lacks", "matches", "equals"))
    if not found:
        raise InvalidValue("found an empty mapping", "at least one of contains, lacks, matches, equals is accepted")
    parsed: dict[str, tuple[str, ...]] = {}
    for key in ("contains", "lacks", "matches"):
        if key in found:
            parsed[key] = _non_empty(key, found[key])
    patterns = []
    for index, pattern in enumerate(parsed.get("matches", ())):
        with below("matches", *(() if isinstance(found["matches"], str) else (index,))):
            patterns.append(as_pattern(pattern))
    with below("equals"):
        equals = as_text(found["equals"]) if "equals" in found else None
    return TextWanted(parsed.get("contains", ()), parsed.get("lacks", ()), tuple(patterns), equals)


def _non_empty(key: str, value: object) -> tuple[str, ...]:
    with below(key):
        texts = as_texts(value)
    if not texts or "" in texts:
        raise InvalidValue(
            "found an empty text", "a text with at least one character is accepted, as '' holds everywhere", (key,)
        )
    return texts


def _parting(seen: str, wanted: str) -> int:
    for index, (a, b) in enumerate(zip(seen, wanted, strict=False)):
        if a != b:
            return index + 1
    return min(len(seen), len(wanted)) + 1
