"""Parses ``expect:`` mappings, each different one once: ten thousand examples share a handful of expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dvara_examples.core.values import InvalidValue, Path, describe
from dvara_examples.manifest.problems import Problems
from dvara_examples.manifest.vocabulary import Vocabulary
from dvara_examples.records.verdict import Expectation

Expected = tuple[Mapping[str, object], tuple[Expectation, ...]]
"""The plain values of an ``expect:`` mapping, and the expectations parsed from them, in the same order."""


@dataclass(slots=True)
class Expects:
    """Parses expectations with the vocabulary's parser and remembers what came out, by the values themselves."""

    vocabulary: Vocabulary
    problems: Problems
    _whole: dict[str, Expected] = field(default_factory=dict)
    _single: dict[str, Expectation] = field(default_factory=dict)

    def parse(self, value: object, path: Path) -> Expected:
        """Parse the mapping at *path*; what is wrong with an entry is noted, and the entry left out."""
        text = repr(value)  # tells 1 from true from '1', at a fraction of what parsing costs
        known = self._whole.get(text)
        if known is not None:
            return known
        if not isinstance(value, dict) or not value:
            found = "no expectation" if value == {} else describe(value)
            accepted = "a mapping with at least one is accepted, such as {exit: 0}; without any, every run would pass"
            self.problems.add(f"found {found}", accepted, path)
            return {}, ()
        before = len(self.problems.found)
        parsed = tuple(filter(None, (self._parse_one(key, value[key], path) for key in value)))
        if len(self.problems.found) == before:
            self._whole[text] = (value, parsed)
        return value, parsed

    def merge(self, base: Expected, override: Expected) -> Expected:
        """Return *base* with the entries of *override* in their place, and new ones at the end."""
        by_key = {e.key: e for e in (*base[1], *override[1])}
        return {**base[0], **override[0]}, tuple(by_key.values())

    def _parse_one(self, key: str, value: object, path: Path) -> Expectation | None:
        text = f"{key} {value!r}"
        known = self._single.get(text)
        if known is None:
            try:
                known = self.vocabulary.parse_expectation(key, value)
            except InvalidValue as error:
                self.problems.note(error, path)
                return None
            self._single[text] = known
        return known
