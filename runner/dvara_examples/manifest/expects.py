"""Checks ``expect:`` mappings, each different one once: ten thousand examples share a handful of expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dvara_examples.core.values import InvalidValue, Path, describe
from dvara_examples.manifest.problems import Problems
from dvara_examples.manifest.vocabulary import Vocabulary


@dataclass(slots=True)
class Expects:
    """Checks expectations with the vocabulary's parser, and remembers by the values themselves which are good."""

    vocabulary: Vocabulary
    problems: Problems
    _whole: dict[str, Mapping[str, object]] = field(default_factory=dict)
    _single: set[str] = field(default_factory=set)

    def check(self, value: object, path: Path) -> Mapping[str, object]:
        """Return the mapping at *path* as it is; what is wrong with an entry is noted."""
        text = repr(value)  # tells 1 from true from '1', at a fraction of what parsing costs
        known = self._whole.get(text)
        if known is not None:
            return known
        if not isinstance(value, dict) or not value:
            found = "no expectation" if value == {} else describe(value)
            accepted = "a mapping with at least one is accepted, such as {exit: 0}; without any, every run would pass"
            self.problems.add(f"found {found}", accepted, path)
            return {}
        before = len(self.problems.found)
        for key in value:
            self._check_one(key, value[key], path)
        if len(self.problems.found) == before:
            self._whole[text] = value
        return value

    def _check_one(self, key: str, value: object, path: Path) -> None:
        text = f"{key} {value!r}"
        if text in self._single:
            return
        try:
            self.vocabulary.parse_expectation(key, value)
        except InvalidValue as error:
            self.problems.note(error, path)
        else:
            self._single.add(text)
