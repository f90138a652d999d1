"""Renamed words of manifests; the old ones are accepted for one release."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dvara_examples.core.values import Path

EXAMPLE_KEYS = MappingProxyType({"explicit": "opt_in"})
PREDICATES = EXAMPLE_KEYS
"""Those of filters, as in ``-E 'explicit()'``."""
EXPECTATIONS = MappingProxyType({"hangs_up_within_s": "disconnects_within_s", "attempt_gaps_s": "retry_delays_s"})
ANSWER_KEYS = MappingProxyType(
    {
        "refused": "content_filter",
        "silence": "hang",
        "times": "repeat",
        "spelling": "sse_space",
        "then_done": "done_after_error",
    }
)
SPELLINGS = MappingProxyType({"plain": False, "spaced": True})
"""The values of ``spelling``, and what ``sse_space`` has for them."""


def old_keys(manifest: object) -> Iterator[tuple[Path, str]]:
    """Yield the path of each renamed key in a manifest's plain value, with its new name."""
    examples = manifest.get("examples") if isinstance(manifest, dict) else None
    for index, example in enumerate(examples if isinstance(examples, list) else ()):
        if not isinstance(example, dict):
            continue
        path: Path = ("examples", index)
        yield from _in(example, path, EXAMPLE_KEYS)
        yield from _in(example.get("expect"), (*path, "expect"), EXPECTATIONS)
        answers, variants = example.get("answers"), example.get("variants")
        for number, answer in enumerate(answers if isinstance(answers, list) else ()):
            yield from _in(answer, (*path, "answers", number), ANSWER_KEYS)
        for language, variant in variants.items() if isinstance(variants, dict) else ():
            if isinstance(variant, dict):
                yield from _in(variant.get("expect"), (*path, "variants", language, "expect"), EXPECTATIONS)


def _in(value: object, path: Path, table: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        yield from (((*path, key), table[key]) for key in value if key in table)
