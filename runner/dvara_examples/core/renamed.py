"""Words of manifests that have a new name; each is accepted under its old one for one release."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dvara_examples.core.values import InvalidValue, Path

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
_SPELLINGS = {"plain": False, "spaced": True}


def current_answer(value: Mapping[str, object]) -> dict[str, object]:
    """Return a scripted answer with today's keys. Raises InvalidValue, for a key that is there under both names too."""
    for old, new in ANSWER_KEYS.items():
        if old in value and new in value:
            raise InvalidValue(f"found {old!r} beside {new!r}", f"it is the old name of {new!r}; keep that", (old,), on_key=True)
    answer = {ANSWER_KEYS.get(key, key): inner for key, inner in value.items()}
    if "spelling" in value:
        word = value["spelling"]
        if not isinstance(word, str) or word not in _SPELLINGS:
            raise InvalidValue(f"found {word!r}", "write sse_space: true or false instead", ("spelling",))
        answer["sse_space"] = _SPELLINGS[word]
    return answer


def as_written(error: InvalidValue, answer: Mapping[str, object]) -> InvalidValue:
    """Return *error*, whose path begins with one of today's keys, with the path to the key as it is written in *answer*."""
    old = next((old for old, new in ANSWER_KEYS.items() if error.path and error.path[0] == new and old in answer), None)
    return InvalidValue(error.found, error.accepted, (old, *error.path[1:]), on_key=error.on_key) if old else error


def old_keys(manifest: object) -> Iterator[tuple[Path, str]]:
    """Yield the path of each key of a manifest's plain value that has a new name, and that name."""
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
