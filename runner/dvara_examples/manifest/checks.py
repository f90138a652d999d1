"""Checks that examples and variants share: keys, lists, environments and limits, with every problem noted."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from dvara_examples.core.values import InvalidValue, Path, as_mapping, describe, did_you_mean, quoted
from dvara_examples.manifest.events import YamlMark
from dvara_examples.manifest.expects import Expects
from dvara_examples.manifest.fields import LIMIT_KEYS, check_env_name, merge_limits, parse_argument, parse_seconds
from dvara_examples.manifest.model import Origin
from dvara_examples.manifest.problems import Problems
from dvara_examples.manifest.scripts import Scripts
from dvara_examples.manifest.vocabulary import Vocabulary
from dvara_examples.records.model import Limits

T = TypeVar("T")


def _instead(key: str, known: Collection[str]) -> str:
    """Return what may be meant by *key*: what other tools call so, or what is spelled like it."""
    from dvara_examples.core.elsewhere import KEYS

    ours = KEYS.get(key)
    return f"{key} is {ours} here; known: {', '.join(sorted(known))}" if ours else did_you_mean(key, known)


@dataclass(slots=True)
class Checks:
    """What is needed wherever a part of the manifest is checked.

    *shown* is the manifest's name for people; *landmarks* tell where examples and variants begin. *named_all* turns false where
    it cannot be known which files the manifest names.
    """

    shown: str
    vocabulary: Vocabulary
    problems: Problems
    expects: Expects
    scripts: Scripts
    landmarks: Mapping[Path, Mapping[str | int, YamlMark]]
    named_all: bool = True
    _limits: dict[str, Limits] = field(default_factory=dict)

    def origin(self, container: Path, step: str | int) -> Origin:
        """Return where the item or key *step* of *container* stands; inside an alias, where the whole manifest begins."""
        mark = self.landmarks.get(container, {}).get(step)
        return Origin(self.shown, mark.line + 1, mark.column + 1) if mark else Origin(self.shown, 1, 1)

    def mapping(
        self, value: object, path: Path, known: Collection[str], needed: Collection[str] = ()
    ) -> Mapping[str, object] | None:
        """Return *value* if it is a mapping, without its unknown keys; note those and the missing ones."""
        if not isinstance(value, dict):
            accepted = f"a mapping with {', '.join(needed or known)} is accepted"
            self.problems.add(f"found {describe(value)}", accepted, path)
            return None
        found: Mapping[str, object] = value
        strange = [key for key in found if key not in known]
        for key in strange:
            self.problems.add(f"found the unknown key {quoted(key)}", _instead(key, known), (*path, key), on_key=True)
        for key in needed:
            if key not in found:
                self.problems.add(f"found no key {key!r} here", f"it is needed; known: {', '.join(known)}", path)
        return {key: found[key] for key in found if key in known} if strange else found

    def items(self, parse: Callable[[object], T], value: object, path: Path) -> tuple[T, ...]:
        """Parse each item of a list; those that are wrong are noted and left out."""
        if not isinstance(value, list):
            self.problems.add(f"found {describe(value)}", "a list is accepted: [a, b], or one item per line after a dash", path)
            return ()
        items = []
        for index, item in enumerate(value):
            try:
                items.append(parse(item))
            except InvalidValue as error:
                self.problems.note(error, (*path, index))
        return tuple(items)

    def args(self, value: object, path: Path) -> tuple[str, ...]:
        """Parse ``args:``."""
        return self.items(parse_argument, value, path)

    def env(self, value: object, path: Path) -> dict[str, str]:
        """Parse ``env:``."""
        env = {}
        found: Mapping[str, object] = self.problems.read(as_mapping, value, path, {})
        for name, text in found.items():
            try:
                check_env_name(name, text)
            except InvalidValue as error:
                self.problems.note(error, (*path, name))
            env[name] = self.problems.read(parse_argument, text, (*path, name), "")
        return env

    def limits(self, value: object, path: Path, base: Limits) -> Limits:
        """Parse ``limits:`` on top of *base*; equal ones are one object."""
        text = f"{base} {value!r}"
        known = self._limits.get(text)
        if known is None:
            before = len(self.problems.found)
            found = self.mapping(value, path, LIMIT_KEYS) or {}
            read = {key: self.problems.read(parse_seconds, found[key], (*path, key), 0.0) for key in found}
            known = merge_limits(base, read)
            if len(self.problems.found) == before:
                self._limits[text] = known
        return known
